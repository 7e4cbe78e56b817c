"""Which documents a stage takes, what they cost, and what happens at the same time."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib.administration import clients
from chalicelib.fetching import MOST_BYTES, Fetcher, NotFetched
from chalicelib.protocol import client_document
from infra.local.wire import Answer
from tests.chalicelib.aws.raw_server import RawServer, answer, answers, serving
from tests.document_host import certificate, fetcher
from tests.flows import described
from tests.flows.described import URL, Web, ask, is_refused, refresh
from tests.flows.objects import Host, host
from tests.world import World

JSON = (("Content-Type", "application/json"),)


@pytest.fixture
def web(signed_in: World) -> Iterator[Web]:
    """The web, with one document."""
    web = described.open_to_documents(signed_in)
    described.forget(signed_in)
    web.publish()
    yield web
    described.open_to_documents(signed_in, client_documents_allowed=(), client_documents_denied=())


RULES: list[tuple[tuple[str, ...], tuple[str, ...], bool]] = [
    ((), (), True),
    (("app.example",), (), True),
    (("*.example",), (), True),
    ((URL,), (), True),
    (("other.example", "*.app.example"), (), False),
    ((f"{URL}/x",), (), False),
    ((), ("app.example",), False),
    ((), ("*.example",), False),
    ((), (URL,), False),
    ((), ("other.example", f"{URL}/x"), True),
    (("app.example",), (URL,), False),
    ((URL,), ("*.example",), False),
]


@pytest.mark.parametrize(("allowed", "denied", "taken"), RULES, ids=str)
def test_a_stage_takes_clients_from_where_it_says(
    signed_in: World, web: Web, allowed: tuple[str, ...], denied: tuple[str, ...], taken: bool
) -> None:
    """What is denied is denied, also for tokens that it has; nobody is asked for it."""
    token = described.tokens(signed_in)["refresh_token"]
    settings = {"client_documents_allowed": allowed, "client_documents_denied": denied}
    web = described.open_to_documents(signed_in, **settings)
    signed_in.clock.forward(60 * 60)
    web.publish()
    if taken:
        assert refresh(signed_in, token).status == 200
        assert web.asked == [URL]
    else:
        assert refresh(signed_in, token).json["error"] == "invalid_client"
        is_refused(ask(signed_in), "this server does not take clients from")
        assert web.asked == []


def test_a_known_client_costs_what_any_client_costs(signed_in: World, web: Web) -> None:
    """Warm, nothing is read of it; cold, one item, and nothing is written or fetched."""
    first, second = (described.code(signed_in) for _ in range(2))
    web.asked.clear()
    signed_in.aws.reset()
    token = described.redeem(signed_in, first).json["refresh_token"]
    assert signed_in.aws.count() == {"BatchGetItem": 1, "UpdateItem": 1, "Sign": 2}
    signed_in.aws.reset()
    refresh(signed_in, token)
    assert signed_in.aws.count() == {"BatchGetItem": 1, "UpdateItem": 1, "Sign": 1}
    signed_in.restart()
    signed_in.aws.reset()
    described.redeem(signed_in, second)
    expected = {"BatchGetItem": 1, "UpdateItem": 1, "Sign": 2, "GetItem": 3}
    assert signed_in.aws.count() == expected
    assert web.asked == []


def test_what_a_document_costs(signed_in: World, web: Web) -> None:
    """New: two counts, its item and its name; read again: one count and one change."""
    warm = web.publish("https://warm.example/x", cache="max-age=86400")
    ask(signed_in, warm)
    signed_in.aws.reset()
    ask(signed_in)
    # And the request, which waits for its user.
    assert signed_in.aws.count() == {"GetItem": 1, "UpdateItem": 2, "PutItem": 3}
    signed_in.clock.forward(60 * 60)
    ask(signed_in, warm)
    signed_in.aws.reset()
    ask(signed_in)
    # And the keyring, which the process has not read for an hour.
    assert signed_in.aws.count() == {"GetItem": 2, "UpdateItem": 2, "PutItem": 1}


MEANWHILE: list[tuple[Callable[[World], Any], str]] = [
    (lambda world: clients.revoke(URL, world.new_services()), "invalid_grant"),
    (lambda world: clients.block(URL, world.new_services()), "invalid_client"),
    (lambda world: clients.delete(URL, world.new_services()), "invalid_grant"),
]


@pytest.mark.parametrize(("act", "error"), MEANWHILE, ids=["revoke", "block", "delete"])
def test_what_an_operator_does_while_it_is_read_is_kept(
    signed_in: World, web: Web, act: Callable[[World], Any], error: str
) -> None:
    """Whoever reads the document writes nothing of what is the operator's."""
    token = described.tokens(signed_in)["refresh_token"]
    signed_in.clock.forward(60 * 60)

    def once() -> None:
        web.meanwhile = None
        act(signed_in)

    web.meanwhile = once
    ask(signed_in)
    signed_in.clock.forward(60)
    assert refresh(signed_in, token).json["error"] == error
    signed_in.restart()
    assert refresh(signed_in, token).json["error"] == error


