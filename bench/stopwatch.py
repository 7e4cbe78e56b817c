"""Which of our modules the time of a request goes to.

A profile hook charges the time since the last call or return to the innermost frame of ours: what
the standard library does counts for the module that asked for it. The hook stops its own clock. Of
calls that wait for AWS only the CPU time counts.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from types import FrameType
from typing import Any

from bench.cloud import ROOT

ELSEWHERE = "elsewhere"
_OURS = f"{ROOT}/chalicelib/"
# Charged to whoever calls them.
_HELPERS = {"encoding", "modules"}
_WAITS = {"connect", "getaddrinfo", "recv", "recv_into", "send", "sendall"}


class Stopwatch:
    """`with watch:` round each request."""

    def __init__(self) -> None:
        self._requests: list[Counter[str]] = []
        self._owners: list[str] = []
        self._names: dict[str, str | None] = {}
        self._last = self._on_cpu = 0

    def __enter__(self) -> None:
        self._requests.append(Counter())
        self._owners = [ELSEWHERE]
        self._last = time.perf_counter_ns()
        sys.setprofile(self._hook)

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def microseconds(self) -> dict[str, float]:
        """The median of each module's time in a request."""
        names = {name for spent in self._requests for name in spent}
        found = {
            name: statistics.median(spent[name] for spent in self._requests) / 1000
            for name in names
        }
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    def _hook(self, frame: FrameType, event: str, called: Any) -> None:
        spent, owners = self._requests[-1], self._owners
        passed = time.perf_counter_ns() - self._last
        waits = event.startswith("c_") and called.__name__ in _WAITS
        if waits and event != "c_call":
            passed = time.process_time_ns() - self._on_cpu
        spent[owners[-1]] += passed
        if event == "call":
            owners.append(self._owner(frame) or owners[-1])
        elif event == "return" and len(owners) > 1:
            owners.pop()
        if waits and event == "c_call":
            self._on_cpu = time.process_time_ns()
        self._last = time.perf_counter_ns()

    def _owner(self, frame: FrameType) -> str | None:
        path = frame.f_code.co_filename
        if path not in self._names:
            mine = path.startswith(_OURS)
            name = path.removeprefix(_OURS).removesuffix(".py")
            self._names[path] = name if mine and name not in _HELPERS else None
        return self._names[path]
