"""openid-client, the strictest of the clients from npm, unmodified."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.chromium import Person
from tests.interop import scripts
from tests.interop.scripts import SECONDS, Node
from tests.interop.test_private_key_jwt import pair
from tests.receiver import Receiver
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.node]


def _signing() -> tuple[dict[str, Any], dict[str, Any]]:
    """What the script signs with, and what the client registers."""
    private, public = pair("ES256")
    return {"jwk": private, "alg": "ES256"}, {"jwks": {"keys": [public]}}


PROOFS: dict[str, Callable[[], tuple[dict[str, Any], dict[str, Any]]]] = {
    "private_key_jwt": _signing
}


def walk(
    node: Node, running: Running, person: Person, receiver: Receiver, **settings: str
) -> dict[str, Any]:
    """The whole flow; what the script printed at the end."""
    method = settings["method"]
    proof, known = PROOFS.get(method, lambda: ({}, {}))()
    client = running.client(
        redirect_uris=[receiver.redirect_uri], token_endpoint_auth_method=method, **known
    )
    secret = {"client_secret": f"{client}secret"} if method.startswith("client_secret") else proof
    given = {
        "issuer": running.url,
        "client_id": client,
        "redirect_uri": receiver.redirect_uri,
        **secret,
        **settings,
    }

    def agree() -> None:
        person.sign_in(running.user())
        person.allow()

    return scripts.walk(node, "code_flow.mjs", given, person, receiver, agree)


@pytest.mark.parametrize(
    "method", ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"]
)
@pytest.mark.parametrize("algorithm", ["oidc", "oauth2"])
def test_from_discovery_to_revocation(
    node: Node, running: Running, person: Person, receiver: Receiver, method: str, algorithm: str
) -> None:
    """Discovery in both places, PKCE, state, iss, refresh, introspection, revocation."""
    settings = {"method": method, "algorithm": algorithm, "scope": "read write"}
    result = walk(node, running, person, receiver, **settings)
    assert result["tokens"]["scope"] == "read write"
    assert result["refreshed"]["refresh_token"] != result["tokens"]["refresh_token"]
    assert result["again"] == "invalid_grant"
    if method == "none":
        assert result["before"] == result["after"] == "unauthorized_client"
    else:
        assert result["before"]["active"] is True
        assert result["before"]["scope"] == "read write"
        assert result["after"] == {"active": False}


def test_openid_connect(node: Node, running: Running, person: Person, receiver: Receiver) -> None:
    """With scope openid there is an ID token: signature, nonce, at_hash and times are right."""
    settings = {"method": "client_secret_basic", "algorithm": "oidc", "scope": "openid read"}
    result = walk(node, running, person, receiver, **settings)
    assert result["claims"]["nonce"] == result["nonce"]
    assert result["claims"]["sub"] == result["before"]["sub"]


def test_machine(node: Node, running: Running) -> None:
    """The client credentials grant, with a resource."""
    settings = {
        "issuer": running.url,
        "client_id": "demomachine",
        "client_secret": "demomachinesecret",
        "scope": "read",
        "resource": "https://api.example.com",
    }
    with node("client_credentials.mjs") as script:
        out, err = script.communicate(json.dumps(settings), timeout=SECONDS)
    assert script.returncode == 0, err
    answer = json.loads(out)
    assert (answer["token_type"], answer["scope"]) == ("bearer", "read")
