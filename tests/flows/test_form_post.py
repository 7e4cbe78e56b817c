"""response_mode=form_post, wherever an answer or an error goes out. Form Post Response Mode 1.0.

The query carries the same members; so each road is walked by both, and the two are compared.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib import asked
from chalicelib.administration import clients
from chalicelib.pages import AUTO_SUBMIT
from tests.emulated_aws import Fault
from tests.flows import roads
from tests.flows.roads import ROADS, Road, known, last
from tests.pages.samples import source
from tests.reply import Reply
from tests.world import REDIRECT, World

# What a browser would make markup, a header or another parameter of, were it not escaped.
STATES = {
    "quotes": "\"'`",
    "an attribute": '" onfocus="alert(1)" autofocus x="',
    "the end of the field": '"><script>alert(1)</script><input name="iss" value="x',
    "the end of the form": '"></form><form action="https://evil.example"><button>',
    "entities": "&lt;&amp;&#34;&quot;&copy=1",
    "a template": "{{ 7 * 7 }}{% raw %}${7*7}",
    "line ends": "a\nb\rc\r\nLocation: https://evil.example/",
    "controls": "\x01\x1b[31m\x7f\x85",
    "other scripts": "日本語 اللغة \u202eabc \U0001f600",
    "separators": "\u2028\u2029\ufeff\u00a0",
    "parameters": "a&code=stolen&iss=https://evil.example#;+%00%",
    "2048 bytes of markup": "<" * 2048,
}
states = pytest.mark.parametrize("state", STATES.values(), ids=STATES)
some = pytest.mark.parametrize("name", ["resource unknown, posted", "denied"])


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server, with what the roads need."""
    roads.prepare(signed_in)
    return signed_in


def walk(world: World, road: Road, mode: str, **more: str) -> Reply:
    """The road in one mode, with AWS well again at its end."""
    try:
        return road(world, response_mode=mode, **more)
    finally:
        world.aws.faults.clear()


def posted_by(reply: Reply) -> dict[str, str]:
    """What the page of a form post posts, by itself or by its button; it does nothing else."""
    assert reply.status == 200
    assert reply.headers_of("Set-Cookie") == []
    assert reply.header("Location") is None
    page = reply.page
    assert (page.refresh, set(page.links)) == (None, {"#main"})
    assert set(page.forms) == {"form-post"}
    form = page.forms["form-post"]
    assert (form.action, form.method) == (REDIRECT, "post")
    assert form.buttons == {"submit": ("", "")}
    assert len(dict(form.fields)) == len(form.fields)
    assert page.tags.count("script") == 1
    assert f">{AUTO_SUBMIT}</script>" in reply.text
    return dict(form.fields)


def in_query(reply: Reply) -> dict[str, str]:
    """What a redirect, or a page that goes on, carries."""
    url = reply.header("Location") or reply.page.refresh or ""
    assert url.startswith(f"{REDIRECT}?")
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))


def test_every_rule_has_its_road() -> None:
    """But for the one that refuses the mode itself: its answer goes by the query."""
    rules = {rule.__name__ for rule in asked.RULES}
    assert set(roads.RULES) == rules - {"response_mode_is_known"}


@pytest.mark.parametrize("name", ROADS)
def test_an_error_goes_out_as_by_the_query(world: World, name: str) -> None:
    """The same members, in a page that sends itself and has a button for those without scripts."""
    error, road = ROADS[name]
    told = posted_by(walk(world, road, "form_post"))
    assert told == in_query(walk(world, road, "query"))
    assert told.keys() == {"error", "error_description", "error_uri", "state", "iss"}
    assert told["error"] == error
    assert (told["state"], told["iss"]) == ("af0ifjsldkj", world.issuer)


