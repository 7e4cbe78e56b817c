"""AWS calls of a warm request of each flow, and the capacity units they consume."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bench import cloud
from bench.flows import FLOWS
from bench.processes import Server
from bench.recorder import Noted, Recorder
from bench.report import Section
from bench.run import Figures, Run

WARM_UP = 2


def measure(run: Run) -> Figures:
    """What one request of each flow asks of AWS."""
    found = {}
    with Recorder(run.cloud.url) as recorder:
        environ = cloud.stage(run.cloud, "calls", recorder.url)
        with Server("postern", environ) as server:
            for flow in FLOWS:
                server.ask("measure", flow=flow, count=WARM_UP)
                (event,) = server.ask("fresh", flow=flow, count=1)
                recorder.take()
                server.ask("answer", event=event)
                found[flow] = counted(recorder.take())
    return found


def counted(calls: Iterable[Noted]) -> Figures:
    """The calls of one request, in sum."""
    calls = list(calls)
    return {
        "calls": dict(Counter(call.action for call in calls)),
        "signatures": dict(Counter(call.algorithm for call in calls if call.algorithm)),
        "read_units": sum(call.reads for call in calls),
        "write_units": sum(call.writes for call in calls),
        "bytes_sent": sum(call.sent for call in calls),
        "bytes_received": sum(call.received for call in calls),
    }


def sections(found: Figures) -> list[Section]:
    """Calls by name, units, bytes."""
    rows = [(flow, *cells(each)) for flow, each in found.items()]
    heads = ("warm request", "AWS calls", "read units", "write units", "bytes out", "bytes in")
    return [Section("AWS calls per request", heads, rows)]


def cells(each: Figures) -> tuple[str, ...]:
    """How a row shows the calls of a request."""
    names = ", ".join(f"{number} {action}" for action, number in each["calls"].items())
    units = (f"{each['read_units']:g}", f"{each['write_units']:g}")
    return (names or "none", *units, str(each["bytes_sent"]), str(each["bytes_received"]))
