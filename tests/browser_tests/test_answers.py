"""How answers leave the server in a real browser, past every content security policy."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest

from infra.local.server import Server
from infra.local.wire import Answer, Call
from tests.chromium import Person, authorize_url
from tests.real import People
from tests.receiver import Receiver, listening
from tests.running import Running

pytestmark = pytest.mark.browser


@pytest.fixture
def elsewhere() -> Iterator[Receiver]:
    """Another origin of the same application."""
    with listening() as receiver:
        yield receiver


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_form_post_reaches_the_client(
    running: Running, people: People, receiver: Receiver, scripts: bool
) -> None:
    """The answer is posted by itself; without scripts, by the button."""
    person = people(java_script_enabled=scripts)
    client = running.client(redirect_uris=[receiver.redirect_uri])
    url = authorize_url(running.url, client, receiver.redirect_uri, response_mode="form_post")
    person.open(url)
    person.sign_in(running.user())
    person.allow()
    if not scripts:
        person.page.click("#form-post #submit")
    person.arrive(receiver.redirect_uri)
    assert [call.method for call in receiver.calls] == ["POST"]
    assert receiver.calls[0].query == ""
    answer = receiver.answer
    assert set(answer) == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("af0ifjsldkj", running.url)


def test_form_post_when_nothing_had_to_be_asked(
    running: Running, person: Person, receiver: Receiver
) -> None:
    """Whoever is signed in and has consented sees the posted answer arrive at once."""
    client = running.client(redirect_uris=[receiver.redirect_uri], first_party=True)
    url = authorize_url(running.url, client, receiver.redirect_uri, response_mode="form_post")
    person.open(url)
    person.sign_in(running.user())
    person.arrive(receiver.redirect_uri)
    receiver.calls.clear()
    person.open(f"{url}&prompt=none")
    person.arrive(receiver.redirect_uri)
    assert "code" in receiver.answer


def test_client_may_send_the_posted_answer_on(
    running: Running, person: Person, elsewhere: Receiver
) -> None:
    """Chromium holds the client's own redirect against form-action too; ours lets it pass."""
    forms: list[dict[str, list[str]]] = []

    def send_on(call: Call) -> Answer:
        forms.append(parse_qs(call.body.decode()))
        return Answer(303, (("Location", elsewhere.redirect_uri),))

    with Server() as server:
        server.start(send_on)
        client = running.client(redirect_uris=[f"{server.url}/cb"])
        person.open(
            authorize_url(running.url, client, f"{server.url}/cb", response_mode="form_post")
        )
        person.sign_in(running.user())
        person.allow()
        person.arrive(elsewhere.redirect_uri)
    assert "code" in forms[0]


def test_error_by_form_post(running: Running, person: Person, receiver: Receiver) -> None:
    """A refusal travels by the same way as a code."""
    client = running.client(redirect_uris=[receiver.redirect_uri])
    changes = {"response_mode": "form_post", "prompt": "none"}
    person.open(authorize_url(running.url, client, receiver.redirect_uri, **changes))
    person.arrive(receiver.redirect_uri)
    assert receiver.calls[0].method == "POST"
    assert receiver.answer["error"] == "login_required"


def test_request_that_comes_as_a_form(running: Running, person: Person, receiver: Receiver) -> None:
    """A request posted from the client's site works: Lax cookies are missing on it, not after."""
    client = running.client(redirect_uris=[receiver.redirect_uri], first_party=True)
    person.open(authorize_url(running.url, client, receiver.redirect_uri))
    person.sign_in(running.user())
    person.arrive(receiver.redirect_uri)
    receiver.calls.clear()
    url = authorize_url(running.url, client, receiver.redirect_uri)
    action, _, query = url.partition("?")
    fields = "".join(
        f'<input type=hidden name="{name}" value="{value}">'
        for name, (value,) in parse_qs(query).items()
    )
    html = f"<form method=post action='{action}'>{fields}<button>Go</button></form>".encode()
    with Server() as site:
        site.start(lambda _: Answer(200, (("Content-Type", "text/html"),), html))
        # localhost and 127.0.0.1 are two sites to a browser.
        person.open(site.url.replace("127.0.0.1", "localhost"))
        person.page.click("button")
        person.arrive(receiver.redirect_uri)
    assert "code" in receiver.answer


def test_unregistered_address_gets_nothing(
    running: Running, person: Person, receiver: Receiver, elsewhere: Receiver
) -> None:
    """An error before the redirect URI is proved is a page, and the browser stays on it."""
    client = running.client(redirect_uris=[f"{receiver.redirect_uri}/here"])
    page = person.open(authorize_url(running.url, client, elsewhere.redirect_uri))
    assert page.locator("h1").inner_text() == "This request cannot be completed"
    assert "has not registered this redirect URI" in page.inner_text("main")
    assert page.url.startswith(running.url)
    assert elsewhere.calls == []
