"""Nonces that a resource server has its clients put into DPoP proofs. RFC 9449 sections 8 and 9.

Nothing is stored: a nonce is a keyed hash of the period in which it was made. Processes that share
the secret accept each other's.

    ── period n ──────┬── period n+1 ────┬── period n+2 ───► time
       nonce n given  │  n+1 given       │
       n accepted     │  n accepted too  │  n refused
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from .encoding import base64url


@dataclass(frozen=True, slots=True)
class Nonces:
    """secret: at least 32 random bytes. period: seconds after which a new nonce is given."""

    secret: bytes = field(repr=False)
    period: int = 300

    def __post_init__(self) -> None:
        if len(self.secret) < 32 or self.period < 1:
            raise ValueError("a secret of 32 bytes, and a period of a second, at least")

    def current(self, now: float) -> str:
        """The nonce to give to clients."""
        return self._of(int(now) // self.period)

    def accepts(self, nonce: object, now: float) -> bool:
        """Whether a nonce was given in this period or the one before it."""
        if not isinstance(nonce, str):
            return False
        number = int(now) // self.period
        good = [
            hmac.compare_digest(self._of(n).encode(), nonce.encode()) for n in (number, number - 1)
        ]
        return any(good)

    def _of(self, number: int) -> str:
        return base64url(hmac.digest(self.secret, b"DPoP-Nonce %d" % number, hashlib.sha256))
