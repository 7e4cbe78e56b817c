"""prompt, max_age and login_hint. OpenID Connect Core section 3.1.2.1."""

from __future__ import annotations

import pytest

from chalicelib.administration import clients
from chalicelib.protocol import acr
from tests.browser import Browser
from tests.reply import claims
from tests.world import World


@pytest.fixture
def browser(world: World) -> Browser:
    """A browser that is signed in, with consent on record."""
    browser = world.browser()
    world.code(browser)
    world.clock.forward(10)
    return browser


def error(browser: Browser) -> str:
    """The error that the client was told."""
    assert browser.arrived is not None
    return browser.arrived["error"]


def test_nothing_is_asked_of_one_who_is_known(world: World, browser: Browser) -> None:
    """Signed in and agreed: straight back with a code."""
    assert "code" in (browser.open(world.authorize_url()).arrived or {})


def test_none_gives_a_code_without_a_page(world: World, browser: Browser) -> None:
    """The silent way."""
    assert "code" in (browser.open(world.authorize_url(prompt="none")).arrived or {})


def test_none_never_shows_a_page(world: World) -> None:
    """Nobody is signed in, and nothing is stored."""
    world.aws.reset()
    assert error(world.browser().open(world.authorize_url(prompt="none"))) == "login_required"
    assert world.writes() == []


def test_none_without_consent_says_so(world: World, browser: Browser) -> None:
    """More is asked than was agreed to."""
    url = world.authorize_url(prompt="none", scope="openid read")
    assert error(browser.open(url)) == "consent_required"


def test_none_never_succeeds_for_a_client_that_proves_nothing(
    world: World, browser: Browser
) -> None:
    """A public client on the device is asked about each time."""
    url = world.authorize_url(client_id="demospa")
    assert "code" in (browser.open(url).allow().arrived or {})
    silent = world.authorize_url(client_id="demospa", prompt="none")
    assert error(browser.open(silent)) == "consent_required"


@pytest.mark.parametrize("other", ["login", "consent", "select_account"])
def test_none_goes_with_no_other(world: World, browser: Browser, other: str) -> None:
    """A contradiction is malformed."""
    for prompt in (f"none {other}", f"{other} none"):
        assert error(browser.open(world.authorize_url(prompt=prompt))) == "invalid_request"


@pytest.mark.parametrize("prompt", ["login", "login select_account"])
def test_login_asks_again_and_once(world: World, browser: Browser, prompt: str) -> None:
    """A new sign-in, for this very request, and the time of it in the ID token."""
    world.code(browser, scope="openid read")
    world.clock.forward(10)
    url = world.authorize_url(prompt=prompt, scope="openid read")
    assert "sign-in" in browser.open(url).page.forms
    assert "code" in (browser.sign_in().arrived or {})
    assert browser.arrived is not None
    token = world.redeem(browser.arrived["code"]).json["id_token"]
    assert claims(token)["auth_time"] == world.clock()


def test_login_is_not_satisfied_by_a_sign_in_for_another_request(
    world: World, browser: Browser
) -> None:
    """Two tabs with prompt=login are two sign-ins."""
    first = browser.open(world.authorize_url(prompt="login")).page.forms["sign-in"]
    browser.open(world.authorize_url(prompt="login")).sign_in()
    waiting = dict(first.fields)["interaction"]
    browser.open(f"{world.issuer}/authorize?interaction={waiting}")
    assert "sign-in" in browser.page.forms


def test_consent_asks_again(world: World, browser: Browser) -> None:
    """Although it is on record; and only once."""
    assert "consent" in browser.open(world.authorize_url(prompt="consent")).page.forms
    assert "code" in (browser.allow().arrived or {})


def test_login_and_consent_ask_for_both(world: World, browser: Browser) -> None:
    """In their order."""
    assert "sign-in" in browser.open(world.authorize_url(prompt="consent login")).page.forms
    assert "consent" in browser.sign_in().page.forms
    assert "code" in (browser.allow().arrived or {})


@pytest.mark.parametrize(
    ("max_age", "asked"), [("0", True), ("9", True), ("10", False), ("999999999", False)]
)
def test_max_age_asks_again_when_the_sign_in_is_older(
    world: World, browser: Browser, max_age: str, asked: bool
) -> None:
    """The sign-in was ten seconds ago."""
    browser.open(world.authorize_url(max_age=max_age))
    assert (browser.arrived is None) is asked
    if asked:
        assert "code" in (browser.sign_in().arrived or {})


def test_a_client_may_register_a_max_age(world: World, browser: Browser) -> None:
    """It stands where the request names none, and the request's own stands before it."""
    clients.update("demoweb", {"default_max_age": 9}, world.services)
    world.restart()
    assert "sign-in" in browser.open(world.authorize_url()).page.forms
    assert "code" in (browser.open(world.authorize_url(max_age="10")).arrived or {})


@pytest.mark.parametrize("asked", [{}, {"acr_values": "1 2"}, {"max_age": "1000"}])
def test_the_id_token_tells_when_and_how_the_user_signed_in(
    world: World, browser: Browser, asked: dict[str, str]
) -> None:
    """To the second, and by the one class of authentication there is, whatever was asked for."""
    told = claims(world.tokens(browser, scope="openid read", **asked)["id_token"])
    assert told["auth_time"] == world.clock() - 10
    assert told["acr"] == acr.PASSWORD


def test_max_age_0_asks_also_in_the_second_of_the_last_sign_in(world: World) -> None:
    """It is the same as prompt=login, and silently impossible."""
    browser = world.browser()
    world.code(browser)
    assert "sign-in" in browser.open(world.authorize_url(max_age="0")).page.forms
    silent = world.authorize_url(max_age="0", prompt="none")
    assert error(browser.open(silent)) == "login_required"
    browser.open(world.authorize_url(max_age="0"))
    assert "code" in (browser.sign_in().arrived or {})


HOSTILE = "\"'><script>alert(1)</script>{{7*7}}"


@pytest.mark.parametrize("hint", ["someone@example.com", HOSTILE, "h" * 4000, "é日本"])
def test_login_hint_is_filled_in_as_text(world: World, hint: str) -> None:
    """At most 256 characters, and never markup."""
    page = world.browser().open(world.authorize_url(login_hint=hint)).page
    assert dict(page.forms["sign-in"].fields)["username"] == hint[:256]
    assert "script" not in page.tags


def test_a_known_users_name_is_filled_in(world: World, browser: Browser) -> None:
    """Who signs in again need not type it."""
    page = browser.open(world.authorize_url(prompt="login")).page
    assert dict(page.forms["sign-in"].fields)["username"] == "demo@example.com"


@pytest.mark.parametrize(
    "extra",
    [
        {"display": "popup"},
        {"ui_locales": "de en"},
        {"acr_values": "1"},
        {"unknown": "é" * 500},
    ],
)
def test_what_is_not_supported_is_ignored_and_not_kept(world: World, extra: dict[str, str]) -> None:
    """OpenID Connect Core section 3.1.2.1: unknown parameters are no error."""
    browser = world.browser().open(world.authorize_url(**extra))
    assert "sign-in" in browser.page.forms
    (waiting,) = [item for item in world.items() if item["pk"]["S"].startswith("P#")]
    assert not set(extra) & set(waiting["p"]["M"])
