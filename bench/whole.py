"""Whole flows: what the requests of one cost in sum, computed from two other sections."""

from __future__ import annotations

from collections import Counter

from bench.calls import cells
from bench.report import Section
from bench.run import Figures

WHOLE = {
    "code": ("/authorize, signed in", "/token, code"),
    "code, pushed": ("/par", "/authorize, pushed", "/token, code"),
    "code as in FAPI 2.0: pushed, private_key_jwt, DPoP": (
        "/par, private_key_jwt, DPoP",
        "/authorize, pushed",
        "/token, code, private_key_jwt, DPoP",
    ),
}
UNITS = ("read_units", "write_units", "bytes_sent", "bytes_received")


def measure(warm: Figures, calls: Figures) -> Figures:
    """CPU time, AWS calls and units of each flow."""
    found = {}
    for name, requests in WHOLE.items():
        asked = [calls[request] for request in requests]
        found[name] = {
            "requests": list(requests),
            "cpu_us": sum(warm["flows"][request]["cpu_us"] for request in requests),
            "calls": dict(sum((Counter(each["calls"]) for each in asked), Counter())),
            **{unit: sum(each[unit] for each in asked) for unit in UNITS},
        }
    return found


def sections(found: Figures) -> list[Section]:
    """In sum, and the CPU time beside the first one's."""
    first = next(iter(found.values()))["cpu_us"]
    rows = [
        (
            name,
            str(len(each["requests"])),
            f"{each['cpu_us']:.0f}",
            f"{each['cpu_us'] / first:.2f}",
            *cells(each),
        )
        for name, each in found.items()
    ]
    heads = (
        *("whole flow", "requests", "CPU us", "of the first"),
        *("AWS calls", "read units", "write units", "bytes out", "bytes in"),
    )
    notes = [f"{name}: {'; '.join(each['requests'])}." for name, each in found.items()]
    return [Section("Whole flows, user signed in", heads, rows, notes)]
