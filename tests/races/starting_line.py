"""Threads that start together."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tests.reply import Reply
from tests.world import World

T = TypeVar("T")

RACERS = 32
ROUNDS = 4


def racers(stage: World, number: int = RACERS) -> list[World]:
    """So many processes of a stage, each with a memory of its own."""
    return [stage.twin() for _ in range(number)]


def all_at_once(acts: Sequence[Callable[[], T]]) -> list[T]:
    """What each of the acts returned, in their order; they start together."""
    line = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        line.wait(timeout=30)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [running.result(timeout=60) for running in [pool.submit(run, act) for act in acts]]


def statuses(replies: Iterable[Reply]) -> Counter[int]:
    """How often each status came."""
    return Counter(reply.status for reply in replies)


def is_dead(stage: World, tokens: dict[str, str]) -> bool:
    """Whether nothing of a token response is accepted anywhere, by a process that starts now."""
    fresh = stage.twin()
    inactive = [
        fresh.introspect(tokens[name]) == {"active": False}
        for name in ("access_token", "refresh_token")
    ]
    return all(inactive) and fresh.refresh(tokens["refresh_token"]).status == 400
