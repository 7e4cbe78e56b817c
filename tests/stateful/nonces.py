"""The nonces that the server gives for DPoP proofs. RFC 9449 section 8, docs/decisions/0031.

There is one for each period, the same from every process and for every client, and no other
period has it. It is taken in its own period and in the one after.
"""

from __future__ import annotations

from tests.stateful.possession import NONCE_PERIOD


class Nonces:
    """Those that were given, by their period."""

    def __init__(self) -> None:
        self.given: dict[int, str] = {}

    def learn(self, text: str, now: int) -> None:
        """The server has given one just now."""
        period = now // NONCE_PERIOD
        assert self.given.setdefault(period, text) == text, "two nonces in one period"
        assert [one for one, known in self.given.items() if known == text] == [period]

    def latest(self, now: int) -> tuple[int, str] | None:
        """The newest that is good now, with its period."""
        for period in (now // NONCE_PERIOD, now // NONCE_PERIOD - 1):
            if period in self.given:
                return period, self.given[period]
        return None

    def last(self) -> tuple[int, str] | None:
        """The newest that was given, however long ago."""
        period = max(self.given, default=None)
        return None if period is None else (period, self.given[period])

    def old(self, now: int) -> tuple[int, str] | None:
        """One that was good once."""
        old = [period for period in self.given if period < now // NONCE_PERIOD - 1]
        return (old[-1], self.given[old[-1]]) if old else None
