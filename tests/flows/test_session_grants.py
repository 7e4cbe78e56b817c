"""What ends with a session: its grants without offline_access, and no others.

OpenID Connect Back-Channel Logout 1.0 section 2.7; docs/decisions/0023.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import Browser
from tests.world import World

BOUND, OFFLINE = "openid read", "openid read offline_access"


@pytest.fixture
def browser(world: World) -> Browser:
    """A browser that is signed in."""
    browser = world.browser()
    world.code(browser, scope=OFFLINE)
    return browser


def sign_out(browser: Browser) -> None:
    """Without a client."""
    browser.open(f"{browser.world.issuer}/logout").submit("logout")
    assert "__Host-session" not in browser.cookies


def lives(world: World, tokens: dict[str, Any]) -> set[str]:
    """Which of a grant's tokens still count."""
    kinds = ("access_token", "refresh_token")
    active = {kind for kind in kinds if world.introspect(tokens[kind])["active"]}
    refreshed = world.refresh(tokens["refresh_token"])
    return active | ({"refreshed"} if refreshed.status == 200 else set())


ALL = {"access_token", "refresh_token", "refreshed"}


@pytest.mark.parametrize(("scope", "left"), [(BOUND, set()), ("read", set()), (OFFLINE, ALL)])
def test_a_grant_ends_unless_it_is_for_when_the_user_is_away(
    world: World, browser: Browser, scope: str, left: set[str]
) -> None:
    """All its tokens with it."""
    tokens = world.tokens(browser, scope=scope)
    sign_out(browser)
    assert lives(world, tokens) == left


def test_a_code_that_was_not_redeemed_ends(world: World, browser: Browser) -> None:
    """The session was over before it was used."""
    code = world.code(browser, scope=BOUND)
    sign_out(browser)
    assert world.redeem(code).json["error"] == "invalid_grant"


def test_another_browsers_grants_go_on(world: World, browser: Browser) -> None:
    """The same user, the same client, the same second."""
    other = world.browser()
    tokens = world.tokens(other, scope=BOUND)
    sign_out(browser)
    assert lives(world, tokens) == ALL


def test_what_is_given_after_a_new_sign_in_lives(world: World, browser: Browser) -> None:
    """At once, though the mark of the session of before is young."""
    sign_out(browser)
    assert lives(world, world.tokens(browser, scope=BOUND)) == ALL


@pytest.mark.parametrize("change", [{"prompt": "login"}, {"max_age": "0"}])
def test_who_signs_in_again_ends_nothing_until_they_sign_out(
    world: World, browser: Browser, change: dict[str, str]
) -> None:
    """A session that was renewed takes what was given before along, and no more than once."""
    tokens = world.tokens(browser, scope=BOUND)
    world.code(browser, scope=BOUND, **change)
    refreshed = world.refresh(tokens["refresh_token"])
    assert refreshed.status == 200
    sign_out(browser)
    assert lives(world, refreshed.json) == set()


def test_the_mark_outlives_every_grant(world: World, browser: Browser) -> None:
    """A grant does not come back to life by waiting."""
    tokens = world.tokens(browser, scope=BOUND)
    sign_out(browser)
    world.clock.forward(29 * 24 * 3600)
    assert world.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_the_cost_is_one_read_and_only_of_who_has_signed_out(
    world: World, browser: Browser
) -> None:
    """And for grants of before only."""
    elsewhere = world.browser()
    before = world.tokens(elsewhere, scope=BOUND)
    sign_out(browser)
    world.aws.reset()
    world.refresh(before["refresh_token"])
    assert world.aws.count() == {"BatchGetItem": 1, "GetItem": 1, "UpdateItem": 1, "Sign": 1}
    world.clock.forward(61)
    after = world.tokens(elsewhere, scope=BOUND)
    world.aws.reset()
    world.refresh(after["refresh_token"])
    assert world.aws.count() == {"BatchGetItem": 1, "UpdateItem": 1, "Sign": 1}
