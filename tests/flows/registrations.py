"""Clients that register themselves, as tests do it: RFC 7591 section 3, RFC 7592 section 2."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.administration import initial_access_tokens
from chalicelib.values import replace
from tests.reply import Reply
from tests.world import World

WEB = "https://app.example/callback"
NATIVE = "http://127.0.0.1:33418/callback"
JSON = ("Content-Type", "application/json")
PUBLIC: dict[str, Any] = {
    "client_name": "Example App",
    "redirect_uris": [NATIVE],
    "grant_types": ["authorization_code", "refresh_token"],
    "token_endpoint_auth_method": "none",
}
CONFIDENTIAL: dict[str, Any] = {
    "client_name": "Example Site",
    "redirect_uris": [WEB],
    "grant_types": ["authorization_code", "refresh_token"],
}


def bearer(token: str) -> tuple[str, str]:
    """The header with a token."""
    return "Authorization", f"Bearer {token}"


def post(
    world: World,
    metadata: Any,
    *headers: tuple[str, str],
    address: str = "203.0.113.7",
) -> Reply:
    """Ask to be registered; bytes are sent as they are."""
    body = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
    return world.request("POST", "/register", headers=[JSON, *headers], body=body, address=address)


def registered(world: World, metadata: Any = PUBLIC, **changes: Any) -> dict[str, Any]:
    """A client that has registered itself: what it was told. A second later it can be used."""
    reply = post(world, {**metadata, **changes})
    assert reply.status == 201, reply.text
    world.clock.forward(1)
    return reply.json


def manage(world: World, method: str, client: dict[str, Any], document: Any = None) -> Reply:
    """What a client asks of its own registration, by its own token."""
    path = client["registration_client_uri"].removeprefix(world.issuer)
    headers = [bearer(client["registration_access_token"])]
    if document is None:
        return world.request(method, path, headers=headers)
    return world.request(method, path, headers=[*headers, JSON], body=json.dumps(document).encode())


def as_sent(client: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The whole metadata for an update; RFC 7592 section 2.2 leaves out the server's own words."""
    ours = (
        *("registration_access_token", "registration_client_uri"),
        *("client_secret_expires_at", "client_id_issued_at"),
    )
    kept = {name: value for name, value in client.items() if name not in ours}
    return {**kept, **changes}


def code(world: World, client: dict[str, Any], **changes: Any) -> str:
    """A code of a client that registered itself."""
    asked = {"client_id": client["client_id"], "redirect_uri": client["redirect_uris"][0]}
    return world.code(None, **{**asked, "scope": "read", **changes})


def redeem(world: World, client: dict[str, Any], code: str) -> Reply:
    """Trade its code."""
    uri = client["redirect_uris"][0]
    if "client_secret" in client:
        auth = (client["client_id"], client["client_secret"])
        return world.redeem(code, auth=auth, redirect_uri=uri)
    return world.redeem(code, auth=None, client_id=client["client_id"], redirect_uri=uri)


def refresh(world: World, client: dict[str, Any], token: str) -> Reply:
    """Trade its refresh token; for a public client."""
    return world.refresh(token, auth=None, client_id=client["client_id"])


def with_tokens_only(world: World) -> World:
    """The server of a stage that wants an initial access token."""
    return set_up(world, registration="initial-access-token")


def set_up(world: World, **changes: Any) -> World:
    """The same server with other settings."""
    world.settings = replace(world.settings, **changes)
    world.restart()
    return world


def initial_token(world: World, **wishes: Any) -> str:
    """An initial access token."""
    _, text = initial_access_tokens.create(world.services, **wishes)
    return text


def is_refused(reply: Reply, error: str, words: str = "") -> None:
    """Refused under this code, in these words."""
    assert (reply.status, reply.json["error"]) == (400, error), reply.text
    assert words in reply.json["error_description"]


def is_unknown(reply: Reply) -> None:
    """RFC 7592 section 2.1: 401, whatever it was that is not there."""
    assert (reply.status, reply.json["error"]) == (401, "invalid_token")
    assert (reply.header("WWW-Authenticate") or "").startswith('Bearer realm="https://id.')
