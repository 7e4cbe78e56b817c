"""Requests that are pushed, and what a browser brings of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.reply import Reply
from tests.world import World

WEB = ("demoweb", "demowebsecret")
URN = "urn:ietf:params:oauth:request_uri:"
Changes = str | None


def parameters(world: World, **changes: Changes) -> dict[str, str]:
    """A good request of demoweb's; None leaves a parameter out."""
    return dict(parse_qsl(urlsplit(world.authorize_url(**changes)).query))


def push(
    world: World,
    auth: tuple[str, str] | None = WEB,
    headers: list[tuple[str, str]] | None = None,
    **changes: Changes,
) -> Reply:
    """Push a good request with some changes."""
    return world.post("/par", parameters(world, **changes), auth=auth, headers=headers)


def pushed(world: World, auth: tuple[str, str] | None = WEB, **changes: Changes) -> str:
    """The request_uri of a good request."""
    reply = push(world, auth, **changes)
    assert reply.status == 201, reply.text
    return str(reply.json["request_uri"])


def url(world: World, request_uri: str, client_id: str = "demoweb", **beside: str) -> str:
    """Where the browser is sent with it."""
    query = urlencode({"client_id": client_id, "request_uri": request_uri, **beside})
    return f"{world.issuer}/authorize?{query}"


def is_a_page(reply: Reply | None, error: str) -> None:
    """Status 400, for the user; no way out of it, nothing kept in the browser."""
    assert reply is not None
    assert (reply.status, reply.is_page) == (400, True)
    assert reply.header("Location") is None
    assert (reply.page.refresh, reply.page.forms) == (None, {})
    assert reply.headers_of("Set-Cookie") == []
    assert error in reply.page.text


def stored(world: World) -> list[dict[str, Any]]:
    """The pushed requests in the table."""
    return [item for item in world.items() if item["t"]["S"] == "pushed"]
