"""Pushed and signed requests and signed answers with openid-client. RFC 9126, RFC 9101, JARM.

Where it is told to, it takes no answer but a signed one: signature by our keys, iss, aud, exp.
"""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.chromium import Person
from tests.client_signatures import jwks, number, private_key, public_jwk
from tests.interop.relying_party import Node, relying_party
from tests.receiver import Receiver
from tests.reply import header
from tests.running import Running

pytestmark = [pytest.mark.browser, pytest.mark.node]


def private_jwk() -> dict[str, str]:
    """The client's P-256 key, as its own program has it."""
    key = private_key("EC")
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    made = public_jwk(key, kid="client-EC")
    return {**made, "d": number(key.private_numbers().private_value, 32)}


def query_of(url: str) -> dict[str, list[str]]:
    """What stands in an authorization URL."""
    return parse_qs(urlsplit(url).query)


def test_pushed_requests(node: Node, running: Running, person: Person, receiver: Receiver) -> None:
    """Plain and signed ones; the URL holds nothing but the two names, and is good once."""
    registered = {"require_pushed_authorization_requests": True, "jwks": jwks("client", "EC")}
    with relying_party(node, running, receiver, **registered) as client:
        username = running.user()
        for more in ({}, {"key": private_jwk()}):
            url = client.ask(push=True, **more)
            assert query_of(url).keys() == {"client_id", "request_uri"}
            person.open(url)
            if not more:
                person.sign_in(username)
            assert "sub" in client.finish(person)["claims"]
            assert "invalid_request_uri" in (person.open(url).text_content("body") or "")
        assert client.go(person) == {"error": "invalid_request"}


@pytest.mark.parametrize("alg", ["RS256", "ES256", "Ed25519"])
def test_signed_answers(
    node: Node, running: Running, person: Person, receiver: Receiver, alg: str
) -> None:
    """In the registered algorithm, by each mode, after a pushed and signed request too; errors."""
    registered = {"authorization_signed_response_alg": alg, "jwks": jwks("client", "EC")}
    with relying_party(node, running, receiver, **registered) as client:
        asked = {"parameters": {"response_mode": "query.jwt"}}
        assert "sub" in client.sign_in(person, running.user(), **asked)["claims"]
        for mode in ("jwt", "form_post.jwt"):
            signed = {"key": private_jwk(), "push": True}
            answer = client.go(person, parameters={"response_mode": mode}, **signed)
            assert "sub" in answer["claims"]
            assert receiver.answer.keys() == {"response"}
            assert header(receiver.answer["response"])["alg"] == alg
        refused = {"response_mode": "jwt", "scope": "openid unknown"}
        assert client.go(person, parameters=refused) == {"error": "invalid_scope"}
