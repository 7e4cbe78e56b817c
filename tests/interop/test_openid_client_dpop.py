"""openid-client with DPoP, unmodified: it makes the proofs and keeps the nonces. RFC 9449."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chromium import Person
from tests.interop import scripts
from tests.interop.scripts import Node
from tests.receiver import Receiver
from tests.reply import claims
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.node]


def walk(
    node: Node, running: Running, person: Person, receiver: Receiver, **settings: Any
) -> dict[str, Any]:
    """The whole flow of a client that must use DPoP, with nonces; what the script printed."""
    method = settings["method"]
    client = running.client(
        redirect_uris=[receiver.redirect_uri],
        token_endpoint_auth_method=method,
        dpop_bound_access_tokens=True,
        require_dpop_nonce=True,
    )
    given = {
        "issuer": running.url,
        "client_id": client,
        "redirect_uri": receiver.redirect_uri,
        **({} if method == "none" else {"client_secret": f"{client}secret"}),
        **settings,
    }

    def agree() -> None:
        person.sign_in(running.user(email="interop@example.com"))
        person.allow()

    return scripts.walk(node, "dpop_flow.mjs", given, person, receiver, agree)


@pytest.mark.parametrize(
    ("method", "alg", "pushed"),
    [
        ("none", "ES256", False),
        ("client_secret_basic", "PS256", False),
        ("client_secret_basic", "Ed25519", True),
        ("none", "RS256", True),
    ],
)
def test_bound_from_the_code_to_the_claims(
    node: Node,
    running: Running,
    person: Person,
    receiver: Receiver,
    method: str,
    alg: str,
    *,
    pushed: bool,
) -> None:
    """Code, refresh and userinfo with one key and with nonces; no other key, and no bearer."""
    settings = {"method": method, "alg": alg, "pushed": pushed}
    result = walk(node, running, person, receiver, **settings)
    bound = {"jkt": result["jkt"]}
    for given in (result["tokens"], result["refreshed"]):
        assert given["token_type"] == "dpop"
        assert claims(given["access_token"])["cnf"] == bound
    assert result["told"]["email"] == "interop@example.com"
    assert result["stolen"] == "invalid_grant"
    assert result["bare"] == "invalid_request"
    assert result["asBearer"] == 401
    # Where no nonce was known yet: once, and then it was kept.
    first = "/par" if pushed else "/token"
    asked = [refusal for refusal in result["refused"] if refusal.endswith("use_dpop_nonce")]
    assert asked[0] == f"{first} 400 use_dpop_nonce"
