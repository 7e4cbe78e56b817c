"""A refresh family as a hash chain: nothing stored is a token, and still a retry is answered alike.

    secret 0 ──► secret 1 ──► … ──► secret n        next = HMAC-SHA-256(chain, secret)
                              stored: chain, SHA-256(secret n), n

A family starts from its authorization code: secret 0 is the code's successor.
"""

from __future__ import annotations

from ..encoding import equal, hmac_sha256, sha256


def successor(chain: bytes, secret: bytes) -> bytes:
    """The secret that follows this one."""
    return hmac_sha256(chain, secret)


def steps_behind(secret: bytes, chain: bytes, current_hash: bytes, number: int) -> int | None:
    """How many rotations ago `secret` was current (0: it is), or None when it is forged.

    Walks forward at most `number` steps, the number of rotations there have been.
    """
    for steps in range(number + 1):
        if equal(sha256(secret), current_hash):
            return steps
        secret = successor(chain, secret)
    return None
