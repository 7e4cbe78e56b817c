"""The HTTP server, spoken to in bytes over a loopback socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from infra.local.server import Server
from infra.local.wire import BODY_LIMIT, Answer, Call

HOST = b"Host: 127.0.0.1\r\n"


def echo(call: Call) -> Answer:
    """Tells the method, the target and the body."""
    if call.path == "/empty":
        return Answer(204)
    if call.path == "/drop":
        raise ConnectionError("without an answer")
    text = f"{call.method} {call.target} ".encode() + call.body
    return Answer(200, (("X-Source", call.source_address),), text)


@pytest.fixture
def server() -> Iterator[Server]:
    """The echo on a free port."""
    with Server().start(echo) as running:
        yield running


def send(server: Server, data: bytes) -> bytes:
    """Everything that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        parts = list(iter(lambda: connection.recv(65536), b""))
    return b"".join(parts)


def test_two_requests_share_a_connection(server: Server) -> None:
    """HTTP/1.1 keeps the connection, and the second answer follows the first."""
    said = send(server, b"GET /a HTTP/1.1\r\n" + HOST + b"\r\nGET /b HTTP/1.1\r\n" + HOST + b"\r\n")
    assert said.count(b"HTTP/1.1 200 OK") == 2
    assert said.index(b"GET /a ") < said.index(b"GET /b ")


def test_answer_has_no_banner_and_its_exact_length(server: Server) -> None:
    """No Server header; Content-Length is the body's; the source address is the peer's."""
    said = send(server, b"GET /a HTTP/1.1\r\n" + HOST + b"X-Forwarded-For: 1.2.3.4\r\n\r\n")
    assert b"Server:" not in said
    assert b"Content-Length: 7\r\n" in said
    assert b"X-Source: 127.0.0.1\r\n" in said


def test_head_has_the_length_but_no_body(server: Server) -> None:
    """HEAD tells how long the body would be."""
    said = send(server, b"HEAD /a HTTP/1.1\r\n" + HOST + b"\r\n")
    assert b"Content-Length: 8\r\n" in said
    assert said.endswith(b"\r\n\r\n")


def test_no_content_has_no_length(server: Server) -> None:
    """204 has neither body nor Content-Length (RFC 9110 section 8.6)."""
    said = send(server, b"GET /empty HTTP/1.1\r\n" + HOST + b"\r\n")
    assert said.startswith(b"HTTP/1.1 204 ")
    assert b"Content-Length" not in said


def test_chunked_body_is_put_together(server: Server) -> None:
    """A chunked request is read to its end and the connection stays in step."""
    head = b"POST /a HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    chunks = b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: x\r\n\r\n"
    said = send(server, head + chunks + b"GET /b HTTP/1.1\r\n" + HOST + b"\r\n")
    assert b"POST /a abcde" in said
    assert b"GET /b " in said


def test_continue_is_said_before_the_body(server: Server) -> None:
    """A client that expects it is told to go on."""
    head = b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(head)
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(b"ab")
        assert b"200 OK" in connection.recv(1000)


def test_target_arrives_undecoded(server: Server) -> None:
    """Escapes, double slashes and queries are the application's to read."""
    said = send(server, b"GET //a%2Fb?c=%20 HTTP/1.1\r\n" + HOST + b"\r\n")
    assert said.endswith(b"GET //a%2Fb?c=%20 ")


def test_absolute_form_loses_its_authority(server: Server) -> None:
    """A target with scheme and host is served by its path alone."""
    said = send(server, b"GET http://elsewhere.example/a?b HTTP/1.1\r\n" + HOST + b"\r\n")
    assert said.endswith(b"GET /a?b ")


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /a\r\n", 400),
        (b"GET /a b HTTP/1.1\r\n\r\n", 400),
        (b"GET /a HTTP/9.9\r\n\r\n", 505),
        (b"GET /a HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET /a HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"GET /a HTTP/1.1\r\n: x\r\n\r\n", 400),
        (b"GET /a HTTP/1.1\r\nA: x\r\n folded\r\n\r\n", 400),
        (b"GET /a HTTP/1.1\r\nA: x\x00y\r\n\r\n", 400),
        (b"GET /a HTTP/1.1\r\nA{: x\r\n\r\n", 400),
        (b"POST /a HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (b"POST /a HTTP/1.1\r\nContent-Length: +1\r\n\r\na", 400),
        (b"POST /a HTTP/1.1\r\nContent-Length: -1\r\n\r\na", 400),
        (
            b"POST /a HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"POST /a HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
        (b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /a HTTP/1.1\r\n" + b"A: x\r\n" * 200 + b"\r\n", 431),
        (b"POST /a HTTP/1.1\r\nContent-Length: " + str(BODY_LIMIT + 1).encode() + b"\r\n\r\n", 413),
    ],
)
def test_malformed_request_is_refused_and_the_connection_closed(
    server: Server, request_text: bytes, status: int
) -> None:
    """One answer in JSON, then the end: what follows could be smuggled."""
    said = send(server, request_text + b"GET /b HTTP/1.1\r\n" + HOST + b"\r\n")
    assert said.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Connection: close\r\n" in said
    assert said.count(b"HTTP/1.1 ") == 1


def test_multipart_body_is_no_malformed_header(server: Server) -> None:
    """The header parser's complaints about a multipart body are not the request's."""
    head = b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Type: multipart/form-data; boundary=x\r\n"
    assert b"200 OK" in send(server, head + b"Content-Length: 1\r\n\r\na")


def test_client_that_leaves_is_met_with_silence(
    server: Server, capfd: pytest.CaptureFixture[str]
) -> None:
    """Half a request and a closed socket print nothing, and the next client is served."""
    assert send(server, b"POST /a HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc") == b""
    assert b"200 OK" in send(server, b"GET /a HTTP/1.1\r\n" + HOST + b"\r\n")
    assert capfd.readouterr() == ("", "")


def test_application_can_drop_the_connection(server: Server) -> None:
    """ConnectionError from the application closes without an answer."""
    assert send(server, b"GET /drop HTTP/1.1\r\n" + HOST + b"\r\n") == b""


def test_stop_ends_every_thread_and_idle_connection() -> None:
    """After stop() no thread is left, though a client still holds its connection open."""
    before = set(threading.enumerate())
    server = Server().start(echo)
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(b"GET /a HTTP/1.1\r\n" + HOST + b"\r\n")
        assert connection.recv(1000)
        server.stop()
        assert connection.recv(1000) == b""
    assert set(threading.enumerate()) == before


def test_port_in_use_is_an_error(server: Server) -> None:
    """A second server cannot take the same port."""
    with pytest.raises(OSError, match="in use"):
        Server(server.port)
