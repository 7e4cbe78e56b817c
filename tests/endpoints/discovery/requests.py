"""What a request at /authorize may ask for: response types, prompts, scopes, challenges."""

from __future__ import annotations

import json

from chalicelib.administration import clients, users
from tests.chalicelib.protocol.test_claims import VALUES
from tests.endpoints.discovery.asking import (
    answer,
    not_registered,
    others,
    refusal,
    register,
    signed_in,
)
from tests.reply import challenge, claims
from tests.world import World

# IANA's OAuth Authorization Endpoint Response Types, in any order of their words.
RESPONSE_TYPES = (
    *("code", "token", "id_token", "none", "code token", "token code", "code id_token"),
    *("id_token code", "id_token token", "token id_token", "code id_token token"),
    *("code token id_token", "vp_token", "vp_token id_token"),
)
# RFC 7636 section 6.2.2, and what would follow it.
CHALLENGE_METHODS = ("plain", "S256", "S384", "S512")
# OpenID Connect Core section 3.1.2.1, Initiating User Registration 1.0, and other servers' own.
PROMPTS = ("none", "login", "consent", "select_account", "create", "admin_consent", "signup")
# OpenID Connect's, Native SSO's, and those that other servers know.
SCOPES = (
    *("openid", "profile", "email", "address", "phone", "offline_access", "device_sso"),
    *("groups", "roles", "uma_protection", "online_access", "*", "OPENID"),
)
# SAML 2.0 Authentication Context section 3.4, Extended Authentication Profile, Core section 2.
CLASSES = (
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
    "urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
    "urn:mace:incommon:iap:silver",
    *("phr", "phrh", "0", "1", "loa-3"),
)


def response_types(world: World, value: list[str]) -> None:
    """RFC 6749 section 3.1.1: at the endpoint and at registration."""
    browser = signed_in(world)
    for name in value:
        arrived = answer(world, browser, response_type=name)
        assert set(arrived) == {*name.split(" "), "state", "iss"}
        clients.update("demoweb", {"response_types": [name]}, world.services)
    for name in others(RESPONSE_TYPES, value):
        assert refusal(world, response_type=name) == "unsupported_response_type"
        with not_registered("response_types"):
            clients.update("demoweb", {"response_types": [name]}, world.services)


def challenge_methods(world: World, value: list[str]) -> None:
    """RFC 7636 section 4.3; without a method, `plain` would be meant."""
    assert value == ["S256"]
    verifier = "v" * 43
    sent = {"code_challenge": challenge(verifier), "code_challenge_method": "S256"}
    code = world.code(None, **sent)
    assert world.redeem(code, code_verifier=verifier).status == 200
    for method in (*others(CHALLENGE_METHODS, value), None):
        arrived = answer(world, code_challenge=verifier, code_challenge_method=method)
        assert arrived["error"] == "invalid_request"
        assert "S256" in arrived["error_description"]


def prompts(world: World, value: list[str]) -> None:
    """OpenID Connect Core section 3.1.2.1: each one asks what it says, of one who is known."""
    shown = {
        "none": None,
        "login": "sign-in",
        "consent": "consent",
        "select_account": "select-account",
    }
    browser = signed_in(world)
    for name in value:
        browser.open(world.authorize_url(prompt=name))
        if shown[name] is None:
            assert "code" in (browser.arrived or {})
        else:
            assert set(browser.page.forms) == {shown[name]}
    assert refusal(world, prompt="none") == "login_required"
    # Initiating User Registration section 4: an unknown value is invalid_request.
    for name in others(PROMPTS, value):
        assert refusal(world, prompt=name) == "invalid_request"


def scopes(world: World, value: list[str]) -> None:
    """Each does what it stands for, and is in the answer; no other is taken."""
    user = users.find("demo@example.com", world.services)
    users.update(user, world.services, claims=VALUES)
    told = {"profile": "name", "email": "email", "address": "address", "phone": "phone_number"}
    given = world.tokens(scope=" ".join(value))
    assert given["scope"] == " ".join(value)
    for name in value:
        asked = "openid" if name == "openid" else f"openid {name}"
        given = world.tokens(scope=asked)
        assert given["scope"] == asked
        if name in told:
            assert told[name] in world.userinfo(given["access_token"]).json
        elif name == "openid":
            assert "id_token" in given
        else:
            assert name == "offline_access"
            assert "refresh_token" in given
    for name in others(SCOPES, value):
        assert refusal(world, scope=f"openid {name}") == "invalid_scope"


def classes(world: World, value: list[str]) -> None:
    """OpenID Connect Core section 3.1.2.1: a wish, so that no value is an error; `acr` is true."""
    browser = signed_in(world)
    asked = [*value, *others(CLASSES, value), " ".join(CLASSES)]
    for wish in asked:
        given = world.tokens(browser, scope="openid read", acr_values=wish)
        assert claims(given["id_token"])["acr"] in value
        by_name = json.dumps({"id_token": {"acr": {"values": [wish]}}})
        given = world.tokens(browser, scope="openid read", claims=by_name)
        assert claims(given["id_token"])["acr"] in value
    # What a client has registered for good is no passing wish.
    register(world, "classy", default_acr_values=value)
    assert list(clients.get("classy", world.services).default_acr_values) == value
    for name in others(CLASSES, value):
        with not_registered("default_acr_values"):
            clients.update("classy", {"default_acr_values": [name]}, world.services)


PROVERS = {
    "response_types_supported": response_types,
    "code_challenge_methods_supported": challenge_methods,
    "prompt_values_supported": prompts,
    "scopes_supported": scopes,
    "acr_values_supported": classes,
}
