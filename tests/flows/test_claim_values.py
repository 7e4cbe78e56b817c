"""Claims that are asked for with a value, or in a language. OpenID Connect Core 5.2 and 5.5.1."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.administration import users
from tests.chalicelib.protocol.test_claims import VALUES
from tests.reply import claims
from tests.world import World

LANGUAGES = {"name#ja-Hani-JP": "\u5c71\u7530", "name#de": "Anna"}
ADDRESS = {"country": "US", "formatted": "1 Road\nTown"}  # another order than VALUES has it in

FITS: list[tuple[str, dict[str, Any]]] = [
    ("email", {"value": "ann@example.com"}),
    ("email", {"value": "ann@example.com", "essential": True}),
    ("email", {"values": ["bob@example.com", "ann@example.com"]}),
    ("email_verified", {"value": True}),
    ("updated_at", {"value": 1_311_280_970}),
    ("address", {"value": ADDRESS}),
]
FITS_NOT: list[tuple[str, dict[str, Any]]] = [
    ("email", {"value": "bob@example.com"}),
    ("email", {"value": "bob@example.com", "essential": True}),
    ("email", {"value": "ANN@example.com"}),
    ("email", {"value": ["ann@example.com"]}),
    ("email", {"values": ["bob@example.com", "eve@example.com"]}),
    ("email_verified", {"value": False}),
    ("email_verified", {"value": 1}),
    ("email_verified", {"value": "true"}),
    ("updated_at", {"value": "1311280970"}),
    ("address", {"value": {"country": "US"}}),
]
places = pytest.mark.parametrize("place", ["userinfo", "id_token"])


@pytest.fixture
def known(signed_in: World) -> World:
    """The module's server; all of its user is known, some of it in two languages."""
    user = users.find("demo@example.com", signed_in.services)
    users.update(user, signed_in.services, claims={**VALUES, **LANGUAGES})
    return signed_in


def told(world: World, place: str, wishes: dict[str, Any], scope: str = "openid") -> dict[str, Any]:
    """What a client is told in the place where it asks."""
    tokens = world.tokens(scope=scope, claims=json.dumps({place: wishes}))
    if place == "id_token":
        return claims(tokens["id_token"])
    return world.userinfo(tokens["access_token"]).json


@places
@pytest.mark.parametrize(("name", "wish"), FITS)
def test_a_claim_with_the_value_that_was_asked_for_is_told(
    known: World, place: str, name: str, wish: dict[str, Any]
) -> None:
    """Or with one of the values."""
    assert told(known, place, {name: wish})[name] == VALUES[name]


@places
@pytest.mark.parametrize(("name", "wish"), FITS_NOT)
def test_a_claim_with_another_value_is_left_out(
    known: World, place: str, name: str, wish: dict[str, Any]
) -> None:
    """It is no error, essential or not, and the claim beside it is told."""
    found = told(known, place, {name: wish, "nickname": None})
    assert name not in found
    assert found["nickname"] == VALUES["nickname"]


def test_a_scope_asks_for_any_value(known: World) -> None:
    """Section 5.5: what is asked for by name is added to it, and takes nothing away."""
    wish = {"email": {"value": "bob@example.com"}}
    assert told(known, "userinfo", wish, "openid email")["email"] == VALUES["email"]


@places
@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("name#ja-Hani-JP", "name#ja-Hani-JP"),
        ("name#JA-hani-jp", "name#ja-Hani-JP"),
        ("name#DE", "name#de"),
    ],
)
def test_a_language_has_no_case(known: World, place: str, asked: str, name: str) -> None:
    """The claim is told under the name that the user has it by."""
    assert told(known, place, {asked: None})[name] == LANGUAGES[name]


@places
@pytest.mark.parametrize("asked", ["Name#de", "name#fr", "name#ja", "EMAIL"])
def test_a_claim_in_another_language_is_another_claim(known: World, place: str, asked: str) -> None:
    """So is one whose name is written in another case."""
    found = told(known, place, {asked: None})
    assert not {"name", "email", "Name#de", *LANGUAGES} & set(found)
