"""Token exchange: an ID token of ours for an assertion that another server takes (ID-JAG)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from chalicelib.administration import Refused, clients
from chalicelib.protocol.grant_types import ID_JAG, ID_TOKEN, TOKEN_EXCHANGE
from tests.browser import Browser
from tests.flows import id_jags
from tests.reply import Reply, claims
from tests.world import REDIRECT, World

ELSEWHERE = "https://chat.example"
THERE = "https://api.chat.example"
WIKI = ("wiki", "wiki-secret")
AUDIENCES: dict[str, Any] = {
    ELSEWHERE: {"client_id": "f53f191f9311af35", "resources": {THERE: ["read", "history"]}},
}


def register(world: World, client_id: str = WIKI[0], **members: Any) -> tuple[str, str]:
    """A client that users sign in to, and that may have assertions about them."""
    with suppress(Refused):
        clients.delete(client_id, world.services)
    metadata = {
        "client_id": client_id,
        "client_secret": f"{client_id}-secret",
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token", TOKEN_EXCHANGE],
        "id_jag_audiences": AUDIENCES,
        **members,
    }
    clients.create({name: v for name, v in metadata.items() if v is not None}, world.services)
    world.clock.forward(1)
    world.restart()
    return client_id, f"{client_id}-secret"


def ready(world: World) -> World:
    """A stage that makes assertions, and a client that may have them."""
    id_jags.offer(world)
    register(world)
    world.aws.reset()
    return world


def tokens(
    world: World, client: tuple[str, str] = WIKI, browser: Browser | None = None, **changes: Any
) -> dict[str, Any]:
    """What a user's sign-in gives to a client."""
    asked = {"client_id": client[0], "scope": "openid", **changes}
    reply = world.redeem(world.code(browser, **asked), auth=client)
    assert reply.status == 200, reply.text
    return reply.json


def id_token(world: World, client: tuple[str, str] = WIKI, **changes: Any) -> str:
    """The ID token of a user who signs in."""
    return str(tokens(world, client, **changes)["id_token"])


def form(token: str, **changes: str | None) -> dict[str, str]:
    """A good request; None leaves a parameter out."""
    good = {
        "grant_type": TOKEN_EXCHANGE,
        "requested_token_type": ID_JAG,
        "audience": ELSEWHERE,
        "resource": THERE,
        "scope": "read history",
        "subject_token": token,
        "subject_token_type": ID_TOKEN,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def exchange(
    world: World,
    token: str,
    auth: tuple[str, str] | None = WIKI,
    headers: list[tuple[str, str]] | None = None,
    **changes: str | None,
) -> Reply:
    """Ask for an assertion."""
    return world.post("/token", form(token, **changes), auth=auth, headers=headers)


def given(reply: Reply) -> dict[str, Any]:
    """The claims of the assertion that was made."""
    assert reply.status == 200, reply.text
    return claims(reply.json["access_token"])


def is_refused(reply: Reply, error: str = "invalid_request") -> str:
    """With this error; the words."""
    assert (reply.status, reply.json["error"]) == (400, error), reply.text
    return str(reply.json["error_description"])
