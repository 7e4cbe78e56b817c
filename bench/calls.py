"""AWS calls of a warm request of each flow, and the capacity units they consume."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from bench import cloud
from bench.caller import is_busy
from bench.flows import FLOWS
from bench.processes import Server
from bench.recorder import Noted, Recorder
from bench.report import Section
from bench.run import Figures, Run

WARM_UP = 2
MOST_TRIES = 8


def measure(run: Run) -> Figures:
    """What one request of each flow asks of AWS."""
    found = {}
    with Recorder(run.cloud.url) as recorder:
        environ = cloud.stage(run.cloud, "calls", recorder.url)
        with Server("postern", environ) as server:
            for flow in FLOWS:
                server.ask("measure", flow=flow, count=WARM_UP)
                found[flow] = agreed(recorder, server, begun(server, flow))
    return found


def begun(server: Server, flow: str) -> Iterator[Any]:
    """Events of a flow, each made when it is asked for."""
    while True:
        yield server.ask("fresh", flow=flow, count=1)[0]


def agreed(recorder: Recorder, server: Server, events: Iterable[Any]) -> Figures:
    """The calls of one of these requests, the same as of the one before it.

    On a busy machine a call may run into its time-out, and its second try would count as well.
    """
    before: Figures | None = None
    for event in islice(events, MOST_TRIES):
        recorder.take()
        said = server.ask("answer", event=event)
        found = counted(recorder.take())
        if not is_busy(said):
            if before is not None and found["calls"] == before["calls"]:
                return found
            before = found
    raise RuntimeError(f"no two requests in a row have the same calls: {before}")


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
