"""A document of the issuer's that is kept for a while: its metadata, its keys.

    loaded ── fresh ─────────┬── stale ──────────────────┬── gone ───► time
              used as it is  │  loaded again; while that │  nothing is
                             │  fails, used all the same │  accepted
                          fresh_for              + stale_for

It is also loaded again when something is missing in it. After a success the next try waits `pause`
seconds at least, after a failure `pause_after_failure`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from .errors import IssuerUnavailable
from .fetching import Answer

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caching:
    """All in seconds.

    at_least, at_most: the bounds of what the answer's max-age may say. otherwise: when it says
    nothing. stale_for: how long keys are used while the issuer is down. pause: between two tries,
    however many unknown keys are asked for; pause_after_failure: when the first did not succeed.
    """

    at_least: int = 60
    at_most: int = 3600
    otherwise: int = 300
    stale_for: int = 24 * 3600
    pause: int = 30
    pause_after_failure: int = 5

    def fresh_for(self, answer: Answer) -> int:
        """How long an answer is fresh. RFC 9111 section 5.2.2.1."""
        said = answer.headers.get("cache-control", "")
        found = re.search(r"(?:^|[\s,])max-age=\"?([0-9]{1,9})", said, re.ASCII | re.IGNORECASE)
        seconds = int(found[1]) if found else self.otherwise
        return min(max(seconds, self.at_least), self.at_most)


@dataclass(frozen=True, slots=True)
class _Held(Generic[T]):
    document: T
    loaded_at: float
    fresh_until: float


class Cached(Generic[T]):
    """Safe for threads: one of them loads; the others wait only where they have nothing.

    load: gives the document and for how many seconds it is fresh; IssuerUnavailable.
    """

    def __init__(
        self, load: Callable[[], tuple[T, int]], caching: Caching, now: Callable[[], float]
    ) -> None:
        self._load = load
        self._caching = caching
        self._now = now
        self._held: _Held[T] | None = None
        self._waits = (0.0, 0.0)  # from when until when no try is made
        self._loading = threading.Lock()

    def get(self) -> T:
        """The document; IssuerUnavailable when there is none."""
        held, now = self._held, self._now()
        # A clock that was set back makes nothing fresh.
        if held and held.loaded_at <= now < held.fresh_until:
            return held.document
        return self._renewed(held, wait=self._is_gone(held))

    def newer(self, document: T) -> T:
        """A newer one than this, which lacks something; or the same, when it is too soon."""
        held = self._held
        if held is None or held.document is not document:
            return self.get()
        return self._renewed(held, wait=True)

    def _renewed(self, seen: _Held[T] | None, *, wait: bool) -> T:
        if not self._loading.acquire(blocking=wait):
            # Another thread is at it, and what there is will do.
            assert seen is not None
            return seen.document
        try:
            if self._held is seen and self._may_try():
                self._try()
            held = self._held
            if held is None or self._is_gone(held):
                raise IssuerUnavailable("it did not answer lately")
            return held.document
        finally:
            self._loading.release()

    def _try(self) -> None:
        try:
            document, seconds = self._load()
        except IssuerUnavailable:
            self._wait(self._caching.pause_after_failure)
            if self._is_gone(self._held):
                raise
        else:
            self._wait(self._caching.pause)
            now = self._now()
            self._held = _Held(document, now, now + seconds)

    def _wait(self, seconds: int) -> None:
        now = self._now()
        self._waits = (now, now + seconds)

    def _may_try(self) -> bool:
        since, until = self._waits
        # A clock that was set back must not make the wait longer.
        return not since <= self._now() < until

    def _is_gone(self, held: _Held[T] | None) -> bool:
        return held is None or self._now() >= held.fresh_until + self._caching.stale_for
