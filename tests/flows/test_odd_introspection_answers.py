"""A signed introspection answer is nothing but that. RFC 9701 section 8.1, RFC 8725."""

from __future__ import annotations

import pytest

from tests.flows import objects
from tests.flows.resource_servers import JWT, ask, register
from tests.reply import claims, header
from tests.world import World

WEB = ("demoweb", "demowebsecret")
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


@pytest.fixture
def answer(world: World) -> str:
    """About a token that is alive; for demoweb itself, so that its audience is no obstacle."""
    return ask(world, world.tokens(scope="openid read")["access_token"], WEB, JWT).text


def test_it_is_no_access_token(world: World, answer: str) -> None:
    """Neither here nor at introspection, and revoking it ends nothing."""
    assert world.userinfo(answer).status == 401
    assert world.introspect(answer) == {"active": False}
    world.aws.reset()
    assert world.revoke(answer).status == 200
    assert world.writes() == []


def test_it_is_no_hint_of_a_user(world: World, answer: str) -> None:
    """At /authorize it is worth what nonsense is."""
    told = []
    for hint in (answer, "nonsense"):
        url = world.authorize_url(prompt="none", id_token_hint=hint)
        told.append(objects.member(world).open(url).arrived)
    assert told[0] == told[1]
    assert "error" in (told[0] or {})


def test_it_is_no_hint_of_a_session(world: World, answer: str) -> None:
    """At /logout it is refused, and the session goes on."""
    browser = world.browser()
    world.code(browser)
    reply = browser.open(f"{world.issuer}/logout?id_token_hint={answer}").reply
    assert reply is not None
    assert reply.status == 400
    assert world.code(browser, prompt="none")


def test_it_is_no_request_object(world: World, answer: str) -> None:
    """Not even where somebody has registered the server's keys for its own."""
    keys = world.get("/.well-known/jwks.json").json
    objects.register(world, jwks=keys)
    reply = objects.ask(world, request=answer)
    assert reply.status in (303, 400)
    assert "code=" not in (reply.header("Location") or "")
    assert "invalid_request_object" in (reply.header("Location") or reply.text)


def test_it_is_no_client_assertion(world: World, answer: str) -> None:
    """Likewise."""
    keys = world.get("/.well-known/jwks.json").json
    objects.register(
        world,
        "asserter",
        jwks=keys,
        client_secret=None,
        token_endpoint_auth_method="private_key_jwt",
    )
    sent = {"client_assertion_type": ASSERTION, "client_assertion": answer}
    for named in ({}, {"client_id": "asserter"}):
        reply = world.post("/revoke", {"token": "x", **sent, **named})
        assert (reply.status, reply.json["error"]) == (401, "invalid_client")


def test_it_is_no_proof_of_possession(world: World, answer: str) -> None:
    """RFC 9449 section 4.3: another type."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    auth = ("demomachine", "demomachinesecret")
    reply = world.post("/token", form, auth=auth, headers=[("DPoP", answer)])
    assert (reply.status, reply.json["error"]) == (400, "invalid_dpop_proof")


def test_no_token_of_ours_passes_for_an_answer(world: World) -> None:
    """The types differ, and only the answer has token_introspection."""
    tokens = world.tokens(scope="openid read")
    answer = ask(world, tokens["access_token"], register(world), JWT).text
    types = [header(text)["typ"] for text in (tokens["access_token"], tokens["id_token"], answer)]
    assert len(set(types)) == 3
    for text in (tokens["access_token"], tokens["id_token"]):
        assert "token_introspection" not in claims(text)
