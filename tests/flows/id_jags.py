"""Assertions about users (ID-JAG), as a trusted issuer of the tests makes them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chalicelib.administration import Refused, clients, links, trusted_issuers, users
from chalicelib.protocol.grant_types import JWT_BEARER
from chalicelib.values import replace
from tests.client_signatures import jwks, jwt
from tests.reply import Reply
from tests.world import World

API = "https://api.example.com"
IDP = "https://idp.example.com"
SUBJECT = "U019488227"
BROUGHT = ("bringer", "bringer-secret")
_numbers = itertools.count()


def offer(world: World, mode: str = "both") -> World:
    """A stage that takes assertions, makes them, or both."""
    world.settings = replace(world.settings, id_jag=mode)
    world.environ["ID_JAG"] = mode
    world.restart()
    return world


def trust(world: World, issuer: str = IDP, **members: Any) -> str:
    """An issuer that is trusted with users, in the place of what was there before: its name."""
    with suppress(Refused):
        trusted_issuers.delete(issuer, world.services)
    keys = {} if "jwks_uri" in members else {"jwks": jwks("idp")}
    metadata = {
        "issuer": issuer,
        "purposes": ["id_jag"],
        "resources": {API: ["read", "write"]},
        **keys,
        **members,
    }
    trusted_issuers.create(metadata, world.services)
    world.restart()
    return issuer


def register(world: World, client_id: str = BROUGHT[0], **members: Any) -> tuple[str, str]:
    """A client that brings assertions, in the place of one that was there before."""
    with suppress(Refused):
        clients.delete(client_id, world.services)
    metadata = {
        "client_id": client_id,
        "client_secret": f"{client_id}-secret",
        "grant_types": [JWT_BEARER],
        **members,
    }
    clients.create({name: v for name, v in metadata.items() if v is not None}, world.services)
    world.clock.forward(1)
    world.restart()
    return client_id, f"{client_id}-secret"


def link(world: World, subject: str = SUBJECT, issuer: str = IDP) -> None:
    """Say that the demo user is the issuer's."""
    links.link(users.find("demo@example.com", world.services), issuer, subject, world.services)


def ready(world: World, **members: Any) -> World:
    """A stage with an issuer, a client and a linked user."""
    offer(world)
    trust(world, **members)
    register(world)
    link(world)
    world.clock.forward(1)
    world.restart()
    world.aws.reset()
    return world


def claims(world: World, **changes: Any) -> dict[str, Any]:
    """What a good assertion holds, its jti a new one; None leaves a claim out."""
    good = {
        "iss": IDP,
        "sub": SUBJECT,
        "aud": world.issuer,
        "client_id": BROUGHT[0],
        "resource": API,
        "scope": "read write",
        "iat": world.clock(),
        "exp": world.clock() + 300,
        "jti": f"id-jag-{next(_numbers)}",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(
    world: World,
    *,
    alg: str = "ES256",
    header: Mapping[str, Any] | None = None,
    owner: str = "idp",
    **changes: Any,
) -> str:
    """A good assertion, with other claims than those of `claims` where some are given."""
    typed = {"typ": "oauth-id-jag+jwt", **(header or {})}
    return jwt(claims(world, **changes), alg, owner, **typed)


def bring(world: World, token: str, auth: tuple[str, str] | None = BROUGHT, **more: Any) -> Reply:
    """Present an assertion. headers: more of them."""
    headers = more.pop("headers", None)
    form = {"grant_type": JWT_BEARER, "assertion": token, **more}
    return world.post("/token", form, auth=auth, headers=headers)


def brought(world: World, token: str | None = None, **more: Any) -> dict[str, Any]:
    """What a good assertion is answered."""
    reply = bring(world, token or signed(world), **more)
    assert reply.status == 200, reply.text
    return reply.json


def marks(world: World) -> list[str]:
    """What was spent, by the keys of the items."""
    return [item["pk"]["S"] for item in world.items() if item["pk"]["S"].startswith("J#id-jag#")]
