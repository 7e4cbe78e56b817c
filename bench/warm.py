"""Warm requests: the CPU time of one, in microseconds, once everything is loaded.

`python -m bench.warm postern|naive COUNT` prints the median of five rounds. The emulated AWS
runs in another process, so neither its CPU nor the wait for it is counted.
"""

from __future__ import annotations

import statistics
import sys
import time

from bench.cold import event
from bench.naive import handler as naive_handler

ROUNDS = 5


def measure(who: str, count: int) -> float:
    """Microseconds of CPU per token."""
    if who == "naive":
        app = naive_handler()
    else:
        from app import app  # type: ignore[assignment]  # both take an event and a context
    asked = event("/token")
    for _ in range(20):
        app(asked, None)
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(count):
            app(asked, None)
        rounds.append((time.process_time() - started) / count * 1e6)
    return statistics.median(rounds)


if __name__ == "__main__":
    print(round(measure(sys.argv[1], int(sys.argv[2])), 1))
