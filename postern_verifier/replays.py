"""Which DPoP proofs were used, in the memory of one process. RFC 9449 section 11.1.

With several processes behind one address, give `ProofRules(first_use=...)` a store they share: a
conditional write to a table, or SET with NX and EXAT.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

MOST = 100_000


class Full(Exception):
    """Forgetting a name early would let its proof pass twice."""


class Replays:
    """Called with a name and the time at which it may be forgotten; True when the name is new."""

    def __init__(self, *, most: int = MOST, now: Callable[[], float] = time.time) -> None:
        self._most = most
        self._now = now
        self._until: dict[str, int] = {}
        self._swept = 0.0
        self._lock = threading.Lock()

    def __call__(self, name: str, until: int) -> bool:
        """Remember a name; Full when there is no room."""
        now = self._now()
        with self._lock:
            # Once a second at most: with every call it would look at all the names each time.
            if now - self._swept >= 1:
                self._swept = now
                self._until = {one: last for one, last in self._until.items() if last > now}
            if self._until.get(name, 0) > now:
                return False
            if len(self._until) >= self._most:
                raise Full("too many proofs at once")
            self._until[name] = until
            return True
