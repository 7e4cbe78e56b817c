"""Resource servers: clients that look into tokens, and the answers that are signed for them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chalicelib.administration import Refused, clients, resources
from chalicelib.protocol import jwt, signature
from tests.reply import Reply
from tests.world import World

API, OTHER = "https://api.example.com", "https://other.example.com"
JWT, JSON = "application/token-introspection+jwt", "application/json"
ACCEPT = [("Accept", JWT)]
Auth = tuple[str, str]


def register(world: World, name: str = "gate", **members: Any) -> Auth:
    """A resource server of the API, in the place of one that was there before: its credentials."""
    with suppress(Refused):
        resources.create({"resource": OTHER, "name": "Other", "scopes": {"l": "L"}}, world.services)
    with suppress(Refused):
        clients.delete(name, world.services)
    metadata = {
        "client_id": name,
        "client_secret": f"{name}-secret",
        "grant_types": ["client_credentials"],
        "allowed_resources": [],
        "introspection": "audience",
        "resource_server": [API],
    }
    clients.create({**metadata, **members}, world.services)
    world.restart()
    return name, f"{name}-secret"


def ask(world: World, token: str, auth: Auth | None, *accept: str) -> Reply:
    """Introspection, with these Accept headers."""
    headers = [("Accept", value) for value in accept]
    return world.post("/introspect", {"token": token}, auth=auth, headers=headers)


def opened(world: World, reply: Reply) -> Mapping[str, Any]:
    """The claims of a signed answer, whose signature is by a published key."""
    assert (reply.status, reply.header("Content-Type")) == (200, JWT)
    assert reply.header("Cache-Control") == "no-store"
    keys = {key["kid"]: key for key in world.get("/.well-known/jwks.json").json["keys"]}
    token = jwt.parse(reply.text)
    assert set(token.header) == {"typ", "alg", "kid"}
    assert token.header["typ"] == "token-introspection+jwt"
    key = keys[token.header["kid"]]
    alg = token.header["alg"]
    assert alg == key["alg"]
    assert signature.verify(alg, key, token.signing_input, token.signature)
    return token.claims


def told(world: World, reply: Reply) -> Mapping[str, Any]:
    """What a signed answer says of the token."""
    said: Mapping[str, Any] = opened(world, reply)["token_introspection"]
    return said


def seen(reply: Reply) -> tuple[int, str, list[tuple[str, str]]]:
    """All that the caller has of an answer, but for its number."""
    headers = [pair for pair in reply.answer.headers if pair[0] != "X-Request-Id"]
    return reply.status, reply.text, headers
