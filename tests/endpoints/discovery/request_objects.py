"""Request objects. OpenID Connect Core section 6, RFC 9101."""

from __future__ import annotations

from typing import Any

from chalicelib.encoding import base64url, hmac_sha256
from infra.local.server import Server
from infra.local.wire import Answer, Call
from tests.client_signatures import encoded, jwks, jwt
from tests.endpoints.discovery.asking import answer, not_registered, others, refusal, register
from tests.endpoints.discovery.claims import ALGORITHMS
from tests.world import CHALLENGE, REDIRECT, World

# What the object asks for, and what stands beside it in a request of World's.
INSIDE, OUTSIDE = "openid", "read write"


def asks(client_id: str) -> dict[str, Any]:
    """The claims of an object that asks for something else than what stands beside it."""
    return {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": INSIDE,
        "nonce": "n-0S6_WzA2Mj",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }


def given_scope(world: World, client: tuple[str, str], **sent: str) -> str:
    """The scope of the token that a request with an object leads to."""
    reply = world.redeem(world.code(None, client_id=client[0], **sent), auth=client)
    assert reply.status == 200, reply.text
    return str(reply.json["scope"])


def by_value(world: World, value: bool) -> None:
    """OpenID Connect Core section 6.1: what is signed counts, and not what stands beside it."""
    assert value is True
    client = register(world, "by-value", jwks=jwks("by-value"))
    sent = jwt(asks(client[0]), owner=client[0])
    assert given_scope(world, client, request=sent) == INSIDE
    assert refusal(world, client_id=client[0], request=f"{sent}A") == "invalid_request_object"


def by_reference(world: World, value: bool) -> None:
    """OpenID Connect Core section 6.2; left out, it would mean true (Discovery section 3)."""
    assert value is True
    held = jwt(asks("by-reference"), owner="by-reference").encode()
    with Server() as server:
        server.start(lambda _: Answer(200, (), held))
        uri = f"{server.url}/request"
        client = register(world, "by-reference", jwks=jwks("by-reference"), request_uris=[uri])
        assert given_scope(world, client, request_uri=uri) == INSIDE


def by_registered_reference(world: World, value: bool) -> None:
    """OpenID Connect Core section 6.2: another URI is not even looked at."""
    assert value is True
    seen: list[Call] = []

    def look(call: Call) -> Answer:
        seen.append(call)
        return Answer(200, (), b"")

    with Server() as server:
        server.start(look)
        client = register(world, "elsewhere", request_uris=[f"{server.url}/request"])
        for uri in (f"{server.url}/other", "urn:example:request"):
            asked = {"client_id": client[0], "request_uri": uri}
            assert refusal(world, **asked) == "invalid_request_uri"
    assert seen == []


def signed_only(world: World, value: bool) -> None:
    """RFC 9101 section 10.5: not of everyone; of a client that has registered so."""
    assert value is False
    assert refusal(world, prompt="none") == "login_required"
    register(world, "strict", jwks=jwks("strict"), require_signed_request_object=True)
    refused = answer(world, client_id="strict", prompt="none")
    assert refused["error"] == "invalid_request"
    assert "signed objects" in refused["error_description"]


def pushed_only(world: World, value: bool) -> None:
    """RFC 9126 section 5: not of everyone; of a client that has registered so."""
    assert value is False
    assert refusal(world, prompt="none") == "login_required"
    register(world, "pushing", require_pushed_authorization_requests=True)
    refused = answer(world, client_id="pushing", prompt="none")
    assert refused["error"] == "invalid_request"
    assert "pushed" in refused["error_description"]


def algorithms(world: World, value: list[str]) -> None:
    """Each can be registered and is taken; another is neither, not even by the client's secret."""
    for alg in value:
        name = f"asks-{alg}"
        client = register(world, name, jwks=jwks(name), request_object_signing_alg=alg)
        assert given_scope(world, client, request=jwt(asks(name), alg, name)) == INSIDE
    client = register(world, "any", jwks=jwks("any"))
    for alg in others(ALGORITHMS, value):
        with not_registered("request_object_signing_alg"):
            register(world, "other", jwks=jwks("other"), request_object_signing_alg=alg)
        data = f"{encoded({'alg': alg})}.{encoded(asks(client[0]))}"
        sent = f"{data}.{base64url(hmac_sha256(client[1].encode(), data.encode()))}"
        assert refusal(world, client_id=client[0], request=sent) == "invalid_request_object"


PROVERS = {
    "request_parameter_supported": by_value,
    "request_uri_parameter_supported": by_reference,
    "require_request_uri_registration": by_registered_reference,
    "require_signed_request_object": signed_only,
    "require_pushed_authorization_requests": pushed_only,
    "request_object_signing_alg_values_supported": algorithms,
}
