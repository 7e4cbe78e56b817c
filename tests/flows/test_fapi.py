"""A client on the profile fapi2, at every door. FAPI 2.0 Security Profile, Message Signing."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.values import replace
from tests import dpop
from tests.client_signatures import jwt
from tests.dpop import ALICE, Prover
from tests.flows import assertions, pushes
from tests.reply import Reply, claims, header
from tests.world import VERIFIER, World

CALLBACK = "https://bank.example/callback"


@pytest.fixture
def world(world: World) -> World:
    """A stage that signs for clients with more than RS256, and one client of the profile."""
    world.settings = replace(world.settings, id_token_algs=("RS256", "ES256"))
    world.restart()
    assertions.register(
        world,
        "bank",
        profile="fapi2",
        redirect_uris=[CALLBACK],
        grant_types=["authorization_code", "refresh_token"],
        dpop_bound_access_tokens=True,
        id_token_signed_response_alg="ES256",
        authorization_signed_response_alg="ES256",
    )
    return world


def asserted(world: World, **changes: Any) -> dict[str, str]:
    """A new proof of the client."""
    return assertions.proof(assertions.signed(world, "bank", **changes))


def push(world: World, assertion: dict[str, str] | None = None, **changes: str | None) -> Reply:
    """Push a good request of the client."""
    asked = {"client_id": "bank", "redirect_uri": CALLBACK, "scope": "openid read", **changes}
    form = {**pushes.parameters(world, **asked), **(assertion or asserted(world))}
    return world.post("/par", form)


def code(world: World, **changes: str | None) -> str:
    """A code, by way of a pushed request."""
    request_uri = push(world, **changes).json["request_uri"]
    browser = world.browser().open(pushes.url(world, request_uri, "bank")).sign_in().allow()
    assert browser.arrived is not None
    assert browser.arrived["iss"] == world.issuer
    return browser.arrived["code"]


def ask(world: World, form: dict[str, str], prover: Prover | None = ALICE, **changes: Any) -> Reply:
    """A token request, with new proofs of client and key."""
    headers = dpop.header(prover.at(world)) if prover else []
    return world.post("/token", {**form, **asserted(world, **changes)}, headers=headers)


def redeem(world: World, **changes: Any) -> Reply:
    """A fresh code traded."""
    form = {
        "grant_type": "authorization_code",
        "code": code(world),
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return ask(world, form, **changes)


def test_the_whole_way(world: World) -> None:
    """Pushed, signed for, bound; the ID token is not signed with RS256."""
    answer = redeem(world)
    assert answer.status == 200, answer.text
    assert answer.json["token_type"] == "DPoP"
    assert claims(answer.json["access_token"])["cnf"] == {"jkt": ALICE.jkt}
    assert header(answer.json["id_token"])["alg"] == "ES256"


def test_refresh_tokens_do_not_rotate(world: World) -> None:
    """Section 5.3.2.1: again and again, with its key; and they live on."""
    first = redeem(world).json["refresh_token"]
    for _ in range(3):
        world.clock.forward(20 * 24 * 3600)
        again = ask(world, {"grant_type": "refresh_token", "refresh_token": first})
        assert again.status == 200, again.text
        assert "refresh_token" not in again.json
    assert ask(world, {"grant_type": "refresh_token", "refresh_token": first}, None).status == 400


def test_a_revoked_one_is_dead(world: World) -> None:
    """Though it never changes."""
    token = redeem(world).json["refresh_token"]
    assert world.post("/revoke", {"token": token, **asserted(world)}).status == 200
    refused = ask(world, {"grant_type": "refresh_token", "refresh_token": token})
    assert refused.json["error"] == "invalid_grant"


def test_a_code_ends_within_a_minute(world: World) -> None:
    """Whatever the stage gives to others."""
    longer = replace(world.settings.lifetimes, code=600)
    world.settings = replace(world.settings, lifetimes=longer)
    world.restart()
    form = {
        "grant_type": "authorization_code",
        "code": code(world),
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    world.clock.forward(61)
    assert ask(world, form).json["error"] == "invalid_grant"


def test_a_plain_request_is_refused(world: World) -> None:
    """Section 5.3.2.2: only what was pushed."""
    browser = world.browser()
    url = world.authorize_url(client_id="bank", redirect_uri=CALLBACK, scope="openid read")
    browser.open(url)
    assert browser.arrived is not None
    assert browser.arrived["error"] == "invalid_request"


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "https://id.example.com/token"},
        {"aud": "https://id.example.com/par"},
        {"aud": ["https://id.example.com"]},
        {"alg": "RS256"},
    ],
    ids=str,
)
def test_an_assertion_is_for_the_issuer_alone(world: World, wrong: dict[str, Any]) -> None:
    """As a text; and RS256 is not for this client, though it has the key."""
    assertions.is_refused(push(world, asserted(world, **wrong)))


@pytest.mark.parametrize("prover", [None, Prover("RS256")], ids=["no proof", "RS256"])
def test_no_token_without_a_good_proof(world: World, prover: Prover | None) -> None:
    """A bearer token is never given, nor one to a key of RS256."""
    form = {
        "grant_type": "authorization_code",
        "code": code(world),
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    refused = ask(world, form, prover)
    assert refused.status == 400
    assert ask(world, form).status == 200


def request_object(world: World, **changes: Any) -> str:
    """A signed request that keeps Message Signing's rules; None leaves a claim out."""
    inside = pushes.parameters(world, client_id="bank", redirect_uri=CALLBACK, scope="openid read")
    now = world.clock()
    alg = changes.pop("alg", "ES256")
    made = {**inside, "iss": "bank", "aud": world.issuer, "nbf": now, "exp": now + 300, **changes}
    return jwt({name: value for name, value in made.items() if value is not None}, alg)


def test_a_signed_request_is_pushed(world: World) -> None:
    """Message Signing section 5.3.1."""
    form = {"client_id": "bank", "request": request_object(world), **asserted(world)}
    assert world.post("/par", form).status == 201


HOUR = 3600
BAD: dict[str, dict[str, Any]] = {
    "no aud": {"aud": None},
    "no exp": {"exp": None},
    "no nbf": {"nbf": None},
    "too old": {"nbf": -HOUR - 1},
    "too long": {"exp": HOUR + 1},
    "RS256": {"alg": "RS256"},
}


@pytest.mark.parametrize("name", BAD)
def test_a_signed_request_is_short_lived(world: World, name: str) -> None:
    """And says for whom and how long it is good."""
    given = {
        member: world.clock() + value if isinstance(value, int) else value
        for member, value in BAD[name].items()
    }
    form = {"client_id": "bank", "request": request_object(world, **given), **asserted(world)}
    refused = world.post("/par", form)
    assert (refused.status, refused.json["error"]) == (400, "invalid_request_object")
