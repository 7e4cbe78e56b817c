"""Clients that prove themselves, or bind their tokens, by certificates (RFC 8705)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from chalicelib.administration import Refused, clients
from chalicelib.values import replace
from tests.client_certificates import SUBJECT, issued
from tests.client_signatures import private_key, public_jwk
from tests.reply import Reply
from tests.world import REDIRECT, World

MTLS = "https://mtls.id.example.com"
MACHINE = {"grant_type": "client_credentials", "scope": "read"}
PATHS = ("/token", "/revoke", "/introspect")
BOUND = {"tls_client_certificate_bound_access_tokens": True}


def take_certificates(world: World) -> World:
    """A stage with a host for client certificates."""
    world.settings = replace(world.settings, mtls_url=MTLS)
    world.environ["MTLS_URL"] = MTLS
    world.restart()
    return world


def register(world: World, client_id: str = "named", **members: Any) -> str:
    """A client, by its subject where nothing else is said: its name."""
    with suppress(Refused):
        clients.delete(client_id, world.services)
    metadata = {
        "client_id": client_id,
        "token_endpoint_auth_method": "tls_client_auth",
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "allowed_resources": ["https://api.example.com"],
        **members,
    }
    if metadata["token_endpoint_auth_method"] == "none":
        metadata["grant_types"] = ["authorization_code", "refresh_token"]
    if metadata["token_endpoint_auth_method"] == "tls_client_auth" and not members.keys() & {
        f"tls_client_auth_{kind}"
        for kind in ("subject_dn", "san_dns", "san_uri", "san_ip", "san_email")
    }:
        metadata["tls_client_auth_subject_dn"] = SUBJECT
    clients.create(metadata, world.services)
    world.clock.forward(1)
    world.restart()
    return client_id


def register_keyed(world: World, client_id: str = "keyed", **members: Any) -> str:
    """A client that is known by the keys of its certificates."""
    kinds = ("EC", "RSA", "OKP")
    keys = [public_jwk(private_key(kind, "certified"), kid=kind) for kind in kinds]
    known = {} if "jwks_uri" in members else {"jwks": {"keys": keys}}
    method = {"token_endpoint_auth_method": "self_signed_tls_client_auth"}
    return register(world, client_id, **{**method, **known, **members})


def ask(
    world: World,
    certificate: str | None,
    client_id: str = "named",
    path: str = "/token",
    **more: str,
) -> Reply:
    """Authenticate over a connection with a certificate, as a machine or about no token."""
    form = MACHINE if path == "/token" else {"token": "x"}
    return world.post(path, {**form, "client_id": client_id, **more}, certificate=certificate)


def is_refused(reply: Reply) -> None:
    """As every client that did not prove itself."""
    assert (reply.status, reply.json["error"]) == (401, "invalid_client"), reply.text
    assert reply.json["error_description"] == "Client authentication failed."


def userinfo(world: World, token: str, certificate: str | None) -> Reply:
    """Ask with a token over a connection."""
    headers = [("Authorization", f"Bearer {token}")]
    return world.request("GET", "/userinfo", headers=headers, certificate=certificate)


GOOD = issued()
OTHER = issued(owner="stranger", number=8)
