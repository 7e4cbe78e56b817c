"""The page at the end of a sign-out, and whom it tells. OpenID Connect Front-Channel Logout 1.0."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from infra.seeds import AFTER_LOGOUT
from tests.browser import Browser
from tests.flows.hints import id_token
from tests.flows.logouts import add, enter, sign_out
from tests.pages.samples import Page
from tests.reply import claims
from tests.world import REDIRECT, World

FRAME = "http://127.0.0.1:8000/forget?x=1"


@pytest.fixture
def browser(world: World) -> Browser:
    """A new browser."""
    return world.browser()


def last(browser: Browser) -> Page:
    """The page that is shown."""
    assert browser.reply is not None
    return Page(browser.reply.text)


def frames(browser: Browser) -> list[str]:
    """What it loads."""
    return [str(frame["src"]) for frame in last(browser).all("iframe")]


def test_a_client_is_told_by_a_frame(world: World, browser: Browser) -> None:
    """Its own address, with issuer and sid behind what it registered."""
    add(world, "notes", frontchannel_logout_uri=FRAME)
    sid = claims(enter(world, browser, "notes")["id_token"])["sid"]
    sign_out(browser)
    (url,) = frames(browser)
    assert url.startswith(f"{FRAME}&")
    assert parse_qs(urlsplit(url).query) == {"x": ["1"], "iss": [world.issuer], "sid": [sid]}


def test_a_frame_can_lead_the_page_nowhere(world: World, browser: Browser) -> None:
    """It may run, and reach its own cookies; the policy allows frames of its scheme only."""
    add(world, "notes", frontchannel_logout_uri=FRAME)
    enter(world, browser, "notes")
    sign_out(browser)
    (frame,) = last(browser).all("iframe")
    assert frame["sandbox"] == "allow-scripts allow-same-origin"
    assert browser.reply is not None
    policy = browser.reply.header("Content-Security-Policy") or ""
    assert "; frame-src http:" in policy
    assert "https:" not in policy


def test_only_clients_of_the_session_that_asked_for_it(world: World, browser: Browser) -> None:
    """Once each; a page without frames allows none."""
    add(world, "notes", frontchannel_logout_uri=FRAME)
    add(world, "silent")
    enter(world, world.browser(), "notes")
    enter(world, browser, "silent")
    sign_out(browser)
    assert frames(browser) == []
    assert browser.reply is not None
    assert "frame-src" not in (browser.reply.header("Content-Security-Policy") or "")


@pytest.mark.parametrize("posted", [False, True])
def test_the_way_back_leads_over_the_frames(world: World, browser: Browser, posted: bool) -> None:
    """No redirect, which would leave before they load: a page that goes on by itself."""
    add(world, "notes", frontchannel_logout_uri=FRAME)
    enter(world, browser, "notes")
    hint = id_token(world, world.browser() if posted else browser)
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT, "state": "a&b"}
    browser.open(f"{world.issuer}/logout?{urlencode(asked)}")
    if posted:
        browser.submit("logout")
    page = last(browser)
    assert len(frames(browser)) == 1
    assert page.by_id("continue")["href"] == f"{AFTER_LOGOUT}?state=a%26b"
    assert "location.replace(document.getElementById('continue').href)" in page.text["script"]
    assert f"url={AFTER_LOGOUT}" in str(page.all("meta"))
    assert "__Host-session" not in browser.cookies


START = "https://notes.example/start?from=op"


@pytest.mark.parametrize("own", [START, None])
def test_the_client_can_be_entered_again(world: World, browser: Browser, own: str | None) -> None:
    """Core section 4: where it has an address that begins a sign-in, with the issuer."""
    add(world, "notes", initiate_login_uri=own)
    hint = enter(world, browser, "notes")["id_token"]
    browser.open(f"{world.issuer}/logout?{urlencode({'id_token_hint': hint})}")
    links = [str(link["href"]) for link in last(browser).all("a")]
    issuer = urlencode({"iss": world.issuer}, safe="")
    assert links == (["#main", f"{START}&{issuer}"] if own else ["#main"])


def test_a_stranger_is_led_to_no_client(world: World, browser: Browser) -> None:
    """Without a hint nobody is proved to have asked."""
    add(world, "notes", initiate_login_uri=START)
    enter(world, browser, "notes")
    browser.open(f"{world.issuer}/logout?client_id=notes").submit("logout")
    assert [link["href"] for link in last(browser).all("a")] == ["#main"]


REGISTERED: dict[str, dict[str, Any]] = {
    "of the redirect URI's origin": {"frontchannel_logout_uri": FRAME},
    "with the session": {
        "frontchannel_logout_uri": "http://127.0.0.1:8000/",
        "frontchannel_logout_session_required": True,
    },
}


@pytest.mark.parametrize("name", REGISTERED)
def test_what_may_be_registered(world: World, name: str) -> None:
    """And is told back."""
    from chalicelib.administration import clients
    from chalicelib.registration import client_metadata

    add(world, "notes", **REGISTERED[name])
    written = client_metadata.write(clients.get("notes", world.services))
    assert REGISTERED[name].items() <= written.items()
    assert written["redirect_uris"] == [REDIRECT]
