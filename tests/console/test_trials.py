"""Trying a sign-in from the console, and what nobody else can make of it."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from tests.browser import Browser
from tests.console.conftest import person, register
from tests.reply import Reply
from tests.world import World


def sent(world: World, browser: Browser, path: str) -> Reply:
    """A page as this browser gets it, without following where it leads."""
    cookie = ("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))
    return world.request("GET", path, headers=[cookie])


def ready(browser: Browser, **changes: str) -> str:
    """An application that has the console's address among its own; its client_id."""
    client_id = register(browser, **changes)
    browser.open(f"{browser.world.issuer}/console/try-sign-in/{client_id}").submit("add")
    assert "try" in browser.page.forms, browser.page.text
    return client_id


def start(world: World, browser: Browser, client_id: str) -> dict[str, str]:
    """The authorization request that the button begins, as parameters."""
    browser.open(f"{world.issuer}/console/try-sign-in/{client_id}")
    form = browser.page.forms["try"]
    cookie = ("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))
    fields = [*form.fields, form.buttons["submit"]]
    reply = world.post(f"/console/try-sign-in/{client_id}", fields, headers=[cookie])
    return dict(parse_qsl(urlsplit(reply.header("Location") or "").query))


@pytest.fixture
def developer(desk: World) -> Browser:
    """A developer in front of the console."""
    return person(desk, "dora", "developer")


@pytest.mark.parametrize("kind", ["web", "single-page", "native"])
def test_a_sign_in_is_shown_decoded(desk: World, developer: Browser, kind: str) -> None:
    """The claims of both tokens, for every kind; no token itself, and nothing stays alive."""
    client_id = ready(developer, kind=kind)
    developer.open(f"{desk.issuer}/console/try-sign-in/{client_id}")
    developer.submit("try", scope="openid email")
    developer.allow()
    assert "The sign-in works" in developer.page.text
    assert developer.reply is not None
    blocks = re.findall(r"<pre[^>]*><code>(.*?)</code>", developer.reply.text, re.DOTALL)
    id_token, access_token = (json.loads(unescape(block)) for block in blocks)
    assert id_token["claims"]["aud"] == client_id
    assert access_token["claims"]["scope"] == "openid email"
    assert access_token["header"]["typ"] == "at+jwt"
    assert "eyJ" not in developer.reply.text
    (grant,) = [item for item in desk.items() if item["t"]["S"] == "grant"]
    assert "rv" in grant


def test_a_reload_of_the_answer_shows_no_tokens(desk: World, developer: Browser) -> None:
    """The code was used; the page says so."""
    client_id = ready(developer)
    developer.open(f"{desk.issuer}/console/try-sign-in/{client_id}").submit("try").allow()
    reply = sent(desk, developer, f"/authorize?{urlencode(start(desk, developer, client_id))}")
    onward = (reply.header("Location") or "").removeprefix(desk.issuer)
    assert sent(desk, developer, onward).status == 200
    again = sent(desk, developer, onward)
    assert again.status == 400
    assert "invalid_grant" in again.text
    assert "<pre" not in again.text


def test_the_address_is_added_and_taken_out(desk: World, developer: Browser) -> None:
    """The application's own addresses stay."""
    client_id = ready(developer)
    page = f"{desk.issuer}/console/try-sign-in/{client_id}"
    developer.open(page).submit("remove", "take-out")
    assert "add" in developer.page.forms
    developer.open(f"{desk.issuer}/console/application/{client_id}")
    assert "https://app.example.com/callback" in developer.page.text
    assert "/console/callback" not in developer.page.text


def test_an_answer_that_was_slipped_in_shows_nothing(desk: World) -> None:
    """A developer who sends somebody to their own client learns nothing of them here: the answer
    arrives in a browser whose session did not begin it, and the code is not touched."""
    thief, victim = person(desk, "thief", "developer"), person(desk, "victim", "developer")
    client_id = ready(thief)
    asked = start(desk, thief, client_id)
    victim.open(f"{desk.issuer}/authorize?{urlencode(asked)}")
    victim.allow()
    assert victim.reply is not None
    assert victim.reply.status == 400
    assert "no answer to a sign-in" in victim.page.text
    assert not desk.events("console.sign_in_tried")


def test_the_code_of_another_is_not_redeemed(desk: World) -> None:
    """Even with a state of one's own: it is another user's code, for another verifier."""
    thief, victim = person(desk, "thief", "developer"), person(desk, "victim", "developer")
    client_id = ready(thief)
    asked = start(desk, thief, client_id)
    own_state = start(desk, thief, client_id)["state"]
    victim.open(f"{desk.issuer}/authorize?{urlencode(asked)}")
    cookies = victim.cookies
    form = victim.page.forms["consent"]
    fields = [*form.fields, form.buttons["allow"]]
    headers = [("Cookie", "; ".join(f"{n}={v}" for n, v in cookies.items()))]
    desk.post("/authorize/consent", fields, headers=headers)
    interaction = dict(form.fields)["interaction"]
    page = desk.request("GET", f"/authorize?interaction={interaction}", headers=headers).page
    code = parse_qs(urlsplit(page.refresh or "").query)["code"][0]
    query = urlencode({"code": code, "state": own_state})
    reply = sent(desk, thief, f"/console/callback?{query}")
    assert reply.status == 400
    assert "<pre" not in reply.text


@pytest.mark.parametrize("state", ["", "x", "a b c", "demoweb n"])
def test_a_made_up_state_is_refused(desk: World, developer: Browser, state: str) -> None:
    """Nothing of it is shown."""
    reply = sent(desk, developer, f"/console/callback?{urlencode({'code': 'x', 'state': state})}")
    assert reply.status == 400
    assert "no answer to a sign-in" in reply.text


def test_a_refusal_is_shown_in_words(desk: World, developer: Browser) -> None:
    """Whoever denies sees what the application is told."""
    client_id = ready(developer)
    developer.open(f"{desk.issuer}/console/try-sign-in/{client_id}").submit("try")
    developer.submit("consent", "deny")
    assert "The sign-in was refused" in developer.page.text
    assert "access_denied" in developer.page.text


def test_signing_in_again_on_the_way_is_no_trouble(desk: World, developer: Browser) -> None:
    """The session is another then, and the person the same."""
    client_id = ready(developer)
    asked = start(desk, developer, client_id)
    developer.open(f"{desk.issuer}/authorize?{urlencode({**asked, 'prompt': 'login'})}")
    developer.sign_in("dora@example.com", "dora-password").allow()
    assert "The sign-in works" in developer.page.text
