"""Requests as signed objects. RFC 9101, OpenID Connect Core section 6.1.

The module's user is signed in at demoweb; `signer` is a client with an RSA, a P-256 and an Ed25519
key.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.records.client import client_key
from tests.client_signatures import ALGORITHMS, KINDS, jwks, jwt
from tests.flows.objects import FORM, SECRET, arrived, ask, claims, member, register, signed, url
from tests.reply import claims as read_claims
from tests.world import REDIRECT, World

SIGNER = ("signer", SECRET)


@pytest.fixture(scope="module")
def _registered(settled: World) -> None:
    register(settled)


@pytest.fixture
def world(_registered: None, signed_in: World) -> World:
    """The module's server."""
    return signed_in


def redeemed(world: World, code: str) -> dict[str, Any]:
    """The tokens of a code."""
    reply = world.redeem(code, auth=SIGNER)
    assert reply.status == 200, reply.text
    return reply.json


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_every_algorithm_is_taken(world: World, alg: str) -> None:
    """With nothing beside the object but the client_id, and on to the tokens."""
    told = arrived(world, url(world, request=signed(world, alg=alg)))
    assert (told["state"], told["iss"]) == ("inside", world.issuer)
    tokens = redeemed(world, told["code"])
    assert tokens["scope"] == "openid read"
    assert read_claims(tokens["id_token"])["nonce"] == "n-inside"


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_registered_algorithm_is_taken(world: World, alg: str) -> None:
    """By a key that is registered for it alone, without a kid."""
    register(world, "strict", request_object_signing_alg=alg, jwks=jwks("client", KINDS[alg]))
    token = signed(world, "strict", alg=alg, header={"kid": None})
    assert "code" in arrived(world, url(world, "strict", request=token))


def test_a_request_object_may_be_posted(world: World) -> None:
    """It is stored, and the browser goes on by GET; the object is not kept."""
    token = signed(world)
    body = urlencode({"client_id": "signer", "request": token}).encode()
    reply = world.request("POST", "/authorize", headers=[FORM], body=body)
    (stored,) = [item for item in world.items() if item["t"]["S"] == "request"][-1:]
    assert token not in json.dumps(stored)
    browser = world.browser()
    browser.cookies = dict(
        cookie.split(";")[0].split("=", 1)  # type: ignore[misc]
        for cookie in reply.headers_of("Set-Cookie")
    )
    assert "code" in arrived(world, reply.header("Location") or "", browser)


def test_only_what_is_signed_counts(world: World) -> None:
    """RFC 9101 section 6.3: whatever stands beside it, and whatever it lacks."""
    beside = {
        "state": "outside",
        "nonce": "n-outside",
        "scope": "openid read write",
        "redirect_uri": "https://evil.example/",
        "response_type": "token",
        "response_mode": "form_post",
        "prompt": "none",
        "max_age": "soon",
        "resource": "https://other.example.com",
        "claims": "nonsense",
    }
    token = signed(world, state=None)
    told = arrived(world, url(world, request=token, **beside))
    assert "state" not in told
    tokens = redeemed(world, told["code"])
    assert tokens["scope"] == "openid read"
    assert read_claims(tokens["id_token"])["nonce"] == "n-inside"


@pytest.mark.parametrize(
    ("missing", "error"),
    [
        ("response_type", "invalid_request"),
        ("code_challenge", "invalid_request"),
        ("scope", "invalid_scope"),
    ],
)
def test_what_is_missing_inside_is_missing(world: World, missing: str, error: str) -> None:
    """Though it stands outside; the client is told at the redirect URI that is inside."""
    token = signed(world, **{missing: None})
    reply = ask(world, request=token, **{missing: claims(world)[missing]})
    location = reply.header("Location") or ""
    assert location.startswith(f"{REDIRECT}?error={error}&")
    assert "state=inside" in location


def test_the_redirect_uri_inside_is_the_one(world: World) -> None:
    """Also where the one outside is nobody's; the code is bound to it."""
    register(world, "two", redirect_uris=[REDIRECT, "https://two.example/cb"])
    token = signed(world, "two", redirect_uri="https://two.example/cb")
    browser = member(world)
    told = arrived(world, url(world, "two", request=token, redirect_uri=REDIRECT), browser)
    auth = ("two", SECRET)
    assert world.redeem(told["code"], auth=auth).json["error"] == "invalid_grant"
    good = {"redirect_uri": "https://two.example/cb"}
    assert world.redeem(told["code"], auth=auth, **good).status == 200


