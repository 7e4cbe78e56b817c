"""A warm function in a process of its own, asked line by line by the bench; both lines are JSON.

`python -m bench.server postern|naive`. Only the CPU time and the wall time of the function itself
are counted: making events and reading answers is not, and AWS is another process.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Iterable
from typing import Any

from bench.caller import Caller, Function
from bench.cloud import ROOT
from bench.flows import FLOWS, Flow
from bench.stopwatch import Stopwatch


class Warm:
    """The function, and the flows that it has begun."""

    def __init__(self, who: str) -> None:
        if who == "naive":
            sys.path.insert(0, str(ROOT / "bench/children"))
        self.function: Function = importlib.import_module("naive" if who == "naive" else "app").app
        self.caller = Caller(self.function)
        self._begun: dict[str, tuple[Flow, Any]] = {}

    def measure(self, flow: str, count: int) -> dict[str, list[float]]:
        """Microseconds of CPU and of wall time of each of `count` requests."""
        cpu, wall = [], []
        for event, note in self._requests(flow, count):
            started, on_cpu = time.perf_counter_ns(), time.process_time_ns()
            answer = self.function(event, None)
            on_cpu = time.process_time_ns() - on_cpu
            wall.append((time.perf_counter_ns() - started) / 1000)
            cpu.append(on_cpu / 1000)
            note(answer)
        return {"cpu": cpu, "wall": wall}

    def fresh(self, flow: str, count: int) -> list[Any]:
        """Events of `count` flows that have just begun; nobody has sent them."""
        return [next(FLOWS[flow](self.caller)) for _ in range(count)]

    def answer(self, event: Any) -> Any:
        """The answer to one event."""
        return self.function(event, None)

    def times(self, events: list[Any]) -> dict[str, list[float]]:
        """Microseconds of CPU of each event, and the status of its answer."""
        cpu, statuses = [], []
        for event in events:
            on_cpu = time.process_time_ns()
            answer = self.function(event, None)
            cpu.append((time.process_time_ns() - on_cpu) / 1000)
            statuses.append(answer["statusCode"])
        return {"cpu": cpu, "status": statuses}

    def parts(self, flow: str, count: int) -> dict[str, float]:
        """Microseconds of one request by module: see stopwatch.py."""
        watch = Stopwatch()
        for event, note in self._requests(flow, count):
            with watch:
                answer = self.function(event, None)
            note(answer)
        return watch.microseconds()

    def _requests(self, flow: str, count: int) -> Iterable[tuple[Any, Any]]:
        for _ in range(count):
            running, before = self._begun.get(flow) or (FLOWS[flow](self.caller), None)
            event = next(running) if before is None else running.send(before)
            said: list[Any] = []
            yield event, said.append
            if said[0]["statusCode"] >= 400:
                raise RuntimeError(f"{flow}: {said[0]}")
            self._begun[flow] = (running, said[0])


def main() -> None:
    """Answer `{"do": method, ...arguments}` until the end of input."""
    warm = Warm(sys.argv[1])
    for line in sys.stdin:
        asked = json.loads(line)
        said = getattr(warm, asked.pop("do"))(**asked)
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
