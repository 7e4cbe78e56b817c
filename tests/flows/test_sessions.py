"""Browser sessions: their cookies, their end, and that none can be planted. RFC 6265bis."""

from __future__ import annotations

import pytest

from chalicelib.administration import users
from tests.world import World

SESSION, BROWSER = "__Host-session", "__Host-browser"


def attributes(header: str) -> set[str]:
    """The attributes of a Set-Cookie header."""
    return {part.strip().lower() for part in header.split(";")[1:]}


def test_cookies_are_for_this_host_over_https_and_not_for_scripts(world: World) -> None:
    """`__Host-` makes browsers insist on Secure, Path=/ and no Domain."""
    browser = world.browser().open(world.authorize_url())
    assert browser.reply is not None
    (bound,) = browser.reply.headers_of("Set-Cookie")
    hidden = dict(browser.page.forms["sign-in"].fields)
    reply = world.request(
        "POST",
        "/authorize/sign-in",
        headers=[
            ("Cookie", f"{BROWSER}={browser.cookies[BROWSER]}"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ],
        body=(
            f"interaction={hidden['interaction']}&csrf={hidden['csrf']}"
            "&username=demo%40example.com&password=demo-password"
        ).encode(),
    )
    (session,) = reply.headers_of("Set-Cookie")
    assert bound.startswith(f"{BROWSER}=")
    assert session.startswith(f"{SESSION}=")
    assert attributes(bound) == {"path=/", "secure", "httponly", "samesite=lax"}
    assert attributes(session) == attributes(bound) | {"max-age=43200"}


def test_each_sign_in_has_a_new_identifier_and_ends_the_one_before(world: World) -> None:
    """A cookie from before the sign-in is worth nothing after it."""
    browser = world.browser()
    world.code(browser)
    before = browser.cookies[SESSION]
    world.code(browser, prompt="login")
    assert browser.cookies[SESSION] != before
    other = world.browser()
    other.cookies = {SESSION: before}
    assert "sign-in" in other.open(world.authorize_url()).page.forms


@pytest.mark.parametrize("planted", ["", "A" * 67, "x", "attacker-chosen"])
def test_a_planted_session_is_not_adopted(world: World, planted: str) -> None:
    """No fixation: the server never takes an identifier that somebody else chose."""
    browser = world.browser()
    browser.cookies[SESSION] = planted
    world.code(browser)
    assert browser.cookies[SESSION] != planted


def test_the_attackers_own_session_is_not_adopted(world: World) -> None:
    """Nor one that is real, when the victim signs in over it."""
    attacker = world.browser()
    world.code(attacker)
    planted = attacker.cookies[SESSION]
    victim = world.browser()
    victim.cookies[SESSION] = planted
    world.code(victim, prompt="login")
    assert victim.cookies[SESSION] != planted
    assert "sign-in" in attacker.open(world.authorize_url()).page.forms


@pytest.mark.parametrize("cut", [0, 12, 24, 66])
def test_a_changed_cookie_is_nobodys(world: World, cut: int) -> None:
    """No other character in any part of it finds the session."""
    browser = world.browser()
    world.code(browser)
    good = browser.cookies[SESSION]
    browser.cookies[SESSION] = good[:cut] + ("B" if good[cut] == "A" else "A") + good[cut + 1 :]
    assert "sign-in" in browser.open(world.authorize_url()).page.forms


def test_a_refresh_token_is_no_session(world: World) -> None:
    """The strings look alike."""
    browser = world.browser()
    browser.cookies[SESSION] = world.tokens()["refresh_token"]
    assert "sign-in" in browser.open(world.authorize_url()).page.forms


@pytest.mark.parametrize("change", [{"password": "another-password"}, {"disabled": True}])
def test_a_session_dies_with_the_password_and_the_account(
    world: World, change: dict[str, object]
) -> None:
    """Whoever knew the old password is out."""
    browser = world.browser()
    world.code(browser)
    user = users.find("demo@example.com", world.services)
    users.update(user, world.services, **change)  # type: ignore[arg-type]  # one of two members
    assert "sign-in" in browser.open(world.authorize_url()).page.forms


def test_a_session_lives_twelve_hours(world: World) -> None:
    """From the sign-in, however much it is used."""
    browser = world.browser()
    world.code(browser)
    world.clock.forward(12 * 60 * 60 - 1)
    assert browser.open(world.authorize_url()).arrived is not None
    world.clock.forward(1)
    assert "sign-in" in browser.open(world.authorize_url()).page.forms


def test_an_unfinished_sign_in_ends_after_ten_minutes(world: World) -> None:
    """The form of before leads nowhere."""
    browser = world.browser().open(world.authorize_url())
    world.clock.forward(10 * 60)
    browser.sign_in()
    assert browser.reply is not None
    assert browser.reply.status == 400
    assert SESSION not in browser.cookies


def test_odd_cookies_beside_ours_do_not_matter(world: World) -> None:
    """One malformed cookie of another application must not sign people out."""
    browser = world.browser()
    world.code(browser)
    browser.cookies = {'"odd': "a\\b", "=": "=", "j": '{"a":1}', **browser.cookies, " ": ""}
    assert browser.open(world.authorize_url()).arrived is not None
