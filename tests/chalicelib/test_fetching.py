"""What is read of others: from the public internet only, once looked up, in time, and in JSON."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from chalicelib.fetching import MOST_BYTES, Address, Fetcher, NotFetched
from chalicelib.protocol import fetchable
from tests.chalicelib.aws.raw_server import (
    Conversation,
    RawServer,
    answer,
    answers,
    asked,
    serving,
)
from tests.document_host import HOST, URL, certificate, fetcher

JSON = "Content-Type: application/json"
LONG = "a" * (MOST_BYTES + 1)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of the host."""
    return certificate(tmp_path_factory.mktemp("tls"))


def fetched(trusted: Path, talk: Conversation, *, seconds: float = 20) -> Any:
    """What comes of a host that answers so."""
    with RawServer([talk], serving(trusted)) as server:
        return fetcher(trusted, [server.port], seconds=seconds).json(URL)


def test_a_document_is_read(trusted: Path) -> None:
    """Its type may have parameters; the host is asked by its name, for no more than JSON."""
    heard: list[bytes] = []

    def talk(peer: socket.socket) -> None:
        heard.append(asked(peer))
        peer.sendall(answer(b'["https://a.example/cb"]', f"{JSON}; charset=utf-8"))

    assert fetched(trusted, talk) == ["https://a.example/cb"]
    assert heard[0].startswith(b"GET /sector.json HTTP/1.1\r\nhost: client.example\r\n")


def test_a_document_may_end_when_the_answer_ends(trusted: Path) -> None:
    """As the small servers of many languages send it."""
    talk = answers(f"HTTP/1.0 200 OK\r\n{JSON}\r\n\r\n[1]".encode())
    assert fetched(trusted, talk) == [1]


def test_a_text_may_be_of_any_type(trusted: Path) -> None:
    """Where the caller proves it in another way, with its signature for one."""
    with RawServer([answers(answer(b"a.b.c"))], serving(trusted)) as server:
        assert fetcher(trusted, [server.port]).text(URL) == "a.b.c"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n<html>", 200),
        (b"HTTP/1.0 400 Bad Request\r\n\r\n{}", 400),
        (b"HTTP/1.1 302 Found\r\nLocation: https://169.254.169.254/\r\n\r\n", 302),
    ],
)
def test_a_form_is_sent(trusted: Path, said: bytes, status: int) -> None:
    """What comes back is a status; its body is not waited for, and no redirect is followed."""
    heard: list[bytes] = []

    def talk(peer: socket.socket) -> None:
        heard.append(asked(peer))
        peer.sendall(said)

    with RawServer([talk], serving(trusted)) as server:
        assert fetcher(trusted, [server.port]).post(URL, {"a": "b c&d"}) == status
    assert heard[0].startswith(b"POST /sector.json HTTP/1.1\r\nhost: client.example\r\n")
    assert b"\r\ncontent-type: application/x-www-form-urlencoded\r\n" in heard[0]
    assert heard[0].endswith(b"a=b+c%26d")


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "127.0.0.2", "::ffff:7f00:1"])
def test_a_name_leads_stage_local_no_further(address: str) -> None:
    """Whatever DNS says of a public name."""
    near = Fetcher(lambda *_: [(address, 443)], reach=fetchable.THIS_MACHINE_TOO)
    with pytest.raises(NotFetched, match="not public"):
        near.json(URL)


def test_this_machine_is_called_without_tls() -> None:
    """Where the URL says so, and the port it says."""
    with RawServer([answers(answer(b"[1]", JSON))]) as server:
        url = f"http://127.0.0.1:{server.port}/x"
        assert Fetcher(reach=fetchable.THIS_MACHINE_TOO).json(url) == [1]


@pytest.mark.parametrize("size", [MOST_BYTES, MOST_BYTES + 1])
def test_64_kib_are_enough(trusted: Path, size: int) -> None:
    """One byte more is not read."""
    talk = answers(answer(b'"' + b"a" * (size - 2) + b'"', JSON))
    if size > MOST_BYTES:
        with pytest.raises(NotFetched, match="too long"):
            fetched(trusted, talk)
    else:
        assert len(fetched(trusted, talk)) == size - 2


def drips(peer: socket.socket) -> None:
    """A head that never ends, byte by byte, until nobody listens."""
    asked(peer)
    peer.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not threading.Event().wait(0.02):
        peer.sendall(b"x")


