"""`acr` as an essential claim: what a sign-in here has, or none. OpenID Connect Core 5.5.1.1."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.protocol.acr import PASSWORD
from tests.reply import claims
from tests.world import World

OTHER = "urn:mace:incommon:iap:silver"


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


def answer(world: World, scope: str = "openid read", **places: Any) -> dict[str, str]:
    """What a request with such a claims parameter is answered."""
    assert world.member is not None
    browser = world.member.open(world.authorize_url(scope=scope, claims=json.dumps(places)))
    if browser.arrived is None:
        browser.allow()
    assert browser.arrived is not None
    return browser.arrived


@pytest.mark.parametrize(
    "wish",
    [
        {"essential": True, "value": OTHER},
        {"essential": True, "values": [OTHER]},
        {"essential": True, "values": [OTHER, "phr", 1, None, {"a": []}]},
        {"essential": True, "value": PASSWORD.upper()},
        {"essential": True, "value": [PASSWORD]},
    ],
    ids=repr,
)
def test_an_essential_class_that_is_not_there_is_refused(world: World, wish: Any) -> None:
    """At once: no sign-in could give it, so nobody is asked to sign in."""
    assert answer(world, id_token={"acr": wish})["error"] == "unmet_authentication_requirements"
    browser = world.browser().open(
        world.authorize_url(scope="openid", claims=json.dumps({"id_token": {"acr": wish}}))
    )
    assert (browser.arrived or {})["error"] == "unmet_authentication_requirements"


@pytest.mark.parametrize(
    "wish",
    [
        None,
        {"essential": True},
        {"essential": True, "value": PASSWORD},
        {"essential": True, "values": [OTHER, PASSWORD]},
        {"essential": False, "values": [OTHER]},
        {"value": OTHER},
    ],
    ids=repr,
)
def test_any_other_wish_for_a_class_is_met_or_ignored(world: World, wish: Any) -> None:
    """A voluntary claim is a preference; the ID token tells what was done."""
    code = answer(world, id_token={"acr": wish})["code"]
    assert claims(world.redeem(code).json["id_token"])["acr"] == PASSWORD


def test_it_is_about_the_id_token_of_an_openid_request(world: World) -> None:
    """Elsewhere it means nothing: UserInfo has no acr, and without openid there is no parameter."""
    wish = {"acr": {"essential": True, "value": OTHER}}
    assert "code" in answer(world, userinfo=wish)
    assert "code" in answer(world, scope="read", id_token=wish)
