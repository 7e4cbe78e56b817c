"""`session`: what is listed, and that an ended one lets nobody in."""

from __future__ import annotations

from tests.browser import Browser
from tests.infra.commands.conftest import Operator

DEMO = "demo@example.com"
LIST, END = ("session", "list", "--user", DEMO), ("session", "end", "--user", DEMO)


def signed_in(operator: Operator) -> Browser:
    """A new browser of the demo user."""
    browser = operator.world.browser()
    operator.world.code(browser)
    return browser


def is_known(browser: Browser) -> bool:
    """Whether its user is let through."""
    browser.open(browser.world.authorize_url(prompt="none"))
    return "code" in (browser.arrived or {})


def test_list_shows_when_and_how(operator: Operator) -> None:
    """One line a browser, without anything that would open it."""
    browser = signed_in(operator)
    (session,) = operator.get(*LIST)
    now = operator.world.clock()
    assert (session["auth_time"], session["amr"]) == (now, ["pwd"])
    assert session["expires_at"] == now + operator.world.settings.lifetimes.session
    assert set(session) == {"session_id", "auth_time", "amr", "acr", "expires_at"}
    assert is_known(browser)


def test_one_session_is_ended(operator: Operator) -> None:
    """And no other; its grants go with it, and the event is in the log."""
    world = operator.world
    browser, other = signed_in(operator), signed_in(operator)
    token = world.tokens(other)["refresh_token"]
    (first, second) = (entry["session_id"] for entry in operator.get(*LIST))
    shown = operator.get(*END, "--", first)
    assert shown["ended"] == [first]
    assert [entry["session_id"] for entry in operator.get(*LIST)] == [second]
    known = [is_known(one) for one in (browser, other)]
    assert sorted(known) == [False, True]
    assert (world.refresh(token).status == 200) is known[1]


def test_all_sessions_are_ended(operator: Operator) -> None:
    """Without naming one; doing it twice is no error."""
    browsers = [signed_in(operator) for _ in range(2)]
    assert len(operator.get(*END)["ended"]) == 2
    assert [is_known(browser) for browser in browsers] == [False, False]
    assert operator.get(*END)["ended"] == []


def test_what_ended_otherwise_is_not_listed(operator: Operator) -> None:
    """With everything of the user, or by time."""
    signed_in(operator)
    operator.world.clock.forward(1)
    operator.get("grant", "revoke", "--user", DEMO)
    assert operator.get(*LIST) == []


def test_unknown_user_and_session_are_refused(operator: Operator) -> None:
    """In one sentence."""
    assert operator.refused("session", "list", "--user", "nobody") == "there is no user nobody"
    assert operator.refused(*END, "x") == f"user {DEMO} has no session x"
