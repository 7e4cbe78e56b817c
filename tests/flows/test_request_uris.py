"""Requests by reference. RFC 9101 section 5.2, OpenID Connect Core section 6.2.

The host is a real one, on a loopback port, which stage local may call.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from chalicelib.aws.log import Log
from chalicelib.fetching import Fetcher
from chalicelib.protocol.fetchable import THIS_MACHINE_TOO
from chalicelib.services import Services
from infra.local.wire import Answer
from tests.flows.objects import Host, arrived, ask, host, is_told, register, signed, url
from tests.world import REDIRECT, World

HASH = "GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM"
HTML = "<!doctype html><title>Sign in</title>"


@pytest.fixture(scope="module")
def _served() -> Iterator[Host]:
    with host() as served:
        yield served


@pytest.fixture
def served(_served: Host, signed_in: World) -> Host:
    """The client's host: `/r` is its request_uri, `/r#HASH` another, `/keys` has its keys."""
    _served.answers.clear()
    _served.asked.clear()
    uris = [f"{_served.url}/r", f"{_served.url}/r#{HASH}"]
    register(signed_in, request_uris=uris)
    register(signed_in, "hosted", jwks_uri=f"{_served.url}/keys", request_uris=uris)
    register(signed_in, "open", request_uris=uris, request_object_signing_alg="none")
    return _served


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("fragment", ["", f"#{HASH}"])
def test_an_object_is_read_where_it_is_registered(
    signed_in: World, served: Host, method: str, fragment: str
) -> None:
    """Asked for once, without the fragment, which is for caches."""
    uri = served.serve("/r", signed(signed_in)) + fragment
    reply = ask(signed_in, method, request_uri=uri)
    assert reply.status in (200, 303)
    assert "error=" not in (reply.header("Location") or "")
    assert served.asked == ["/r"]


def test_it_is_read_once_for_a_whole_sign_in(signed_in: World, served: Host) -> None:
    """What it asks for is kept, the object is not; the host may be gone by then."""
    uri = served.serve("/r", signed(signed_in, prompt="login consent"))
    browser = signed_in.browser().open(url(signed_in, request_uri=uri))
    served.answers.clear()
    browser.sign_in()
    browser.allow()
    assert browser.arrived is not None
    assert browser.arrived["state"] == "inside"
    assert served.asked == ["/r"]


def test_the_next_request_may_be_another_one(signed_in: World, served: Host) -> None:
    """Nothing is kept between requests."""
    uri = served.serve("/r", signed(signed_in, state="first"))
    assert arrived(signed_in, url(signed_in, request_uri=uri))["state"] == "first"
    served.serve("/r", signed(signed_in, state="second"))
    assert arrived(signed_in, url(signed_in, request_uri=uri))["state"] == "second"


@pytest.mark.parametrize(
    "kind", ["application/jwt", "application/jose", "text/plain; charset=utf-8", "a/b"]
)
def test_any_media_type_will_do(signed_in: World, served: Host, kind: str) -> None:
    """RFC 9101 section 4: what is there is mostly older than its type; a final line break too."""
    uri = served.serve("/r", signed(signed_in) + "\n", kind)
    assert "code" in arrived(signed_in, url(signed_in, request_uri=uri))


def test_an_unsigned_object_by_reference(signed_in: World, served: Host) -> None:
    """Where the client is registered for it, as the conformance suite does."""
    uri = served.serve("/r", signed(signed_in, "open", alg="none"), "application/jose")
    assert arrived(signed_in, url(signed_in, "open", request_uri=uri))["state"] == "inside"


@pytest.mark.parametrize(
    "change",
    [
        "{}/",
        "{}?",
        "{}?a=b",
        "{}#",
        "{}#GkurKxf5T0Y",
        "{}/../r",
        " {}",
        "{}\n",
        "HTTP{}",
        "urn:example:request:6esc_11ACC5bwc014ltc14eY22c",
        "http://169.254.169.254/latest/meta-data/",
        "https://client.example/r",
        "file:///etc/passwd",
        "data:,e30.e30.",
        "x",
        "r" * 5000,
    ],
)
@pytest.mark.parametrize("beside", [{}, {"redirect_uri": REDIRECT}])
def test_an_unregistered_one_is_not_called(
    signed_in: World, served: Host, change: str, beside: dict[str, str]
) -> None:
    """Compared letter by letter; nobody is asked, nothing is counted or written."""
    uri = served.serve("/r", signed(signed_in))
    asked = uri.replace("http", "HTTP", 1) if change == "HTTP{}" else change.format(uri)
    signed_in.aws.reset()
    reply = ask(signed_in, request_uri=asked, **beside)
    if beside:
        assert (reply.header("Location") or "").startswith(f"{REDIRECT}?error=invalid_request_uri&")
    else:
        is_told(reply, "invalid_request_uri")
    assert served.asked == []
    assert not {"PutItem", "UpdateItem"} & signed_in.aws.count().keys()