@pytest.mark.parametrize("known", [False, True])
def test_two_processes_that_read_it_at_once_agree(signed_in: World, web: Web, known: bool) -> None:
    """The first to write has its way, and no client is mixed of two documents."""
    if known:
        ask(signed_in)
        signed_in.clock.forward(60 * 60)
    other = signed_in.new_services()
    both = threading.Barrier(2, timeout=60)

    def meet() -> None:
        both.wait()
        web.publish(client_name=f"Agent {threading.get_ident()}")

    web.meanwhile = meet
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda s=s: found.append(s.registry.client(URL)))  # type: ignore[misc]
        for s in (signed_in.services, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    web.meanwhile = None
    stored = signed_in.new_services().registry.registered(URL)
    assert found == [stored, stored]


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of a host."""
    return certificate(tmp_path_factory.mktemp("tls"), "app.example")


def test_a_document_over_tls(signed_in: World, web: Web, trusted: Path) -> None:
    """From a host that proves its name, with what HTTP says of its age."""
    text = json.dumps(described.document()).encode()
    head = ("Content-Type: application/client-metadata+json", "Cache-Control: max-age=120")
    with RawServer([answers(answer(text, *head))], serving(trusted)) as server:
        signed_in.fetcher = fetcher(trusted, [server.port])
        signed_in.restart()
        assert ask(signed_in).status == 200
    client = signed_in.services.registry.registered(URL)
    assert client is not None
    assert client.fresh_until == signed_in.clock() + 120


def test_dns_that_changes_its_mind(signed_in: World, web: Web) -> None:
    """A good address at first and a bad one later: each look-up is checked, and used as it was."""
    told = [[("10.0.0.1", 443)], [("93.184.215.14", 443), ("127.0.0.1", 443)]]
    checked: list[str] = []

    def look_up(host: str, port: int) -> list[tuple[str, int]]:
        checked.append(host)
        return told[len(checked) - 1]

    signed_in.fetcher = Fetcher(look_up)
    signed_in.restart()
    for _ in told:
        is_refused(ask(signed_in), "No client metadata can be read")
    assert len(checked) == len(told)


KINDS: list[tuple[str, bool]] = [
    ("application/json", True),
    ("application/json; charset=utf-8", True),
    ("Application/JSON", True),
    ("application/client-metadata+json", True),
    ("text/html", False),
    ("text/plain", False),
    ("application/jsonp", False),
    ("application/octet-stream", False),
    ("", False),
]


@pytest.fixture(scope="module")
def _served() -> Iterator[Host]:
    with host() as served:
        yield served


@pytest.fixture
def served(_served: Host, signed_in: World) -> Iterator[Host]:
    """A real host on a loopback port, which stage local may call: MCP's examples run so."""
    described.open_to_documents(signed_in)
    signed_in.fetcher = None
    signed_in.restart()
    _served.answers.clear()
    _served.asked.clear()
    yield _served
    described.open_to_documents(signed_in)


def documents(url: str) -> bytes:
    """A good document of a client on this machine."""
    found = described.document(url, redirect_uris=["http://127.0.0.1/callback"])
    return json.dumps(found).encode()


@pytest.mark.parametrize(("kind", "taken"), KINDS)
def test_the_media_type(signed_in: World, served: Host, kind: str, taken: bool) -> None:
    """Section 4: JSON, also a more specific kind of it."""
    url = f"{served.url}/{kind or 'none'}".replace("; ", "-")
    path = url.removeprefix(served.url)
    served.answers[path] = Answer(200, (("Content-Type", kind),), documents(url))
    reply = ask(signed_in, url, redirect_uri="http://127.0.0.1:5000/callback")
    assert reply.status == (200 if taken else 400), reply.text
    assert served.asked == [path]


@pytest.mark.parametrize("size", [client_document.MOST_BYTES, client_document.MOST_BYTES + 1])
def test_16_kib_are_enough(signed_in: World, served: Host, size: int) -> None:
    """Three times what the draft recommends; one byte more is not read."""
    url = f"{served.url}/{size}"
    text = documents(url)
    served.answers[f"/{size}"] = Answer(200, JSON, text + b" " * (size - len(text)))
    reply = ask(signed_in, url, redirect_uri="http://127.0.0.1/callback")
    assert reply.status == (200 if size == client_document.MOST_BYTES else 400)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(signed_in: World, served: Host, status: int) -> None:
    """Section 5, though what lies there is good."""
    url = f"{served.url}/old"
    served.answers["/new"] = Answer(200, JSON, documents(url))
    headers = (*JSON, ("Location", f"{served.url}/new"))
    served.answers["/old"] = Answer(status, headers, documents(url))
    is_refused(ask(signed_in, url, redirect_uri="http://127.0.0.1/callback"), "No client metadata")
    assert served.asked == ["/old"]


def test_compressed_documents_are_none(signed_in: World, served: Host) -> None:
    """Nothing was asked for but plain text, and nothing is unpacked."""

    url = f"{served.url}/zip"
    packed = gzip.compress(documents(url) + b" " * 10_000_000)
    served.answers["/zip"] = Answer(200, (*JSON, ("Content-Encoding", "gzip")), packed)
    is_refused(ask(signed_in, url, redirect_uri="http://127.0.0.1/callback"), "No client metadata")


def test_a_deployed_stage_does_not_call_itself() -> None:
    """Loopback is for a developer's own machine."""
    for url in ("http://127.0.0.1:8000/c", "https://127.0.0.1/c", "http://localhost/c"):
        with pytest.raises(ValueError, match="must be an https URL"):
            Fetcher().check(url)
        with pytest.raises(NotFetched):
            Fetcher().document(url, "application/json", most_bytes=MOST_BYTES)
