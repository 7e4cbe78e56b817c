"""Sectors: the clients that know a user by the same pairwise subject. OpenID Connect Core 8.1."""

from __future__ import annotations

import re
from collections.abc import Iterable

PUBLIC, PAIRWISE = SUBJECT_TYPES = ("public", "pairwise")

# What may be registered is strict: hosts in lower case, no user name (redirect_uri.py).
_HOST = re.compile(r"https://([^/?:\[\]]+|\[[0-9a-f:.]+\])(?::[0-9]+)?(?:[/?].*)?", re.ASCII)


def of(sector_identifier_uri: str | None, redirect_uris: Iterable[str]) -> str:
    """The host that a client's pairwise subjects are for; ValueError in words for its developer.

    An app on the user's device has no host of its own: 127.0.0.1 would be one sector for all.
    """
    uris = [sector_identifier_uri] if sector_identifier_uri is not None else list(redirect_uris)
    found = [_HOST.fullmatch(uri) for uri in uris]
    hosts = {match[1] for match in found if match is not None}
    if not found or None in found:
        raise ValueError("is needed where redirect_uris name no host of the client's own")
    if len(hosts) > 1:
        raise ValueError("is needed where redirect_uris have several hosts")
    return hosts.pop()
