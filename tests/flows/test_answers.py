"""How the answer of /authorize travels: query, form post, state, issuer, loopback ports.

RFC 6749 section 4.1.2, RFC 9207, RFC 8252 section 7.3, OAuth 2.0 Form Post Response Mode.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from chalicelib.administration import clients
from tests.browser import Browser
from tests.world import REDIRECT, World

STATES = {
    "plain": "af0ifjsldkj",
    "2048 bytes": "s" * 2048,
    "2048 bytes in 1024 letters": "é" * 1024,
    "reserved": "a b+c&d=e;f?g/h#i%20j%zz~!*'()",
    "markup": "\"'><script>alert(1)</script><input name=x>{{7*7}}&lt;&amp;",
    "lines": "a\r\nb\tc",
    "another plane": "\U0001f600日本",
    "a blank": " ",
}
states = pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


@pytest.fixture
def browser(world: World) -> Browser:
    """The browser that is signed in."""
    assert world.member is not None
    return world.member


def register(world: World, client_id: str, redirect_uri: str, **members: object) -> None:
    """A client with a redirect URI of its own."""
    metadata = {"client_id": client_id, "redirect_uris": [redirect_uri], **members}
    clients.create({"client_secret": f"{client_id}-secret", **metadata}, world.services)


@states
@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_the_state_comes_back_as_it_was_sent(
    world: World, browser: Browser, state: str, mode: str
) -> None:
    """Letter by letter, with a code and with an error."""
    browser.open(world.authorize_url(state=state, response_mode=mode))
    if mode == "form_post":
        browser.submit("form-post")
    assert browser.arrived is not None
    assert browser.arrived["state"] == state
    assert browser.arrived["iss"] == world.issuer
    assert "code" in browser.arrived
    browser.open(world.authorize_url(state=state, response_mode=mode, scope="unknown"))
    if mode == "form_post":
        browser.submit("form-post")
    assert browser.arrived["state"] == state
    assert browser.arrived["iss"] == world.issuer
    assert browser.arrived["error"] == "invalid_scope"


def test_a_form_post_is_a_page_that_sends_itself_and_has_a_button(
    world: World, browser: Browser
) -> None:
    """For browsers without scripts; the policy lets nothing else run."""
    browser.open(world.authorize_url(response_mode="form_post", state='"><b>'))
    assert browser.reply is not None
    assert browser.reply.status == 200
    form = browser.page.forms["form-post"]
    assert (form.action, form.method) == (REDIRECT, "post")
    assert {name for name, _ in form.fields} == {"code", "state", "iss"}
    assert "submit" in form.buttons
    assert browser.page.tags.count("script") == 1
    policy = browser.reply.header("Content-Security-Policy") or ""
    assert "form-action http:;" in policy
    assert "script-src 'sha256-" in policy


def test_after_a_form_the_answer_leaves_by_a_page(world: World) -> None:
    """Chromium holds the redirect after a form against form-action; a refresh and a link go on."""
    browser = world.browser().open(world.authorize_url()).sign_in()
    assert browser.arrived is not None
    assert browser.reply is not None
    assert browser.reply.status == 200
    page = browser.page
    assert page.refresh is not None
    assert page.links["continue"] == page.refresh
    assert dict(parse_qsl(urlsplit(page.refresh).query)) == browser.arrived
    assert "form-action 'none'" in (browser.reply.header("Content-Security-Policy") or "")


def test_without_a_form_the_answer_is_a_redirect(world: World, browser: Browser) -> None:
    """303, and nothing to look at."""
    browser.open(world.authorize_url())
    assert browser.reply is not None
    assert browser.reply.status == 303


def test_the_answer_is_only_the_code_the_state_and_the_issuer(
    world: World, browser: Browser
) -> None:
    """No session state, no token, no e-mail address in a URL."""
    browser.open(world.authorize_url())
    assert browser.arrived is not None
    assert browser.arrived.keys() == {"code", "state", "iss"}
    assert len(browser.arrived["code"]) <= 68


@pytest.mark.parametrize(
    ("name", "query"),
    [("asked", "?tenant=a%20b&x=%2F"), ("bare", "?"), ("flag", "?flag"), ("ends", "?a=1&")],
)
def test_a_redirect_uri_keeps_its_query(
    world: World, browser: Browser, name: str, query: str
) -> None:
    """RFC 6749 section 3.1.2: it must be retained, and what is added comes after it."""
    uri = f"https://{name}.example/cb{query}"
    register(world, name, uri)
    browser.open(world.authorize_url(client_id=name, redirect_uri=uri)).allow()
    assert browser.page.refresh is not None
    assert browser.page.refresh.startswith(uri)
    kept = dict(parse_qsl(query[1:], keep_blank_values=True))
    assert browser.arrived is not None
    for member, value in kept.items():
        assert browser.arrived[member] == value
    assert {"code", "state", "iss"} <= browser.arrived.keys()


@pytest.mark.parametrize("port", ["", ":1", ":8000", ":49152", ":65535"])
def test_any_port_of_a_registered_loopback_is_taken(world: World, port: str) -> None:
    """RFC 8252 section 7.3: the system gave the app its port just now."""
    uri = REDIRECT.replace(":8000", port)
    code = world.code(redirect_uri=uri)
    assert world.redeem(code).json.get("error") == (None if uri == REDIRECT else "invalid_grant")
    if uri != REDIRECT:
        assert world.redeem(code, redirect_uri=uri).status == 200


def test_the_only_redirect_uri_may_be_left_out(world: World) -> None:
    """RFC 6749 section 3.1.2.3; then it is left out at the token endpoint as well."""
    code = world.code(redirect_uri=None)
    assert world.redeem(code, redirect_uri="").status == 200


def test_an_openid_request_names_its_redirect_uri(world: World) -> None:
    """Core section 3.1.2.1: also where one is registered. The user is told, and nobody else."""
    browser = world.browser().open(world.authorize_url(redirect_uri=None, scope="read openid"))
    assert browser.reply is not None
    assert (browser.reply.status, browser.arrived) == (400, None)
    assert "The parameter redirect_uri is missing." in browser.page.text


def test_with_two_redirect_uris_one_must_be_named(world: World) -> None:
    """Which one is meant is not for us to guess."""
    metadata = {
        "client_id": "two",
        "client_secret": "two-secret",
        "redirect_uris": ["https://two.example/a", "https://two.example/b"],
    }
    clients.create(metadata, world.services)
    browser = world.browser().open(world.authorize_url(client_id="two", redirect_uri=None))
    assert browser.reply is not None
    assert browser.reply.status == 400


def test_a_private_use_scheme_is_reached_by_both_modes(world: World, browser: Browser) -> None:
    """A native app; its user is asked each time."""
    uri = "com.example.app:/callback"
    public = {"token_endpoint_auth_method": "none", "client_secret": None}
    register(world, "native", uri, application_type="native", **public)
    browser.open(world.authorize_url(client_id="native", redirect_uri=uri)).allow()
    assert (browser.page.refresh or "").startswith(f"{uri}?code=")
    url = world.authorize_url(client_id="native", redirect_uri=uri, response_mode="form_post")
    browser.open(url).allow()
    assert browser.page.forms["form-post"].action == uri


def test_a_request_may_be_posted(world: World, browser: Browser) -> None:
    """OpenID Connect Core section 3.1.2.1: it is stored, and goes on with a GET."""
    query = urlsplit(world.authorize_url(state="posted")).query
    reply = world.request(
        "POST",
        "/authorize",
        headers=[("Content-Type", "application/x-www-form-urlencoded")],
        body=query.encode(),
    )
    assert reply.status == 303
    (bound,) = reply.headers_of("Set-Cookie")
    name, _, rest = bound.partition("=")
    other = world.browser()
    other.cookies = {**browser.cookies, name: rest.partition(";")[0]}
    other.open(reply.header("Location") or "")
    assert other.arrived is not None
    assert other.arrived["state"] == "posted"
    assert world.redeem(other.arrived["code"]).status == 200


def test_a_posted_request_goes_on_in_the_same_browser_only(world: World) -> None:
    """The address of a stored request is worth nothing to others."""
    query = urlsplit(world.authorize_url()).query
    reply = world.request(
        "POST",
        "/authorize",
        headers=[("Content-Type", "application/x-www-form-urlencoded")],
        body=query.encode(),
    )
    stranger = world.browser().open(reply.header("Location") or "")
    assert stranger.reply is not None
    assert stranger.reply.status == 400
