"""What /authorize honours or ignores, and never refuses, with what no client sends by accident.

OpenID Connect Core section 3.1.2.1: acr_values, ui_locales, claims_locales, display, login_hint and
unknown parameters; and the two values that come back as they were sent, state and nonce.
"""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.browser import Browser
from tests.endpoints.test_odd_requests import RAW
from tests.endpoints.test_odd_values import ODD, odd
from tests.reply import claims
from tests.world import World

WISHES = ("acr_values", "ui_locales", "claims_locales", "display", "login_hint")
UNKNOWN = (
    *("unknown", "registration", "id_token_hint_type", "authorization_detail"),
    *("vtr", "state[]", "SCOPE", "é", "__proto__", "a b", "a\0b", "client_secret", "x" * 3000),
)
LISTS = {
    "1000 languages": " ".join(["fr-CA"] * 1000),
    "1000 words": " ".join(f"word-{number}" for number in range(1000)),
    "many commas": "," * 5000,
    "JSON": '{"values":["a"]}' * 300,
    "page": "page",
    "popup": "popup",
    "touch": "touch",
    "wap": "wap",
    "no display": "hologram",
}
KEPT = {name: value for name, value in ODD.items() if len(value.encode()) <= 2048}
kept = pytest.mark.parametrize("value", KEPT.values(), ids=KEPT)


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server; its user is signed in and has agreed."""
    return signed_in


def known(world: World) -> Browser:
    """The browser that is signed in."""
    assert world.member is not None
    return world.member


def is_answered(world: World, raw: str) -> None:
    """With a code and no more, and nobody is asked."""
    browser = known(world).open(f"{world.authorize_url(prompt='none')}&{raw}")
    assert browser.arrived is not None
    assert browser.arrived.keys() == {"code", "state", "iss"}


@pytest.mark.parametrize("value", [*ODD.values(), *LISTS.values()], ids=[*ODD, *LISTS])
def test_a_wish_is_never_an_error(world: World, value: str) -> None:
    """Whatever each of them holds, and however long it is."""
    is_answered(world, urlencode(dict.fromkeys(WISHES, value)))


@pytest.mark.parametrize("value", RAW.values(), ids=RAW)
def test_a_wish_that_is_no_text_is_none(world: World, value: str) -> None:
    """As API Gateway passes it on; so is a name."""
    is_answered(world, "&".join(f"{name}={value}" for name in [*WISHES, "unknown", "state%FF"]))


@pytest.mark.parametrize("value", ["x", ODD["markup"]], ids=["plain", "markup"])
def test_unknown_parameters_are_ignored(world: World, value: str) -> None:
    """RFC 6749 section 3.1, whatever their names are."""
    is_answered(world, urlencode(dict.fromkeys(UNKNOWN, value)))


def test_hundreds_of_unknown_parameters_are_ignored(world: World) -> None:
    """And none of them is kept."""
    is_answered(world, urlencode({f"unknown-{number}": "x" for number in range(300)}))


@odd
def test_an_odd_hint_names_nobody(world: World, value: str) -> None:
    """What is no ID token of ours says nothing, so nobody is the one who is expected."""
    browser = known(world).open(world.authorize_url(prompt="none", id_token_hint=value))
    assert (browser.arrived or {})["error"] == "login_required"
    browser = known(world).open(world.authorize_url(id_token_hint=value))
    assert set(browser.page.forms) == {"sign-in"}


@odd
def test_an_odd_login_hint_is_text_on_the_page(world: World, value: str) -> None:
    """Filled in up to 256 characters, and the page keeps its structure."""
    shown = world.browser().open(world.authorize_url(login_hint=value)).page
    assert dict(shown.forms["sign-in"].fields)["username"] == value[:256]
    assert shown.tags == world.browser().open(world.authorize_url(login_hint="a")).page.tags


@kept
def test_an_odd_state_comes_back(world: World, value: str) -> None:
    """Letter by letter, beside a code and beside an error."""
    for changes in ({"prompt": "none"}, {"scope": "unknown"}):
        browser = known(world).open(world.authorize_url(state=value, **changes))
        assert (browser.arrived or {})["state"] == value


@kept
def test_an_odd_nonce_comes_back(world: World, value: str) -> None:
    """In the ID token, as it was sent."""
    code = world.code(scope="openid read", nonce=value)
    assert claims(world.redeem(code).json["id_token"])["nonce"] == value


@pytest.mark.parametrize("name", ["state", "nonce"])
def test_what_comes_back_has_an_end(world: World, name: str) -> None:
    """2048 bytes, and not one more."""
    assert world.code(None, scope="openid read", **{name: "é" * 1024})
    browser = known(world).open(world.authorize_url(**{name: "é" * 1024 + "x"}))
    assert (browser.arrived or {})["error"] == "invalid_request"
