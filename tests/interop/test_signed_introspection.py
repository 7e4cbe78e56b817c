"""openid-client, unmodified, as a resource server whose answers are signed. RFC 9701."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.running import Running

pytestmark = [pytest.mark.node]

Node = Callable[..., subprocess.Popen[str]]
SECONDS = 60
JWT = "application/token-introspection+jwt"


def machine_token(running: Running, resource: str) -> str:
    """An access token of a client that acts for itself."""
    client = running.client(grant_types=["client_credentials"], allowed_resources=[resource])
    form = {"grant_type": "client_credentials", "scope": "read"}
    auth = (client, f"{client}secret")
    with requests.post(f"{running.url}/token", form, auth=auth, timeout=SECONDS) as response:
        token: str = response.json()["access_token"]
    return token


def resource_server(running: Running, resource: str, **members: object) -> str:
    """A client that may look into the tokens for one resource."""
    return running.client(
        grant_types=["client_credentials"],
        allowed_resources=[],
        introspection="audience",
        resource_server=[resource],
        **members,
    )


def asked(node: Node, running: Running, client: str, *tokens: str, **metadata: str) -> Any:
    """What the library makes of the answers."""
    settings = {
        "issuer": running.url,
        "client_id": client,
        "client_secret": f"{client}secret",
        "tokens": tokens,
        "metadata": metadata,
    }
    with node("introspection.mjs") as script:
        out, err = script.communicate(json.dumps(settings), timeout=SECONDS)
    assert script.returncode == 0, err
    return json.loads(out)


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "Ed25519"])
def test_signed_answers(node: Node, running: Running, alg: str) -> None:
    """Registered on both sides: type, issuer, audience, algorithm and signature are right.

    Active, for another resource, and no token at all.
    """
    own, other = running.resource(), running.resource()
    client = resource_server(running, own, introspection_signed_response_alg=alg)
    tokens = (machine_token(running, own), machine_token(running, other), "x.y.z")
    answer = asked(node, running, client, *tokens, introspection_signed_response_alg=alg)
    active, foreign, none = answer["said"]
    assert (active["active"], active["aud"], active["scope"]) == (True, own, "read")
    assert foreign == none == {"active": False}
    assert JWT in answer["kinds"]


def test_asked_for_by_its_type(node: Node, running: Running) -> None:
    """The server knows nothing of the wish beforehand: RS256."""
    own = running.resource()
    client = resource_server(running, own)
    token = machine_token(running, own)
    answer = asked(node, running, client, token, introspection_signed_response_alg="RS256")
    assert answer["said"][0]["active"] is True
    assert JWT in answer["kinds"]


def test_another_algorithm_than_expected_is_refused(node: Node, running: Running) -> None:
    """The library holds the server to what it was registered with."""
    own = running.resource()
    client = resource_server(running, own, introspection_signed_response_alg="ES256")
    token = machine_token(running, own)
    answer = asked(node, running, client, token, introspection_signed_response_alg="RS256")
    assert set(answer["said"][0]) == {"error"}
