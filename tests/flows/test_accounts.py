"""prompt=select_account: go on as who is signed in, or as another. Core section 3.1.2.1."""

from __future__ import annotations

import pytest

from chalicelib.administration import users
from tests.browser import Browser
from tests.flows.hints import id_token
from tests.reply import claims
from tests.stage import CHEAPEST
from tests.world import World

OTHER = ("other@example.com", "other-password")


@pytest.fixture
def browser(world: World) -> Browser:
    """A browser that is signed in as the demo user; there is another one."""
    users.create(*OTHER, {}, world.services, cost=CHEAPEST)
    browser = world.browser()
    world.code(browser, scope="openid read")
    world.clock.forward(10)
    return browser.open(world.authorize_url(prompt="select_account", scope="openid read"))


def subject(browser: Browser) -> str:
    """Whom the client is told of."""
    assert browser.arrived is not None
    token = browser.world.redeem(browser.arrived["code"]).json["id_token"]
    return str(claims(token)["sub"])


def test_the_page_names_the_account(browser: Browser) -> None:
    """And leads to another."""
    assert "Continue as demo@example.com" in browser.page.text
    assert set(browser.page.forms["select-account"].buttons) == {"continue", "another"}


def test_going_on_asks_nothing_more(world: World, browser: Browser) -> None:
    """No password: the sign-in stays the one of before."""
    browser.submit("select-account", "continue")
    assert browser.arrived is not None
    token = world.redeem(browser.arrived["code"]).json["id_token"]
    assert claims(token)["auth_time"] == world.clock() - 10


def test_another_account_signs_in(world: World, browser: Browser) -> None:
    """The session of before ends, and the form is empty."""
    before = browser.cookies["__Host-session"]
    browser.submit("select-account", "another")
    assert dict(browser.page.forms["sign-in"].fields)["username"] == ""
    browser.sign_in(*OTHER).allow()
    assert subject(browser) == users.find(OTHER[0], world.services).subject
    left = world.browser()
    left.cookies["__Host-session"] = before
    assert "sign-in" in left.open(world.authorize_url()).page.forms


def test_nothing_pressed_shows_the_page_again(browser: Browser) -> None:
    """A form without an answer decides nothing."""
    assert "select-account" in browser.submit("select-account", "none-of-them").page.forms


@pytest.mark.parametrize("account", ["", "Continue", "0", "another "])
def test_an_odd_answer_decides_nothing(browser: Browser, account: str) -> None:
    """Only the two words that the buttons send."""
    page = browser.submit("select-account", "none", account=account).page
    assert "select-account" in page.forms


def test_nobody_to_choose(world: World) -> None:
    """The sign-in form is the choice."""
    browser = world.browser().open(world.authorize_url(prompt="select_account"))
    assert "code" in (browser.sign_in().allow().arrived or {})


def test_max_age_is_asked_after_the_choice(world: World, browser: Browser) -> None:
    """The account, then its password."""
    url = world.authorize_url(prompt="select_account", scope="openid read", max_age="9")
    browser.open(url).submit("select-account", "continue")
    assert dict(browser.page.forms["sign-in"].fields)["username"] == "demo@example.com"
    assert "code" in (browser.sign_in().arrived or {})


def test_the_choice_is_for_one_request(world: World, browser: Browser) -> None:
    """The next one asks again."""
    browser.submit("select-account", "continue")
    url = world.authorize_url(prompt="select_account", scope="openid read")
    assert "select-account" in browser.open(url).page.forms


def test_a_hint_of_another_user_leaves_no_choice(world: World, browser: Browser) -> None:
    """Who is signed in is not the one, so the sign-in form comes at once."""
    other = world.browser().open(world.authorize_url(scope="openid read"))
    other.sign_in(*OTHER).allow()
    hint = id_token(world, other)
    url = world.authorize_url(prompt="select_account", scope="openid read", id_token_hint=hint)
    assert "sign-in" in browser.open(url).page.forms
