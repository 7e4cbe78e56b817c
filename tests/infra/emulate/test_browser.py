"""The smoke story's browser: forms, refreshes, and cookies that stay with the issuer."""

from email.message import Message

import pytest

from infra.emulate.browser import Answer, Browser, forms, words
from infra.emulate.smoke import Cast, main
from infra.local.server import Server
from infra.local.wire import Answer as Served
from infra.local.wire import Call

ISSUER = "https://id.example.com/dev"
PAGE = """<form id="consent" action="/dev/authorize/consent" method="post">
<input type="hidden" name="csrf" value="a&amp;b">
<input type="checkbox" name="scope" value="read" checked>
<input type="checkbox" name="scope" value="write">
<button name="decision" value="allow">Allow</button></form>"""


def _page(body: str) -> Answer:
    return Answer(f"{ISSUER}/authorize", 200, Message(), body)


def test_a_form_sends_what_a_browser_would() -> None:
    """Hidden fields and ticked boxes; buttons only when pressed."""
    form = forms(_page(PAGE))["consent"]
    assert form.fields == [("csrf", "a&b"), ("scope", "read")]


def test_an_action_is_made_absolute_under_the_issuer() -> None:
    """As a browser resolves it against the page's own URL."""
    form = forms(_page(PAGE))["consent"]
    assert form.action == "https://id.example.com/dev/authorize/consent"


def _serve(call: Call) -> Served:
    """A server that sets a cookie, sends it on by a refresh, and ends with a redirect."""
    page = ("Content-Type", "text/html; charset=utf-8")
    if call.path.endswith("/start"):
        cookie = ("Set-Cookie", "__Host-s=1; Path=/; Secure; HttpOnly")
        body = b'<meta http-equiv="refresh" content="0; url=https://id.example.com/dev/next">'
        return Served(200, (page, cookie), body)
    if call.path.endswith("/next") and call.header("Cookie") == "__Host-s=1":
        return Served(303, (("Location", "https://app.example/cb?code=c"),))
    return Served(400, (page,), b"no cookie")


def test_secure_cookies_travel_although_the_wire_is_plain() -> None:
    """An https issuer is served at a loopback address: cookies are the issuer's, not the wire's."""
    server = Server(0)
    server.start(_serve)
    try:
        browser = Browser(ISSUER, f"{server.url}/restapis/a1/dev/_user_request_")
        arrived = browser.arrive(f"{ISSUER}/start", until="https://app.example/cb")
    finally:
        server.stop()
    assert arrived == "https://app.example/cb?code=c"


def test_another_site_is_not_called() -> None:
    """A redirect to anywhere but the issuer and the client ends the story."""
    with pytest.raises(RuntimeError, match="issuer"):
        Browser(ISSUER, "http://127.0.0.1:9").send("https://elsewhere.example/")


def test_the_cast_can_be_replaced() -> None:
    """For a deployment without the demo seeds."""
    cast = Cast.read({"SMOKE_MACHINE": "other", "SMOKE_PASSWORD": ""})
    assert (cast.machine, cast.password) == ("other", "demo-password")


def test_without_a_url_it_says_how_it_is_called() -> None:
    """Exit status 2 is usage."""
    assert main(["--public"]) == 2


def test_a_failure_is_told_in_the_pages_words() -> None:
    """Not in its markup, nor in its style."""
    headers = Message()
    headers["Content-Type"] = "text/html; charset=utf-8"
    body = "<style>p { color: red; }</style><h1>Not &amp; here</h1>\n<p>Go back.</p>"
    assert words(Answer(ISSUER, 400, headers, body)) == "Not & here Go back."
