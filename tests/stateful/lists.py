"""The status lists as anybody reads them, against the model. draft-ietf-oauth-status-list-21."""

from __future__ import annotations

import base64
import hashlib
import zlib
from typing import Any
from urllib.parse import urlsplit

import jwt

from tests.stateful import bound
from tests.stateful.actors import Cast
from tests.stateful.model import ACCESS_TOKEN
from tests.stateful.possession import ISSUER


def check(cast: Cast) -> int:
    """A list that is made now tells the revoked tokens from the others: of how many."""
    # A process keeps a list for its `ttl`; a new one has none.
    world = cast.world
    process = world.services, world.gateway
    world.restart()
    found = _compare(cast)
    world.services, world.gateway = process
    return found


def _compare(cast: Cast) -> int:
    tokens = cast.model.access_tokens
    lists: dict[str, dict[str, Any]] = {}
    found = 0
    for token in tokens:
        ended = cast.now >= min(token.issued_at + ACCESS_TOKEN, token.grant.ends)
        if token.place is None or ended:
            continue
        uri, index = token.place
        if uri not in lists:
            lists[uri] = _read(cast, uri)
        client_id = token.grant.client_id
        told = _bit(lists[uri], index) or _of_client(lists[uri], client_id, token.issued_at)
        expected = bound.is_listed(token, cast.model.now_is(client_id), tokens)
        assert told == expected, f"listed as revoked: {told}; the model says {expected}"
        found += 1
    return found


def _read(cast: Cast, uri: str) -> dict[str, Any]:
    assert uri.startswith(f"{ISSUER}/")
    reply = cast.world.get(urlsplit(uri).path)
    assert reply.status == 200, reply.text
    header = jwt.get_unverified_header(reply.text)
    assert header["typ"] == "statuslist+jwt"
    key = cast.published[-1][1][header["kid"]]
    options: Any = {"verify_exp": False, "verify_iat": False}
    told: dict[str, Any] = jwt.decode(reply.text, key, algorithms=["RS256"], options=options)
    assert (told["sub"], told["iat"]) == (uri, cast.now)
    return told


def _bit(told: dict[str, Any], index: int) -> bool:
    assert told["status_list"]["bits"] == 1
    lst = told["status_list"]["lst"]
    bits = zlib.decompress(base64.urlsafe_b64decode(lst + "=" * (-len(lst) % 4)))
    return bool(bits[index // 8] >> index % 8 & 1)


def _of_client(told: dict[str, Any], client_id: str, issued_at: int) -> bool:
    """Our own member: clients that were revoked as a whole (docs/decisions/0034)."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(client_id.encode()).digest())
    until = told.get("revoked_clients", {}).get(digest.decode().rstrip("="))
    return until is not None and issued_at <= until
