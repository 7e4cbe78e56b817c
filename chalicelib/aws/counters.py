"""Counting attempts, atomically. One item a window; a count is taken before the attempt."""

from __future__ import annotations

from ..records.counter import Counter
from ..values import Frozen
from .client import ConditionFailed
from .table import Table


class Limit(Frozen):
    """At most `most` of `what` in each window of `seconds`."""

    what: str
    most: int
    seconds: int

    def counter(self, who: str, now: int) -> Counter:
        """The counter of one window."""
        window = now - now % self.seconds
        return Counter(what=self.what, who=who, window=window, expires_at=window + self.seconds)


class LimitReached(Exception):
    """No more attempts in this window; `retry_after` seconds remain of it."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("limit reached")
        self.retry_after = retry_after


def count(table: Table, limit: Limit, who: str, now: int) -> Counter:
    """Count one attempt before it is made; LimitReached when it is one too many."""
    counter = limit.counter(who, now)
    try:
        table.add(counter, "n", 1, when="attribute_not_exists(n) OR n < :limit", limit=limit.most)
    except ConditionFailed:
        raise LimitReached(counter.expires_at - now) from None
    return counter


def take_back(table: Table, counter: Counter) -> None:
    """An attempt succeeded: it does not count."""
    try:
        table.add(counter, "n", -1, when="n > :limit", limit=0)
    except ConditionFailed:
        return


def check(table: Table, limit: Limit, who: str, now: int) -> None:
    """LimitReached when the window is full; counts nothing."""
    counter = table.get(Counter, limit.counter(who, now).key)
    if counter is not None and counter.count >= limit.most:
        raise LimitReached(counter.expires_at - now)
