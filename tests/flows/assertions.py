"""Clients that prove themselves by assertions that they sign (RFC 7523)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chalicelib.administration import Refused, clients
from tests.client_signatures import jwks, jwt
from tests.reply import Reply
from tests.world import REDIRECT, World

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MACHINE = {"grant_type": "client_credentials", "scope": "read"}
_numbers = itertools.count()


def register(world: World, client_id: str = "asserter", **members: Any) -> str:
    """A client of all grants with keys, in the place of one that was there before: its name."""
    with suppress(Refused):
        clients.delete(client_id, world.services)
    keys = {} if "jwks_uri" in members else {"jwks": jwks()}
    metadata = {
        "client_id": client_id,
        "token_endpoint_auth_method": "private_key_jwt",
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "allowed_resources": ["https://api.example.com"],
        **keys,
        **members,
    }
    clients.create({name: v for name, v in metadata.items() if v is not None}, world.services)
    world.clock.forward(1)
    world.restart()
    return client_id


def claims(world: World, client_id: str = "asserter", /, **changes: Any) -> dict[str, Any]:
    """What a good assertion holds, its jti a new one; None leaves a claim out."""
    good = {
        "iss": client_id,
        "sub": client_id,
        "aud": world.issuer,
        "iat": world.clock(),
        "exp": world.clock() + 60,
        "jti": f"assertion-{next(_numbers)}",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(
    world: World,
    client_id: str = "asserter",
    /,
    *,
    alg: str = "ES256",
    header: Mapping[str, Any] | None = None,
    owner: str = "client",
    **changes: Any,
) -> str:
    """A good assertion, with other claims than those of `claims` where some are given."""
    return jwt(claims(world, client_id, **changes), alg, owner, **(header or {}))


def proof(token: str) -> dict[str, str]:
    """The parameters that carry an assertion."""
    return {"client_assertion_type": TYPE, "client_assertion": token}


def ask(world: World, token: str, path: str = "/token", **more: str) -> Reply:
    """Authenticate with an assertion, as a machine or about a token that is none."""
    form = MACHINE if path == "/token" else {"token": "x"}
    return world.post(path, {**form, **proof(token), **more})


def is_refused(reply: Reply) -> None:
    """As every client that did not prove itself."""
    assert (reply.status, reply.json["error"]) == (401, "invalid_client"), reply.text
    assert reply.json["error_description"] == "Client authentication failed."


def marks(world: World) -> list[str]:
    """What was spent, by the keys of the items."""
    return [item["pk"]["S"] for item in world.items() if item["pk"]["S"].startswith("J#assertion#")]
