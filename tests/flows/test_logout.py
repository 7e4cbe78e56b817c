"""/logout: who may end a session, and where the browser goes. RP-Initiated Logout 1.0."""

from __future__ import annotations

import pytest

from infra.seeds import AFTER_LOGOUT
from tests.browser import Browser
from tests.flows.hints import NO_HINTS, OTHER, add_other_client, id_token
from tests.reply import Reply, claims
from tests.world import World

SESSION = "__Host-session"


@pytest.fixture
def browser(world: World) -> Browser:
    """A browser that is signed in."""
    browser = world.browser()
    world.code(browser, scope="openid read")
    return browser


def logout(browser: Browser, **parameters: str) -> Browser:
    """Go to /logout."""
    from urllib.parse import urlencode

    query = f"?{urlencode(parameters)}" if parameters else ""
    return browser.open(f"{browser.world.issuer}/logout{query}")


def last(browser: Browser) -> Reply:
    """The last answer of the server."""
    assert browser.reply is not None
    return browser.reply


def signed_in(browser: Browser) -> bool:
    """Whether the browser's user is known without a question."""
    cookies = dict(browser.cookies)
    browser.open(browser.world.authorize_url(prompt="none", scope="openid read"))
    browser.cookies = cookies
    return "code" in (browser.arrived or {})


def test_a_hint_of_this_session_ends_it_and_leads_back(world: World, browser: Browser) -> None:
    """No question, the exact address, the state as it was sent, and the event in the log."""
    hint = id_token(world, browser)
    held = dict(browser.cookies)
    logout(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT, state="a b&c=d%")
    assert last(browser).header("Location") == f"{AFTER_LOGOUT}?state=a%20b%26c%3Dd%25"
    assert SESSION not in browser.cookies
    (event,) = world.events("user.signed_out")
    assert event["sub"] == claims(hint)["sub"]
    assert event["client_id"] == "demoweb"
    browser.cookies = held
    assert not signed_in(browser)


def test_without_a_state_the_address_is_as_registered(world: World, browser: Browser) -> None:
    """Nothing is added to it."""
    logout(
        browser,
        id_token_hint=id_token(world, browser),
        client_id="demoweb",
        post_logout_redirect_uri=AFTER_LOGOUT,
    )
    assert last(browser).header("Location") == AFTER_LOGOUT


def test_an_expired_hint_will_do(world: World, browser: Browser) -> None:
    """Applications keep ID tokens for longer than they live."""
    hint = id_token(world, browser)
    world.clock.forward(6 * 3600)
    assert "signed out" in logout(browser, id_token_hint=hint).page.text
    assert not signed_in(browser)


def test_a_hint_from_before_a_new_sign_in_will_do(world: World, browser: Browser) -> None:
    """Who types the password again is in the same session, as clients see it."""
    hint = id_token(world, browser)
    again = id_token(world, browser, prompt="login")
    assert claims(hint)["sid"] == claims(again)["sid"]
    assert "signed out" in logout(browser, id_token_hint=hint).page.text


def test_two_clients_cannot_compare_their_sids(world: World, browser: Browser) -> None:
    """The sid is another for each client, and no part of a cookie."""
    add_other_client(world)
    world.clock.forward(1)
    mine = claims(id_token(world, browser))["sid"]
    code = world.code(browser, client_id=OTHER[0], scope="openid read")
    theirs = claims(world.redeem(code, auth=OTHER).json["id_token"])["sid"]
    assert mine != theirs
    assert not any(one in browser.cookies[SESSION] for one in (mine, theirs, mine[:12]))


@pytest.mark.parametrize(
    "parameters",
    [{}, {"state": "x"}, {"client_id": "demoweb"}, {"post_logout_redirect_uri": AFTER_LOGOUT},
     {"client_id": "demoweb", "post_logout_redirect_uri": AFTER_LOGOUT},
     {"post_logout_redirect_uri": "https://evil.example/"}, {"logout_hint": "demo@example.com"}],
)  # fmt: skip
def test_without_a_hint_the_user_is_asked(browser: Browser, parameters: dict[str, str]) -> None:
    """And led nowhere: nothing proves whose the address is."""
    assert "demo@example.com" in logout(browser, **parameters).page.text
    assert signed_in(browser)
    logout(browser, **parameters).submit("logout")
    assert "You are signed out" in browser.page.text
    assert not signed_in(browser)


def test_a_hint_of_another_session_asks(world: World, browser: Browser) -> None:
    """The same user in another browser; after the answer the way back is open."""
    elsewhere = world.browser()
    world.code(elsewhere, scope="openid read")
    hint = id_token(world, elsewhere)
    asked = logout(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT, state="s")
    assert "Demo Web" in asked.page.text
    assert signed_in(browser)
    logout(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT, state="s")
    browser.submit("logout")
    assert browser.arrived == {"state": "s"}
    assert not signed_in(browser)
    assert signed_in(elsewhere)


