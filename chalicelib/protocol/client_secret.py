"""Client secrets. RFC 6749 section 2.3.1; two may live while one is being replaced."""

from __future__ import annotations

from ..encoding import equal, sha256
from ..records.client import Client


def is_secret_of(client: Client | None, secret: str, now: int) -> bool:
    """Whether this is the client's secret, or the one before while it lasts.

    An unknown client costs the same comparisons as a known one.
    """
    presented = sha256(secret)
    current = client.secret_hash if client and client.secret_hash else b""
    previous = b""
    if client and client.previous_secret_hash and now < client.previous_secret_expires_at:
        previous = client.previous_secret_hash
    is_current, is_previous = equal(presented, current), equal(presented, previous)
    return is_current or is_previous
