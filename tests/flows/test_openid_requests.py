"""OpenID requests as any relying party may send them. OpenID Connect Core 2, 3.1, 5.7, 10.1, 11."""

from __future__ import annotations

import pytest

from chalicelib.administration import users
from tests.browser import Browser
from tests.reply import claims, header
from tests.stage import CHEAPEST
from tests.world import World


@pytest.mark.parametrize("scope", ["openid email", "email openid", "email read openid write"])
def test_openid_may_stand_anywhere_in_the_scope(signed_in: World, scope: str) -> None:
    """Section 3.1.2.1: a scope is a set."""
    tokens = signed_in.tokens(scope=scope)
    assert set(tokens["scope"].split()) == set(scope.split())
    assert "id_token" in tokens


@pytest.mark.parametrize("scope", ["email", "read", "profile offline_access"])
def test_without_openid_there_is_no_id_token(signed_in: World, scope: str) -> None:
    """Section 3.1.2.2: it is a request of OAuth then, though a nonce comes with it."""
    tokens = signed_in.tokens(scope=scope, nonce="n-0S6_WzA2Mj")
    assert "access_token" in tokens
    assert "id_token" not in tokens


def test_a_nonce_may_be_left_out_with_pkce(signed_in: World) -> None:
    """Section 3.1.2.1: it is optional with the code flow, and then the ID token has none."""
    assert "nonce" not in claims(signed_in.tokens(scope="openid")["id_token"])


def test_no_key_travels_with_an_id_token(signed_in: World) -> None:
    """Sections 2 and 10.1: the header names one that the JWKS has, and brings none along."""
    told = header(signed_in.tokens(scope="openid")["id_token"])
    assert set(told) == {"typ", "alg", "kid"}
    published = signed_in.get("/.well-known/jwks.json").json["keys"]
    assert [key["alg"] for key in published if key["kid"] == told["kid"]] == [told["alg"]]


def test_the_answer_with_tokens_is_json_that_nobody_stores(signed_in: World) -> None:
    """Section 3.1.3.3; Pragma is what its first edition asked for as well."""
    reply = signed_in.redeem(signed_in.code(scope="openid"))
    assert reply.header("Content-Type") == "application/json"
    assert reply.header("Cache-Control") == "no-store"
    assert reply.header("Pragma") == "no-cache"
    assert reply.json["token_type"] == "Bearer"


def test_a_refused_token_request_is_json_that_nobody_stores(signed_in: World) -> None:
    """Section 3.1.3.4."""
    reply = signed_in.redeem("unknown")
    assert (reply.status, reply.json["error"]) == (400, "invalid_grant")
    assert reply.header("Content-Type") == "application/json"
    assert reply.header("Cache-Control") == "no-store"


def test_a_subject_is_short_and_plain(signed_in: World) -> None:
    """Section 2: at most 255 characters of ASCII."""
    subject = claims(signed_in.tokens(scope="openid")["id_token"])["sub"]
    assert 0 < len(subject) <= 255
    assert subject.isascii()


def test_a_subject_is_never_given_again(world: World) -> None:
    """Sections 2 and 5.7: who comes later under the same name is another one."""
    told = []
    for _ in range(2):
        users.create("ann@example.com", "ann-password", {}, world.services, cost=CHEAPEST)
        world.clock.forward(1)
        browser = world.browser().open(world.authorize_url(scope="openid"))
        browser.sign_in("ann@example.com", "ann-password").allow()
        assert browser.arrived is not None
        tokens = world.redeem(browser.arrived["code"]).json
        told.append(claims(tokens["id_token"])["sub"])
        users.delete("ann@example.com", world.services)
    assert told[0] != told[1]


def offline(world: World, browser: Browser, prompt: str) -> dict[str, str]:
    """What the client is told when it asks for offline access."""
    browser.open(world.authorize_url(scope="openid offline_access", prompt=prompt))
    return browser.arrived or {}


def test_offline_access_is_asked_about_and_remembered(world: World) -> None:
    """Section 11: never without the user's consent to that very thing; one on record will do."""
    browser = world.browser().open(world.authorize_url(scope="openid")).sign_in()
    if browser.arrived is None:
        browser.allow()
    assert offline(world, browser, "none")["error"] == "consent_required"
    assert offline(world, browser, "consent") == {}
    assert "Keep this access while you are away" in browser.page.text
    assert "code" in (browser.allow().arrived or {})
    tokens = world.redeem(offline(world, browser, "none")["code"]).json
    assert tokens["scope"] == "openid offline_access"
    assert "refresh_token" in tokens


@pytest.mark.parametrize("location", ["openid-configuration", "oauth-authorization-server"])
def test_the_metadata_are_a_json_document(signed_in: World, location: str) -> None:
    """Discovery section 4.2: 200 and application/json, under the issuer that it names."""
    reply = signed_in.get(f"/.well-known/{location}")
    assert reply.status == 200
    assert reply.header("Content-Type") == "application/json"
    assert reply.json["issuer"] == signed_in.issuer
    assert claims(signed_in.tokens(scope="openid")["id_token"])["iss"] == signed_in.issuer