def chunks_for_ever(peer: socket.socket) -> None:
    """Chunks without an end, until nobody listens."""
    asked(peer)
    peer.sendall(f"HTTP/1.1 200 OK\r\n{JSON}\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
    while True:
        peer.sendall(b"1000\r\n" + b" " * 4096 + b"\r\n")


def silent(peer: socket.socket) -> None:
    """Nothing, until the other side goes."""
    asked(peer)
    peer.recv(1)


HOSTILE: dict[str, tuple[Conversation, str]] = {
    "redirect": (
        answers(answer(b"", JSON, "Location: https://169.254.169.254/", status="302 Found")),
        "the answer is 302",
    ),
    "not found": (answers(answer(b"[]", JSON, status="404 Not Found")), "the answer is 404"),
    "no content": (answers(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"), "Malformed"),
    "HTML": (
        answers(answer(b"[]", "Content-Type: text/html")),
        "200 text/html, not 200 application/json",
    ),
    "no type": (answers(answer(b"[]")), "of no type"),
    "two types": (
        answers(answer(b"[]", JSON, "Content-Type: text/html")),
        "not 200 application/json",
    ),
    "like JSON": (
        answers(answer(b"[]", "Content-Type: application/jsonp")),
        "not 200 application/json",
    ),
    "no JSON": (answers(answer(b"[", JSON)), "the answer is not JSON"),
    "no UTF-8": (answers(answer(b'"\xff"', JSON)), "the answer is not UTF-8"),
    "too deep": (answers(answer(b"[" * 60000, JSON)), "the answer is not JSON"),
    "too long by its own words": (
        answers(f"HTTP/1.1 200 OK\r\n{JSON}\r\nContent-Length: 99999999\r\n\r\n".encode()),
        "too long",
    ),
    "too long, without a length": (
        answers(f"HTTP/1.0 200 OK\r\n{JSON}\r\n\r\n{LONG}".encode()),
        "too long",
    ),
    "two lengths": (answers(answer(b"[]", JSON, "Content-Length: 3")), "Malformed"),
    "HTTP/2": (answers(b"HTTP/2 200 OK\r\n\r\n"), "Malformed"),
    "hangs up": (answers(), "Malformed|SSL|Connection|BrokenPipe"),
    "endless": (chunks_for_ever, "too much"),
    "endless head": (answers(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70000), "too long"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_none(trusted: Path, name: str) -> None:
    """No redirect is followed, and the reason is told."""
    talk, reason = HOSTILE[name]
    with pytest.raises(NotFetched, match=reason):
        fetched(trusted, talk)


@pytest.mark.parametrize("talk", [drips, silent])
def test_it_takes_no_longer_than_told(trusted: Path, talk: Conversation) -> None:
    """However the time is spent: each byte within its time does not help."""
    with pytest.raises(NotFetched, match="TimeoutError"):
        fetched(trusted, talk, seconds=0.5)


def test_a_name_is_looked_up_in_time() -> None:
    """The system's resolver can take long; it is left alone then."""
    enough = threading.Event()

    def slow(_: str, port: int) -> list[Address]:
        enough.wait(30)
        return []

    with pytest.raises(NotFetched, match="not found in time"):
        Fetcher(slow, seconds=0.05).json(URL)
    enough.set()


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1.example"])
def test_the_certificate_must_be_for_the_name(tmp_path: Path, host: str) -> None:
    """Though it is trusted, and the address is right."""
    trusted = certificate(tmp_path, host)
    with pytest.raises(NotFetched, match="SSLCertVerificationError"):
        fetched(trusted, answers(answer(b"[]", JSON)))


def test_the_certificate_must_be_trusted(trusted: Path) -> None:
    """By the system, where nothing else is said."""
    with RawServer([answers(answer(b"[]", JSON))], serving(trusted)) as server:
        at = Fetcher(lambda *_: [("127.0.0.1", server.port)], is_allowed=lambda _: True, seconds=20)
        with pytest.raises(NotFetched, match="SSLCertVerificationError"):
            at.json(URL)


def test_the_name_is_looked_up_once(trusted: Path) -> None:
    """What was checked is what is connected to: a second answer of DNS is never asked for."""
    with RawServer([answers(answer(b"[]", JSON))], serving(trusted)) as server:
        told: list[Iterable[Address]] = [[("127.0.0.1", server.port)]]
        checked: list[str] = []
        context = ssl.create_default_context(cafile=str(trusted))
        at = Fetcher(
            lambda *_: told.pop(),
            context,
            is_allowed=lambda address: not checked.append(address),  # type: ignore[func-returns-value]
            seconds=20,
        )
        assert at.json(URL) == []
    assert (told, checked) == ([], ["127.0.0.1"])


@pytest.mark.parametrize(
    "addresses",
    [
        [],
        [("127.0.0.1", 443)],
        [("93.184.216.34", 443), ("10.0.0.1", 443)],
        [("::1", 443), ("93.184.216.34", 443)],
        [("fe80::1%eth0", 443)],
    ],
)
def test_every_address_must_be_public(addresses: list[Address]) -> None:
    """One that is not, among some that are, is what an attacker's DNS would say."""
    with pytest.raises(NotFetched, match=f"{HOST} has an address that is not public"):
        Fetcher(lambda *_: addresses).json(URL)


def test_another_address_is_tried_where_nobody_listens(trusted: Path) -> None:
    """As any client does."""
    with (
        socket.create_server(("127.0.0.1", 0)) as closed,
        RawServer([answers(answer(b"[]", JSON))], serving(trusted)) as server,
    ):
        port = closed.getsockname()[1]
        closed.close()
        assert fetcher(trusted, [port, server.port]).json(URL) == []


def test_a_name_that_nobody_has_is_told() -> None:
    """In the resolver's words."""

    def nobody(_: str, port: int) -> list[Address]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(NotFetched, match="Name or service not known"):
        Fetcher(nobody).json(URL)