def test_who_is_not_signed_in_is_led_back(world: World, browser: Browser) -> None:
    """It is no error to sign out twice (section 2)."""
    hint = id_token(world, browser)
    for _ in range(2):
        logout(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT)
        assert last(browser).header("Location") == AFTER_LOGOUT
    assert len(world.events("user.signed_out")) == 1
    assert "You are signed out" in logout(world.browser()).page.text


@pytest.mark.parametrize("bad", NO_HINTS)
def test_what_is_no_hint_ends_nothing(world: World, browser: Browser, bad: str) -> None:
    """A page for the user, who stays signed in."""
    hint = NO_HINTS[bad](world, id_token(world, browser))
    logout(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT)
    assert last(browser).status == 400
    assert signed_in(browser)


@pytest.mark.parametrize(
    "uri",
    [f"{AFTER_LOGOUT}/", f"{AFTER_LOGOUT}?x=y", f"{AFTER_LOGOUT}#", AFTER_LOGOUT.upper(),
     "http://127.0.0.1:8001/demo", "http://127.0.0.1/demo", "http://localhost:8000/demo",
     "http://127.0.0.1:8000/demo/callback", "https://other.example/bye", "//evil.example",
     "javascript:alert(1)", "https://evil.example/", f"{AFTER_LOGOUT} ", f"{AFTER_LOGOUT}\\@evil"],
)  # fmt: skip
def test_an_address_that_is_not_registered_is_an_error(
    world: World, browser: Browser, uri: str
) -> None:
    """Not by a character, not by a port, not another client's; nothing is ended."""
    add_other_client(world)
    hint = id_token(world, browser)
    logout(browser, id_token_hint=hint, post_logout_redirect_uri=uri)
    assert (last(browser).status, browser.arrived) == (400, None)
    assert signed_in(browser)


@pytest.mark.parametrize(
    "parameters",
    [{"client_id": "otherweb"}, {"client_id": "nobody"}, {"state": "s" * 2049}],
)
def test_what_does_not_go_together_is_an_error(
    world: World, browser: Browser, parameters: dict[str, str]
) -> None:
    """client_id must be the hint's (section 2), and the state has an end."""
    add_other_client(world)
    hint = id_token(world, browser)
    logout(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT, **parameters)
    assert last(browser).status == 400
    assert signed_in(browser)


@pytest.mark.parametrize("name", ["id_token_hint", "client_id", "state", "unknown"])
def test_nothing_may_be_sent_twice(browser: Browser, name: str) -> None:
    """As everywhere."""
    browser.open(f"{browser.world.issuer}/logout?{name}=a&{name}=a")
    assert last(browser).status == 400
    assert signed_in(browser)


def test_an_applications_form_goes_on_as_a_redirect(world: World, browser: Browser) -> None:
    """Browsers leave our cookies out of it, and send them on the redirect."""
    hint = id_token(world, browser)
    form = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT, "other": "x"}
    onward = world.post("/logout", form).header("Location")
    assert onward is not None
    assert "other" not in onward
    browser.open(onward)
    assert last(browser).header("Location") == AFTER_LOGOUT
    assert world.post("/logout", {}).header("Location") == f"{world.issuer}/logout"


@pytest.mark.parametrize("csrf", ["x", "é", "A" * 43])
def test_a_form_of_another_browser_ends_nothing(browser: Browser, csrf: str) -> None:
    """The hidden field is this browser's."""
    logout(browser).submit("logout", csrf=csrf)
    assert last(browser).status == 400
    assert signed_in(browser)


def test_a_form_from_another_site_ends_nothing(world: World, browser: Browser) -> None:
    """Whatever cookies a browser sends along."""
    fields = dict(logout(browser).page.forms["logout"].fields)
    held = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = [("Cookie", held), ("Sec-Fetch-Site", "cross-site")]
    assert world.post("/logout", fields, headers=headers).status == 400
    assert signed_in(browser)


def test_a_removed_clients_hint_leads_nowhere(world: World, browser: Browser) -> None:
    """Nor to the client that took over its name."""
    from chalicelib.administration import clients
    from infra.seeds import CLIENTS

    hint = id_token(world, browser)
    world.clock.forward(1)
    clients.delete("demoweb", world.services)
    clients.create(CLIENTS[0], world.services)
    world.restart()
    logout(browser, id_token_hint=hint, post_logout_redirect_uri=AFTER_LOGOUT)
    assert last(browser).status == 400
