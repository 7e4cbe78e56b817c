"""Signing in: what a wrong password tells, and how often it may be tried.

NIST SP 800-63B section 5.2.2."""

from __future__ import annotations

import re

import pytest

from chalicelib.administration import users
from tests.browser import Browser
from tests.reply import Reply
from tests.stage import CHEAPEST
from tests.world import World

NAME = "demo@example.com"
PER_ACCOUNT, PER_ADDRESS = 10, 50  # failures in fifteen minutes


def at_the_form(world: World, address: str = "203.0.113.7") -> Browser:
    """A browser that is asked to sign in."""
    return world.browser(address).open(world.authorize_url())


def attempt(browser: Browser, username: str = NAME, password: str = "wrong-password") -> Reply:
    """One attempt; the form stays there for the next."""
    browser.sign_in(username, password)
    assert browser.reply is not None
    return browser.reply


def anonymous(reply: Reply, username: str) -> str:
    """A page without what differs between any two: the name typed, and the hidden fields."""
    text = reply.text.replace(username, "NAME")
    return re.sub(r'name="(interaction|csrf)" value="[^"]*"', "", text)


def test_a_wrong_password_and_an_unknown_name_look_the_same(world: World) -> None:
    """Byte for byte, and a disabled user as well."""
    world_user = users.find(NAME, world.services)
    known = attempt(at_the_form(world))
    unknown = attempt(at_the_form(world), "nobody@example.com")
    users.update(world_user, world.services, disabled=True)
    disabled = attempt(at_the_form(world), NAME, "demo-password")
    pages = {
        anonymous(known, NAME),
        anonymous(unknown, "nobody@example.com"),
        anonymous(disabled, NAME),
    }
    assert len(pages) == 1
    assert {known.status, unknown.status, disabled.status} == {400}
    names = [sorted(name for name, _ in r.answer.headers) for r in (known, unknown, disabled)]
    assert names[0] == names[1] == names[2]


@pytest.mark.parametrize(
    "spelling",
    ["demo@example.com", "DEMO@Example.COM", "  demo@example.com ", "ｄｅｍｏ@example.com"],
)
def test_a_name_may_be_spelled_in_any_case_and_width(world: World, spelling: str) -> None:
    """One person, one account, one counter."""
    browser = at_the_form(world)
    assert "consent" in browser.sign_in(spelling).page.forms


@pytest.mark.parametrize(
    "password", ["", "Demo-password", "demo-password ", " demo-password", "demo-password\0", "d"]
)
def test_a_password_counts_letter_by_letter(world: World, password: str) -> None:
    """No trimming, no folding, no cutting."""
    assert attempt(at_the_form(world), NAME, password).status == 400


@pytest.mark.parametrize("name", [NAME, "nobody@example.com"])
def test_an_account_is_throttled(world: World, name: str) -> None:
    """Also one that does not exist; also with the right password, from anywhere."""
    assert attempt(at_the_form(world, "203.0.113.1"), name).status == 400
    world.set_counters("sign-in-account", PER_ACCOUNT - 1)
    assert attempt(at_the_form(world, "203.0.113.2"), name).status == 400
    reply = attempt(at_the_form(world, "198.51.100.1"), name, "demo-password")
    assert reply.status == 429
    assert 1 <= int(reply.header("Retry-After") or "") <= 900
    assert reply.headers_of("Set-Cookie") == []
    world.clock.forward(int(reply.header("Retry-After") or ""))
    outcome = attempt(at_the_form(world), name, "demo-password")
    assert outcome.status == (200 if name == NAME else 400)


def test_another_spelling_has_the_same_counter(world: World) -> None:
    """Ten spellings are not ten times ten attempts."""
    spellings = [NAME, NAME.upper(), f" {NAME}", "ｄemo@example.com"]
    for spelling in spellings:
        attempt(at_the_form(world), spelling)
    world.set_counters("sign-in-account", PER_ACCOUNT)
    assert attempt(at_the_form(world), NAME, "demo-password").status == 429


def test_an_address_is_throttled(world: World) -> None:
    """Whatever names it tries; another address goes on."""
    browser = at_the_form(world)
    assert attempt(browser, "first@example.com").status == 400
    world.set_counters("sign-in-address", PER_ADDRESS - 1)
    assert attempt(browser, "second@example.com").status == 400
    assert attempt(browser, NAME, "demo-password").status == 429
    assert attempt(at_the_form(world, "198.51.100.1"), NAME, "demo-password").status == 200


def test_successes_are_taken_back(world: World) -> None:
    """A whole office behind one address signs in."""
    users.create("other@example.com", "their-password", {}, world.services, CHEAPEST)
    attempt(at_the_form(world))
    world.set_counters("sign-in-address", PER_ADDRESS - 1)
    world.set_counters("sign-in-account", PER_ACCOUNT - 1)
    for name, password in [(NAME, "demo-password"), ("other@example.com", "their-password")] * 3:
        assert "consent" in at_the_form(world).sign_in(name, password).page.forms


def test_a_throttled_attempt_does_not_count_against_the_address(world: World) -> None:
    """Somebody who guesses one name does not shut out the neighbours."""
    browser = at_the_form(world)
    attempt(browser, "nobody@example.com")
    world.set_counters("sign-in-account", PER_ACCOUNT)
    world.set_counters("sign-in-address", PER_ADDRESS - 1)
    assert attempt(browser, "nobody@example.com").status == 429
    assert attempt(browser, NAME, "demo-password").status == 200


def test_the_log_does_not_hold_the_name_that_was_typed(world: World) -> None:
    """People type their password into the wrong field."""
    attempt(at_the_form(world), "my-secret-password", "x")
    assert "my-secret-password" not in world.log.getvalue()
    assert len(world.events("user.sign_in.failed")) == 1


def test_the_form_is_shown_again_with_the_name_and_without_the_password(world: World) -> None:
    """And sent again, it works."""
    browser = at_the_form(world)
    reply = attempt(browser, NAME, "wrong-password")
    fields = dict(reply.page.forms["sign-in"].fields)
    assert fields["username"] == NAME
    assert "wrong-password" not in reply.text
    assert "consent" in browser.sign_in(NAME, "demo-password").page.forms


def test_a_hostile_name_does_not_change_the_page(world: World) -> None:
    """It is text, wherever it stands."""
    hostile = "\"><script>alert(1)</script><form action='https://evil.example'>"
    reply = attempt(at_the_form(world), hostile, "wrong-password")
    assert list(reply.page.forms) == ["sign-in"]
    assert "script" not in reply.page.tags
    assert dict(reply.page.forms["sign-in"].fields)["username"] == hostile
