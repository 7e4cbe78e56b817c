"""id_token_hint at /authorize: whom the client expects. OpenID Connect Core sections 3.1.2.1, 2."""

from __future__ import annotations

import pytest

from chalicelib.administration import users
from chalicelib.aws import keyring
from chalicelib.records.keyring import KEYRING_KEY, KeyringRecord
from tests.browser import Browser
from tests.flows.hints import NO_HINTS, add_other_client, id_token
from tests.reply import claims
from tests.stage import CHEAPEST
from tests.world import World

OTHER = ("other@example.com", "other-password")


@pytest.fixture
def browser(world: World) -> Browser:
    """A browser that is signed in as the demo user, with consent on record."""
    browser = world.browser()
    world.code(browser, scope="openid read")
    return browser


@pytest.fixture
def other(world: World) -> Browser:
    """A browser that is signed in as another user."""
    users.create(*OTHER, {}, world.services, cost=CHEAPEST)
    world.clock.forward(1)
    browser = world.browser().open(world.authorize_url(scope="openid read"))
    browser.sign_in(*OTHER).allow()
    return browser


def ask(world: World, browser: Browser, hint: str, **changes: str) -> Browser:
    """Send an authorization request with a hint."""
    url = world.authorize_url(scope="openid read", id_token_hint=hint, **changes)
    return browser.open(url)


def error(browser: Browser) -> str | None:
    """The error that the client was told."""
    return (browser.arrived or {}).get("error")


@pytest.mark.parametrize("prompt", [{}, {"prompt": "none"}])
def test_the_user_of_the_hint_goes_through(
    world: World, browser: Browser, prompt: dict[str, str]
) -> None:
    """Silent renewal: an expired ID token will do."""
    hint = id_token(world, browser)
    world.clock.forward(3600)
    assert "code" in (ask(world, browser, hint, **prompt).arrived or {})


def test_another_user_is_nobody(world: World, browser: Browser, other: Browser) -> None:
    """One user's session never answers for another."""
    hint = id_token(world, browser)
    assert error(ask(world, other, hint, prompt="none")) == "login_required"
    assert "sign-in" in ask(world, other, hint).page.forms


def test_nobody_is_signed_in(world: World, browser: Browser) -> None:
    """The hint opens nothing."""
    hint = id_token(world, browser)
    assert error(ask(world, world.browser(), hint, prompt="none")) == "login_required"
    assert "sign-in" in ask(world, world.browser(), hint).page.forms


def test_the_right_user_signs_in(world: World, browser: Browser, other: Browser) -> None:
    """In the browser of another, whose name is not filled in."""
    hint = id_token(world, browser)
    page = ask(world, other, hint).page
    assert dict(page.forms["sign-in"].fields)["username"] == ""
    other.sign_in()
    assert other.arrived is not None
    told = claims(world.redeem(other.arrived["code"]).json["id_token"])
    assert told["sub"] == claims(hint)["sub"]


def test_the_wrong_user_signs_in(world: World, browser: Browser, other: Browser) -> None:
    """The client is told, and the browser stays as it was."""
    hint = id_token(world, browser)
    before = other.cookies["__Host-session"]
    ask(world, other, hint).sign_in(*OTHER)
    assert error(other) == "login_required"
    assert other.cookies["__Host-session"] == before


def test_login_hint_stands_before_what_is_known(world: World, browser: Browser) -> None:
    """With both, the name that the client gives is filled in."""
    hint = id_token(world, browser)
    page = ask(world, browser, hint, prompt="login", login_hint="me@example.com").page
    assert dict(page.forms["sign-in"].fields)["username"] == "me@example.com"


@pytest.mark.parametrize("bad", NO_HINTS)
def test_what_is_no_hint_names_nobody(world: World, browser: Browser, bad: str) -> None:
    """Not this user either: they are asked to sign in, and once."""
    hint = NO_HINTS[bad](world, id_token(world, browser))
    assert error(ask(world, browser, hint, prompt="none")) == "login_required"
    assert "sign-in" in ask(world, browser, hint).page.forms
    assert "code" in (browser.sign_in().arrived or {})


def test_another_clients_id_token_is_no_hint(world: World, browser: Browser) -> None:
    """A client cannot ask about a user by a token that it should not have."""
    add_other_client(world)
    world.clock.forward(1)
    hint = id_token(world, browser)
    silent = {"client_id": "otherweb", "prompt": "none"}
    assert error(ask(world, browser, hint, **silent)) == "login_required"


def test_a_dropped_key_proves_nothing(world: World, browser: Browser) -> None:
    """What the JWKS no longer holds, nobody can check."""
    hint = id_token(world, browser)
    record = world.services.table.get(KeyringRecord, KEYRING_KEY)
    assert record is not None
    kept = tuple(key for key in keyring.read_keys(record) if key.alg != "RS256")
    keyring.save(world.services.table, record, kept)
    world.restart()
    assert error(ask(world, browser, hint, prompt="none")) == "login_required"


def test_the_hint_is_not_stored(world: World) -> None:
    """It is a token; what it says is kept instead."""
    hint = id_token(world, world.browser())
    ask(world, world.browser(), hint)
    waiting = [item for item in world.items() if item["pk"]["S"].startswith("P#")]
    assert [item["ex"]["S"] for item in waiting if "ex" in item] == [claims(hint)["sub"]]
    assert hint not in str(waiting)