def test_another_clients_uri_is_not_called(signed_in: World, served: Host) -> None:
    """However good what lies there."""
    uri = served.serve("/r", signed(signed_in, "demoweb"))
    is_told(ask(signed_in, client_id="demoweb", request_uri=uri), "invalid_request_uri")
    assert served.asked == []


JSON = (("Content-Type", "application/json"),)
BAD: dict[str, tuple[Answer, str]] = {
    "404": (Answer(404, JSON, b"{}"), "can be read"),
    "500": (Answer(500, JSON, b"{}"), "can be read"),
    "204": (Answer(204), "can be read"),
    "a redirect": (Answer(302, (("Location", "http://127.0.0.1:1/"),)), "can be read"),
    "a page": (Answer(200, (("Content-Type", "text/html"),), HTML.encode()), "is not a JWT"),
    "nothing": (Answer(200, JSON, b""), "is not a JWT"),
    "not UTF-8": (Answer(200, JSON, b"\xff.\xff.\xff"), "can be read"),
    "too much": (Answer(200, JSON, b"a" * 70_000), "can be read"),
    "long": (Answer(200, JSON, b"a" * 17_000 + b".e30."), "is not a JWT"),
    "encrypted": (Answer(200, JSON, b"e30.AA.AA.AA.AA"), "Encrypted"),
    "two objects": (Answer(200, JSON, b"e30.e30.AA\ne30"), "is not a JWT"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_the_host_answers_badly_is_no_request(
    signed_in: World, served: Host, name: str
) -> None:
    """RFC 9101 section 7: invalid_request_uri; nothing is gone after, and it is asked once."""
    served.answers["/r"], words = BAD[name]
    signed_in.aws.reset()
    reply = ask(signed_in, request_uri=f"{served.url}/r")
    is_told(reply, "invalid_request_uri")
    assert words in reply.page.text
    assert served.asked == ["/r"]
    assert signed_in.writes() == []


def test_an_object_that_is_read_and_not_good(signed_in: World, served: Host) -> None:
    """Is an invalid_request_object, as by value."""
    uri = served.serve("/r", signed(signed_in, aud="https://other.example"))
    is_told(ask(signed_in, request_uri=uri), "invalid_request_object")


def in_a_hurry(world: World) -> None:
    """The server, which waits for others for a moment only."""
    fetcher = Fetcher(reach=THIS_MACHINE_TOO, seconds=0.2)
    client = world.services.client
    world.services = Services(
        world.settings, lambda: client, now=world.clock, log=Log(world.log), fetcher=fetcher
    )


@pytest.mark.parametrize("path", ["/r", "/keys"])
def test_a_slow_host_is_not_waited_for(signed_in: World, served: Host, path: str) -> None:
    """An object or a key that comes too late is none."""
    uri = served.serve("/r", signed(signed_in, "hosted"))
    served.serve("/keys", "{}", "application/json")

    def late() -> Answer:
        time.sleep(0.6)
        return Answer(200, JSON, b"{}")

    served.answers[path] = late
    in_a_hurry(signed_in)
    error = "invalid_request_uri" if path == "/r" else "invalid_request_object"
    is_told(ask(signed_in, client_id="hosted", request_uri=uri), error)
    (event,) = signed_in.events("client.not_read")
    assert event["uri"] == f"{served.url}{path}"
    signed_in.restart()


def test_a_host_that_is_not_there(signed_in: World, served: Host) -> None:
    """The operator's log says why; whoever asks learns nothing of the network."""
    nowhere = "http://127.0.0.1:1/r"
    register(signed_in, "gone", request_uris=[nowhere])
    reply = ask(signed_in, client_id="gone", request_uri=nowhere)
    is_told(reply, "invalid_request_uri")
    assert "ConnectionRefused" not in reply.text
    (event,) = signed_in.events("client.not_read")
    assert "ConnectionRefusedError" in event["reason"]


def test_a_host_is_called_so_often_and_no_more(signed_in: World, served: Host) -> None:
    """By one caller, of all processes; another caller still is served."""
    uri = served.serve("/r", signed(signed_in, exp=None))
    assert ask(signed_in, request_uri=uri).status in (200, 303)
    signed_in.set_counters("request-uri-caller", 100)
    served.asked.clear()
    signed_in.restart()
    reply = ask(signed_in, request_uri=uri)
    assert (reply.status, served.asked) == (429, [])
    assert 1 <= int(reply.header("Retry-After") or "") <= 300
    assert signed_in.events("request_uri.throttled")
    target = f"/authorize?{urlencode({'client_id': 'signer', 'request_uri': uri})}"
    assert signed_in.request("GET", target, address="198.51.100.9").status == 200
    # And by all of them together.
    signed_in.set_counters("request-uri-client", 6000)
    assert signed_in.request("GET", target, address="198.51.100.10").status == 429
    assert served.asked == ["/r"]
    # By value, and by other clients, it goes on.
    assert ask(signed_in, request=signed(signed_in)).status in (200, 303)
    other = served.serve("/r", signed(signed_in, "open", alg="none"))
    assert ask(signed_in, client_id="open", request_uri=other).status in (200, 303)