def test_without_a_redirect_uri_the_only_one_is_meant(world: World) -> None:
    """As in a plain request of OAuth; it may then be left out at the token endpoint."""
    told = arrived(world, url(world, request=signed(world, redirect_uri=None, scope="read")))
    form = {"grant_type": "authorization_code", "code": told["code"]}
    verifier = {"code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}
    assert world.post("/token", {**form, **verifier}, auth=SIGNER).status == 200


def test_a_sign_in_in_between_changes_nothing(world: World) -> None:
    """Sign-in and consent go on with the very request; a client that must sign is not refused."""
    register(world, "must", require_signed_request_object=True)
    wanted = {"id_token": {"email": {"essential": True}}}
    token = signed(
        world,
        "must",
        prompt="login consent",
        max_age=3600,
        claims=wanted,
        resource=["https://api.example.com"],
        login_hint="demo@example.com",
        scope="openid email read",
    )
    browser = world.browser().open(url(world, "must", request=token))
    fields = dict(browser.page.forms["sign-in"].fields)
    assert fields["username"] == "demo@example.com"
    world.clock.forward(120)  # the object has expired; the request it was goes on
    browser.sign_in()
    browser.allow()
    assert browser.arrived is not None
    assert browser.arrived["state"] == "inside"
    tokens = world.redeem(browser.arrived["code"], auth=("must", SECRET)).json
    told = read_claims(tokens["id_token"])
    assert (told["email"], told["nonce"]) == ("demo@example.com", "n-inside")
    assert read_claims(tokens["access_token"])["aud"] == "https://api.example.com"


def test_a_request_resumes_as_it_came(world: World) -> None:
    """What is stored is what the same request would store that came plainly."""

    def stored(address: str) -> tuple[dict[str, Any], list[Any]]:
        world.browser().open(address)
        items = [item for item in world.items() if item["t"]["S"] == "request"]
        newest = [item for item in items if item["pk"]["S"] not in before]
        before.update(item["pk"]["S"] for item in items)
        return newest[0]["p"]["M"], newest[0]["r"]["L"]

    before = {item["pk"]["S"] for item in world.items() if item["t"]["S"] == "request"}
    common = {"max_age": 60, "claims": {"userinfo": {"name": None}}, "prompt": "login"}
    token = signed(world, resource="https://api.example.com", **common)
    plain = {
        "client_id": "signer",
        "state": "inside",
        "nonce": "n-inside",
        "scope": "openid read",
        "resource": "https://api.example.com",
        "prompt": "login",
        "max_age": "60",
        "claims": '{"userinfo":{"name":null}}',
    }
    assert stored(url(world, request=token)) == stored(world.authorize_url(**plain))


def test_form_post_inside(world: World) -> None:
    """The answer goes out as the object asks."""
    token = signed(world, response_mode="form_post")
    browser = member(world).open(url(world, request=token))
    if "consent" in browser.page.forms:
        browser.allow()
    browser.submit("form-post")
    assert browser.arrived is not None
    assert browser.arrived["state"] == "inside"
    assert "code" in browser.arrived


def test_silent_renewal_with_a_hint(world: World) -> None:
    """`prompt=none` and an id_token_hint inside; another client's hint names nobody."""
    told = arrived(world, url(world, request=signed(world)))
    hint = redeemed(world, told["code"])["id_token"]
    good = signed(world, prompt="none", id_token_hint=hint)
    assert "code" in arrived(world, url(world, request=good))
    foreign = world.tokens(scope="openid read", nonce="n")["id_token"]
    bad = signed(world, prompt="none", id_token_hint=foreign)
    assert arrived(world, url(world, request=bad))["error"] == "login_required"


def test_an_object_without_an_end_may_come_again(world: World) -> None:
    """Core section 6.1: made once, and sent with each request; each has its own code."""
    token = signed(world, exp=None)
    codes = {arrived(world, url(world, request=token))["code"] for _ in range(2)}
    assert len(codes) == 2


def test_a_client_that_must_sign_cannot_ask_plainly(world: World) -> None:
    """RFC 9101 section 10.5."""
    register(world, "must", require_signed_request_object=True)
    told = arrived(world, world.authorize_url(client_id="must", scope="openid read"))
    assert (told["error"], told["state"]) == ("invalid_request", "af0ifjsldkj")
    assert "code" in arrived(world, url(world, "must", request=signed(world, "must")))


def test_a_client_that_may_sign_can_ask_plainly(world: World) -> None:
    """Nobody else is asked to."""
    plain = world.authorize_url(client_id="signer", scope="openid read")
    assert "code" in arrived(world, plain)


def test_two_clients_with_one_key_do_not_answer_for_each_other(world: World) -> None:
    """An object names its client."""
    register(world, "sister")
    reply = ask(world, client_id="sister", request=signed(world))
    assert "invalid_request_object" in reply.page.text
    unnamed = jwt(claims(world, iss=None, client_id=None))
    assert "invalid_request_object" in ask(world, request=unnamed).page.text


def test_the_client_is_stored_with_its_public_keys(world: World) -> None:
    """Numbers only, and the names of the keys."""
    from chalicelib.records.client import Client

    found = world.services.table.get(Client, client_key("signer"))
    assert found is not None
    assert [sorted(key) for key in found.jwks] == [
        ["e", "kid", "kty", "n"],
        ["crv", "kid", "kty", "x", "y"],
        ["crv", "kid", "kty", "x"],
    ]