def test_a_code_goes_out_as_by_the_query(world: World) -> None:
    """At once, and at the end of a sign-in."""
    for browser in (known(world), world.browser()):
        answers = []
        for mode in ("query", "form_post"):
            browser.open(world.authorize_url(response_mode=mode))
            if "sign-in" in last(browser).text and browser.arrived is None:
                browser.sign_in()
            read = in_query if mode == "query" else posted_by
            answers.append(read(last(browser)))
        first, second = answers
        assert first.pop("code") != second.pop("code")
        assert first == second == {"state": "af0ifjsldkj", "iss": world.issuer}


def got_code(world: World, **more: str) -> Reply:
    """The answer with a code."""
    return last(known(world).open(world.authorize_url(**more)))


def _policy(reply: Reply) -> dict[str, str]:
    directives = (reply.header("Content-Security-Policy") or "").split("; ")
    return dict(one.split(" ", 1) for one in directives)


def _headers(reply: Reply) -> list[tuple[str, str]]:
    own = ("Content-Security-Policy", "X-Request-Id")
    return sorted(header for header in reply.answer.headers if header[0] not in own)


def test_the_headers_are_those_of_the_other_pages(world: World) -> None:
    """No referrer, not stored, not framed; the policy differs by what the form and script need."""
    error, code = ROADS["denied"][1], walk(world, got_code, "form_post")
    plain, page = walk(world, error, "query"), walk(world, error, "form_post")
    for other in (code, page):
        assert _headers(other) == _headers(plain)
        own, common = _policy(other), _policy(plain)
        assert own.pop("script-src") == source(AUTO_SUBMIT)
        assert own.pop("form-action") == "http:"
        assert common.pop("form-action") == "'none'"
        common.pop("script-src", None)
        assert own == common
        assert other.header("Referrer-Policy") == "no-referrer"


@states
@some
def test_a_hostile_state_is_text(world: World, name: str, state: str) -> None:
    """It comes back letter by letter, and the page has the structure it always has."""
    road = ROADS[name][1]
    reply = walk(world, road, "form_post", state=state)
    assert posted_by(reply)["state"] == state
    assert reply.page.tags == walk(world, road, "form_post", state="x").page.tags
    assert "evil" not in str(reply.answer.headers)


@states
def test_a_hostile_state_beside_a_code_is_text(world: World, state: str) -> None:
    """As beside an error."""
    told = posted_by(walk(world, got_code, "form_post", state=state))
    assert told["state"] == state
    assert told["iss"] == world.issuer


@pytest.mark.parametrize("query", ["?a=1&b=%22%3E", "?x='&y=(;)", "?a"])
def test_an_address_with_a_query_is_posted_to_as_it_is(world: World, query: str) -> None:
    """Its own parameters stay in it, escaped where they stand in the page."""
    client_id = f"q{len(query)}"
    uri = f"https://{client_id}.example/cb{query}"
    metadata = {"client_id": client_id, "client_secret": "query-secret", "redirect_uris": [uri]}
    clients.create(metadata, world.services)
    sent = {"client_id": client_id, "redirect_uri": uri, "response_mode": "form_post"}
    form = last(world.browser().open(world.authorize_url(prompt="none", **sent))).page.forms
    assert form["form-post"].action == uri


def test_a_mode_that_is_not_known_is_told_by_the_query(world: World) -> None:
    """The answer has to travel somehow, and that is the mode of a code."""
    reply = last(world.browser().open(world.authorize_url(response_mode="fragment")))
    assert in_query(reply)["error"] == "invalid_request"


def test_a_table_that_fails_later_is_told_to_the_user(world: World) -> None:
    """In the middle of a sign-in nothing is lost: the page is loaded again, nothing is posted."""
    url = world.authorize_url(prompt="consent", response_mode="form_post")
    browser = known(world).open(url)
    onward = dict(browser.page.forms["consent"].fields)["interaction"]
    world.aws.faults.append(Fault("BatchGetItem", "throttle"))
    browser.open(f"{world.issuer}/authorize?interaction={onward}")
    world.aws.faults.clear()
    assert last(browser).status == 503
    assert browser.page.forms == {}
    browser.open(f"{world.issuer}/authorize?interaction={onward}").allow()
    assert posted_by(last(browser))["code"]
