"""Clients that sign assertions: openid-client from npm and Authlib, unmodified. RFC 7523."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests.client_signatures import KINDS
from tests.running import Running

Node = Callable[..., subprocess.Popen[str]]
SECONDS = 60
RESOURCE = "https://api.example.com"
MADE: dict[str, Callable[[], Any]] = {
    "RSA": lambda: RSAKey.generate_key(2048),
    "EC": lambda: ECKey.generate_key("P-256"),
    "OKP": lambda: OKPKey.generate_key("Ed25519"),
}


def pair(alg: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A private JWK and its public one."""
    key = MADE[KINDS[alg]]()
    named = {"kid": f"key-{alg}"}
    return {**key.as_dict(private=True), **named}, {**key.as_dict(private=False), **named}


def machine(running: Running, public: dict[str, Any], **metadata: Any) -> str:
    """A client of all machine's endpoints that signs."""
    return running.client(
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [public]},
        grant_types=["client_credentials"],
        scope="read",
        **metadata,
    )


@pytest.mark.node
@pytest.mark.parametrize("alg", ["PS256", "ES256", "Ed25519", "RS256"])
def test_openid_client_with_each_algorithm(node: Node, running: Running, alg: str) -> None:
    """Discovery, client credentials, introspection, revocation: a new assertion for each.

    What RFC 9864 calls Ed25519 it never calls EdDSA.
    """
    private, public = pair(alg)
    settings = {
        "issuer": running.url,
        "client_id": machine(running, public, token_endpoint_auth_signing_alg=alg),
        "jwk": private,
        "alg": alg,
        "scope": "read",
        "resource": RESOURCE,
    }
    with node("private_key_jwt.mjs") as script:
        out, err = script.communicate(json.dumps(settings), timeout=SECONDS)
    assert script.returncode == 0, err
    result = json.loads(out)
    assert (result["given"]["token_type"], result["given"]["scope"]) == ("bearer", "read")
    assert result["before"]["active"] is True
    assert result["after"] == {"active": False}


@pytest.mark.parametrize("alg", ["PS256", "ES256", "RS256"])
def test_authlib_names_the_token_endpoint(running: Running, alg: str) -> None:
    """Its audience is the URL that it calls, and its assertions live for an hour."""
    private, public = pair(alg)
    client = machine(running, public)
    key = {"RSA": RSAKey, "EC": ECKey}[KINDS[alg]].import_key(private)
    endpoint = f"{running.url}/token"
    with OAuth2Session(client, key, token_endpoint_auth_method="private_key_jwt") as session:
        session.register_client_auth_method(
            PrivateKeyJWT(endpoint, alg=alg, headers={"kid": public["kid"]})
        )
        token = session.fetch_token(endpoint, grant_type="client_credentials", scope="read")
    assert token["scope"] == "read"
