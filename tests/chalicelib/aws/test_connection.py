"""A connection that is kept: what is sent again at once, what is an error, and TLS."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import closing
from pathlib import Path

import pytest

from chalicelib.aws.connection import IDLE_LIMIT, Connection
from chalicelib.aws.wire import Malformed, request
from tests.chalicelib.aws.raw_server import RawServer, answer, answers, asked, listens, serving

QUESTION = request("POST", "/", {"host": "a.example"}, b"{}")


def to(server: RawServer, timeout: float = 5.0) -> closing[Connection]:
    return closing(Connection("127.0.0.1", server.port, timeout=timeout))


def test_one_connection_for_many_questions() -> None:
    """Opened with the first."""
    contents = [answer(b"%d" % number) for number in range(5)]
    with RawServer([answers(*contents)]) as server, to(server) as connection:
        said = [connection.exchange(QUESTION)[2] for _ in contents]
    assert said == [b"0", b"1", b"2", b"3", b"4"]
    assert server.connections == 1


def test_what_was_closed_while_idle_is_opened_again() -> None:
    """Nothing is sent to a peer that has gone: it cannot have heard half of a write."""
    talks = [answers(answer(b"1")), answers(answer(b"2"))]
    with RawServer(talks) as server, to(server) as connection:
        assert connection.exchange(QUESTION)[2] == b"1"
        assert server.ended[0].wait(5)
        assert connection.exchange(QUESTION)[2] == b"2"
    assert server.connections == 2


def test_closed_on_the_way() -> None:
    """The peer closes just as the question arrives: it goes out again, on a new connection."""

    def once_then_hang_up(peer: socket.socket) -> None:
        answers(answer(b"1"))(peer)
        listens(peer)

    with RawServer([once_then_hang_up, answers(answer(b"2"))]) as server, to(server) as connection:
        assert connection.exchange(QUESTION)[2] == b"1"
        assert connection.exchange(QUESTION)[2] == b"2"
    assert server.connections == 2


def test_a_new_connection_that_is_closed_is_an_error() -> None:
    """Only a kept one may be stale; there is no third."""

    def once_then_hang_up(peer: socket.socket) -> None:
        answers(answer(b"1"))(peer)
        listens(peer)

    with RawServer([once_then_hang_up, listens]) as server, to(server) as connection:
        connection.exchange(QUESTION)
        with pytest.raises(OSError):
            connection.exchange(QUESTION)
    assert server.connections == 2


@pytest.mark.parametrize("part", [b"H", b"HTTP/1.1 200 OK\r\n", answer(b"{}")[:-1]])
def test_an_answer_that_has_begun_is_not_asked_for_again(part: bytes) -> None:
    """Half an answer says that the question was heard."""

    def talk(peer: socket.socket) -> None:
        answers(answer(b"1"), part)(peer)

    with RawServer([talk, answers(answer(b"2"))]) as server, to(server) as connection:
        connection.exchange(QUESTION)
        with pytest.raises(Malformed):
            connection.exchange(QUESTION)
        # And the connection is not used again.
        assert connection.exchange(QUESTION)[2] == b"2"


def test_a_silent_peer_is_not_asked_again() -> None:
    """A kept connection that says nothing may still be at work; that is a try like any other."""
    ended = threading.Event()

    def talk(peer: socket.socket) -> None:
        answers(answer(b"1"))(peer)
        asked(peer)
        ended.wait(30)

    with RawServer([talk, answers(answer(b"2"))]) as server, to(server, 0.1) as connection:
        connection.exchange(QUESTION)
        with pytest.raises(TimeoutError):
            connection.exchange(QUESTION)
        assert server.connections == 1
        ended.set()


def test_what_was_idle_for_long_is_not_asked() -> None:
    """After a restore a connection looks open, and nobody is there: no waiting for a time-out."""
    now = [1_790_000_000.0]
    stop = threading.Event()
    heard: list[bytes] = []

    def talk(peer: socket.socket) -> None:
        answers(answer(b"1"), answer(b"2"))(peer)
        heard.append(asked(peer))
        stop.set()

    with RawServer([talk, answers(answer(b"3"))]) as server:
        connection = Connection("127.0.0.1", server.port, timeout=5, clock=lambda: now[0])
        with closing(connection):
            assert connection.exchange(QUESTION)[2] == b"1"
            now[0] += IDLE_LIMIT - 1
            assert connection.exchange(QUESTION)[2] == b"2"
            now[0] += IDLE_LIMIT
            assert connection.exchange(QUESTION)[2] == b"3"
            assert stop.wait(5)
    assert heard == [b""]


def test_what_nobody_asked_for_is_not_an_answer() -> None:
    """A second answer that came later belongs to no question."""
    seen, sent = threading.Event(), threading.Event()

    def talk(peer: socket.socket) -> None:
        answers(answer(b"1"))(peer)
        seen.wait(5)
        peer.sendall(answer(b"not asked for"))
        sent.set()
        peer.recv(1)

    with RawServer([talk, answers(answer(b"2"))]) as server, to(server) as connection:
        assert connection.exchange(QUESTION)[2] == b"1"
        seen.set()
        assert sent.wait(5)
        assert connection.exchange(QUESTION)[2] == b"2"


def test_a_peer_that_says_close_is_believed() -> None:
    """The next question opens a new connection, though this one is still open."""
    go_on = threading.Event()

    def talk(peer: socket.socket) -> None:
        answers(answer(b"1", "Connection: keep-alive, Close"))(peer)
        go_on.wait(5)

    with RawServer([talk, answers(answer(b"2"))]) as server, to(server) as connection:
        connection.exchange(QUESTION)
        go_on.set()
        assert connection.exchange(QUESTION)[2] == b"2"
    assert server.connections == 2


def test_a_trickling_peer_does_not_hold_us() -> None:
    """A byte every moment, none too late by itself, but together they are."""
    stop = threading.Event()

    def talk(peer: socket.socket) -> None:
        asked(peer)
        while not stop.wait(0.02):
            peer.sendall(b"H")

    with RawServer([talk]) as server, to(server, 0.2) as connection:
        with pytest.raises(TimeoutError):
            connection.exchange(QUESTION)
        stop.set()


def test_what_is_sent_at_once() -> None:
    """Head and body are one piece: the other side never waits for a second packet."""
    first: list[bytes] = []

    def talk(peer: socket.socket) -> None:
        first.append(peer.recv(65536))
        peer.sendall(answer())

    with RawServer([talk]) as server, to(server) as connection:
        connection.exchange(QUESTION)
    assert first == [QUESTION]


def test_tls(certificate: Path) -> None:
    """A trusted peer, kept, and replaced when it has gone."""
    context = ssl.create_default_context(cafile=certificate)
    talks = [answers(answer(b"1"), answer(b"2")), answers(answer(b"3"))]
    with RawServer(talks, serving(certificate)) as server:
        connection = Connection("127.0.0.1", server.port, timeout=5, context=context)
        with closing(connection):
            said = [connection.exchange(QUESTION)[2] for _ in range(2)]
            assert server.ended[0].wait(5)
            said.append(connection.exchange(QUESTION)[2])
    assert said == [b"1", b"2", b"3"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_peer_that_does_not_prove_itself(certificate: Path, host: str) -> None:
    """A certificate that nobody has signed, or one for another name: not a byte is sent."""
    heard: list[bytes] = []
    context = ssl.create_default_context(cafile=certificate if host == "localhost" else None)
    with RawServer([lambda peer: heard.append(asked(peer))], serving(certificate)) as server:
        connection = Connection(host, server.port, timeout=5, context=context)
        with closing(connection), pytest.raises(ssl.SSLCertVerificationError):
            connection.exchange(QUESTION)
    assert heard == []
