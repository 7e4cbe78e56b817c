"""What is an answer, what is none, and what a request looks like (RFC 9112)."""

from __future__ import annotations

from time import monotonic
from typing import Any

import pytest

from chalicelib.aws.wire import BODY_LIMIT, HEAD_LIMIT, Malformed, Reader, request
from tests.chalicelib.aws.peer import Peer, read


def head(*lines: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join([status, *lines, "", ""]).encode("latin-1")


@pytest.mark.parametrize(
    "answer",
    [
        head("Content-Length: 2") + b"{}",
        head("CONTENT-LENGTH:2\t") + b"{}",
        head("Content-Length: 2", status="HTTP/1.1 200") + b"{}",
        head("Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n",
        head("Transfer-Encoding: chunked") + b"1;a=b\r\n{\r\n01\r\n}\r\n000\r\n\r\n",
    ],
)
def test_what_is_an_answer(answer: bytes) -> None:
    """The ways to say `{}` that are understood."""
    status, _, body = read(answer)
    assert (status, body) == (200, b"{}")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{}",
        b"\r\n\r\n",
        head("Content-Length: 2", status="HTTP/1.0 200 OK") + b"{}",
        head("Content-Length: 2", status="HTTP/2 200") + b"{}",
        head("Content-Length: 2", status="http/1.1 200 OK") + b"{}",
        head("Content-Length: 2", status="HTTP/1.1  200 OK") + b"{}",
        head("Content-Length: 2", status="HTTP/1.1 20 OK") + b"{}",
        head("Content-Length: 2", status="HTTP/1.1 2000 OK") + b"{}",
        head("Content-Length: 2", status="HTTP/1.1 200 O\0K") + b"{}",
        head(status="HTTP/1.1 100 Continue") + head("Content-Length: 2") + b"{}",
        head("Content-Length: 0", status="HTTP/1.1 204 No Content"),
        head("Content-Length: 0", status="HTTP/1.1 304 Not Modified"),
        head() + b"{}",
        head("Content-Length:") + b"{}",
        head("Content-Length: +2") + b"{}",
        head("Content-Length: -2") + b"{}",
        head("Content-Length: 0x2") + b"{}",
        head("Content-Length: 2.0") + b"{}",
        head("Content-Length: ²") + b"{}",
        head("Content-Length: 3") + b"{}",
        head("Content-Length: 1") + b"{}",
        head("Content-Length: 2", "Content-Length: 2") + b"{}",
        head("Content-Length: 2, 2") + b"{}",
        head("Content-Length: 2", "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n",
        head("Transfer-Encoding: gzip") + b"{}",
        head("Transfer-Encoding: gzip, chunked") + b"2\r\n{}\r\n0\r\n\r\n",
        head("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n\r\n",
        head("Transfer-Encoding: chunked") + b"2\r\n{}\r\n",
        head("Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\n",
        head("Transfer-Encoding: chunked") + b"2\r\n{}xx0\r\n\r\n",
        head("Transfer-Encoding: chunked") + b"2\n{}\n0\n\n",
        head("Transfer-Encoding: chunked") + b"-2\r\n{}\r\n0\r\n\r\n",
        head("Transfer-Encoding: chunked") + b"0x2\r\n{}\r\n0\r\n\r\n",
        head("Transfer-Encoding: chunked") + b"\r\n{}\r\n0\r\n\r\n",
        head("Transfer-Encoding: chunked") + b"2\r\n{}\r\n0\r\nX-Checksum: 1\r\n\r\n",
        head("Content-Length: 2").replace(b"\r\n", b"\n") + b"{}",
        head("Content-Length : 2") + b"{}",
        head(" Content-Length: 2") + b"{}",
        head("X: a", " folded", "Content-Length: 2") + b"{}",
        head("X-Ä: 1", "Content-Length: 2") + b"{}",
        head("X: a\rb", "Content-Length: 2") + b"{}",
        head("X: a\0b", "Content-Length: 2") + b"{}",
        head(": 1", "Content-Length: 2") + b"{}",
        head("no colon", "Content-Length: 2") + b"{}",
    ],
)
def test_what_is_none(answer: bytes) -> None:
    """Everything that needs a guess ends the connection."""
    with pytest.raises(Malformed):
        read(answer)


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX: ",
        head("Transfer-Encoding: chunked"),
        head("Transfer-Encoding: chunked") + b"1;",
        head(f"Content-Length: {BODY_LIMIT + 1}"),
        head("Content-Length: 9999999999999999999"),
        head("Transfer-Encoding: chunked") + b"%x\r\n" % (BODY_LIMIT + 1),
        head("Transfer-Encoding: chunked") + b"1" * 9 + b"\r\n",
    ],
)
def test_there_is_a_limit_to_what_is_read(beginning: bytes) -> None:
    """A peer that talks on and on is not listened to."""
    peer: Any = Peer(beginning, forever=b"a" * 1024)
    with pytest.raises(Malformed):
        Reader(peer, monotonic() + 60).answer()


def test_the_chunks_together_have_a_limit() -> None:
    """Many small ones are a large one."""
    size = 1024 * 1024
    chunk = b"%x\r\n" % size + b"a" * size + b"\r\n"
    peer: Any = Peer(head("Transfer-Encoding: chunked"), forever=chunk)
    with pytest.raises(Malformed, match="too much"):
        Reader(peer, monotonic() + 60).answer()


def test_a_long_head_is_read() -> None:
    """Up to the limit."""
    filler = "x" * (HEAD_LIMIT - 100)
    answer = head(f"X: {filler}", "Content-Length: 0")
    assert read(answer)[1]["x"] == filler
    with pytest.raises(Malformed, match="too long"):
        read(head(f"X: {filler}{'x' * 100}", "Content-Length: 0"))


def test_a_trickle_ends_in_time() -> None:
    """A byte now and then does not start the time anew."""
    with pytest.raises(TimeoutError):
        read(b"HTTP/1.1 200 OK\r\n", forever=b"a", seconds=-1)


def test_byte_by_byte() -> None:
    """The finest cut of all."""
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    assert read(*[answer[at : at + 1] for at in range(len(answer))])[2] == b"{}"


def test_what_a_request_looks_like() -> None:
    """One piece of bytes: a packet, where it fits into one."""
    sent = request("POST", "/", {"host": "a.example", "x-amz-target": "T.A"}, b"{}")
    assert sent.decode().partition("\r\n\r\n")[0].split("\r\n") == [
        "POST / HTTP/1.1",
        "host: a.example",
        "x-amz-target: T.A",
        "content-length: 2",
        "accept-encoding: identity",
    ]
    assert sent.endswith(b"\r\n\r\n{}")


@pytest.mark.parametrize("text", ["a\r\nb: c", "a\nb", "a\rb", "\r", "\r\n\r\n", "é"])
@pytest.mark.parametrize("place", ["method", "path", "name", "value"])
def test_no_header_begins_another(text: str, place: str) -> None:
    """Whoever has a say in one line writes no second."""
    parts = {"method": "GET", "path": "/", "name": "x", "value": "y"} | {place: text}
    with pytest.raises(ValueError):
        request(parts["method"], parts["path"], {parts["name"]: parts["value"]})
