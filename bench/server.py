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

from bench.caller import Busy, Caller, Function, is_busy
from bench.cloud import ROOT
from bench.flows import FLOWS, Flow
from bench.stopwatch import Stopwatch

MOST_BUSY = 20  # requests, of which AWS answers none in time, before this is given up


class Warm:
    """The function, and the flows that it has begun.

    A request that AWS did not answer in time, on a busy machine, is measured by another one.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self.caller = Caller(function)
        self._begun: dict[str, tuple[Flow, Any]] = {}
        self._busy = 0

    def measure(self, flow: str, count: int) -> dict[str, list[float]]:
        """Microseconds of CPU and of wall time of each of `count` requests."""
        cpu, wall = [], []
        for event, note in self._requests(flow, count):
            started, on_cpu = time.perf_counter_ns(), time.process_time_ns()
            answer = self.function(event, None)
            on_cpu = time.process_time_ns() - on_cpu
            if not is_busy(answer):
                wall.append((time.perf_counter_ns() - started) / 1000)
                cpu.append(on_cpu / 1000)
            note(answer)
        return {"cpu": cpu, "wall": wall}

    def fresh(self, flow: str, count: int) -> list[Any]:
        """Events of `count` flows that have just begun; nobody has sent them."""
        made: list[Any] = []
        while len(made) < count:
            try:
                made.append(next(FLOWS[flow](self.caller)))
            except Busy:
                self._again()
        return made

    def answer(self, event: Any) -> Any:
        """The answer to one event."""
        return self.function(event, None)

    def times(self, events: list[Any]) -> dict[str, list[float]]:
        """Microseconds of CPU of each event, and the status of its answer."""
        cpu, statuses = [], []
        for event in events:
            on_cpu = time.process_time_ns()
            while is_busy(answer := self.function(event, None)):
                self._again()
                on_cpu = time.process_time_ns()
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
        answered = 0
        while answered < count:
            # Taken out: one that has met a failure is over, and another one begins.
            running, before = self._begun.pop(flow, None) or (FLOWS[flow](self.caller), None)
            try:
                event = next(running) if before is None else running.send(before)
            except Busy:
                self._again()
                continue
            said: list[Any] = []
            yield event, said.append
            if is_busy(said[0]):
                self._again()
                continue
            if said[0]["statusCode"] >= 400:
                raise RuntimeError(f"{flow}: {said[0]}")
            self._begun[flow] = (running, said[0])
            answered += 1

    def _again(self) -> None:
        self._busy += 1
        if self._busy > MOST_BUSY:
            raise RuntimeError("AWS does not answer in time: the machine has too much to do")


def _function(who: str) -> Function:
    if who == "naive":
        sys.path.insert(0, str(ROOT / "bench/children"))
    found: Function = importlib.import_module("naive" if who == "naive" else "app").app
    return found


def main() -> None:
    """Answer `{"do": method, ...arguments}` until the end of input."""
    warm = Warm(_function(sys.argv[1]))
    for line in sys.stdin:
        asked = json.loads(line)
        said = getattr(warm, asked.pop("do"))(**asked)
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
