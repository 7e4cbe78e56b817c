"""Requests as they are written and answers as they are read: HTTP/1.1, strictly (RFC 9112).

It understands what AWS sends: a status line, header lines, a body with Content-Length or in
chunks. Anything else is Malformed. Decision 0002 says why this is not http.client.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from typing import Protocol

    class Readable(Protocol):
        """As much of a socket as reading takes."""

        def recv(self, size: int, /) -> bytes:
            """Up to `size` bytes; none at the end."""
            ...


HEAD_LIMIT = 64 * 1024  # bytes
BODY_LIMIT = 32 * 1024 * 1024  # bytes; the largest answer of DynamoDB is 16 MB of items
Answer = tuple[int, dict[str, str], bytes]

_TEXT = rb"[\t\x20-\x7e\x80-\xff]*"
_HEAD = re.compile(
    rb"HTTP/1\.1 ([2-5]\d\d)(?: %b)?((?:\r\n[!#-'*+\-.0-9A-Z^-z|~]+:%b)*)" % (_TEXT, _TEXT)
)
_CHUNK = rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;%b)?" % _TEXT  # rare, so compiled when it comes


class Malformed(OSError):
    """What came is not an answer, or not a whole one."""


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request; ValueError for a line break in a header."""
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += (f"content-length: {len(body)}", "accept-encoding: identity", "", "")
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
        raise ValueError("a header holds a line break")
    return head.encode("ascii") + body


class Reader:
    """Reads one answer from a socket, until `deadline` on the monotonic clock.

    `limit`: the most bytes of its body.
    """

    HEAD: ClassVar[re.Pattern[bytes]] = _HEAD

    def __init__(self, peer: Readable, deadline: float, limit: int = BODY_LIMIT) -> None:
        self._peer = peer
        self._deadline = deadline
        self._limit = limit
        self._buffer = bytearray()
        self.has_begun = False

    def answer(self) -> Answer:
        """All of it, and nothing behind it; Malformed, TimeoutError."""
        status, headers = self.head()
        body = self._body(headers)
        if self._buffer or status in (204, 304):
            raise Malformed("the answer has no end, or goes on behind it")
        return status, headers, body

    def head(self) -> tuple[int, dict[str, str]]:
        """Status and headers, their names in lower case; Malformed, TimeoutError."""
        head = self.HEAD.fullmatch(self._until(b"\r\n\r\n", HEAD_LIMIT))
        if head is None:
            raise Malformed("the head of the answer is malformed")
        headers: dict[str, str] = {}
        for line in head[2].decode("latin-1").split("\r\n")[1:]:
            name, _, value = line.partition(":")
            name, value = name.lower(), value.strip(" \t")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return int(head[1]), headers

    def _body(self, headers: Mapping[str, str]) -> bytes:
        length = headers.get("content-length", "")
        coding = headers.get("transfer-encoding")
        if coding is None:
            if not (length.isascii() and length.isdigit()) or len(length) > 8:
                raise Malformed("the length of the answer is missing or malformed")
            if int(length) > self._limit:
                raise Malformed("the answer is too long")
            return self._exactly(int(length))
        if coding.lower() != "chunked" or "content-length" in headers:
            raise Malformed("the answer's coding is none that we know")
        body = bytearray()
        while size := self._chunk_size():
            body += self._exactly(size)
            if len(body) > self._limit or self._exactly(2) != b"\r\n":
                raise Malformed("a chunk of the answer is too much")
        if self._exactly(2) != b"\r\n":
            raise Malformed("the answer has a trailer")
        return bytes(body)

    def _chunk_size(self) -> int:
        line = re.fullmatch(_CHUNK, self._until(b"\r\n", 1024))
        if line is None or int(line[1], 16) > self._limit:
            raise Malformed("the length of a chunk is malformed, or too much")
        return int(line[1], 16)

    def _until(self, end: bytes, limit: int) -> bytes:
        while (at := self._buffer.find(end, 0, limit)) < 0:
            if len(self._buffer) >= limit:
                raise Malformed("a part of the answer is too long")
            self._more()
        return self._take(at, len(end))

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        return self._take(size)

    def _take(self, size: int, end: int = 0) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[: size + end]
        return taken

    def _more(self) -> None:
        more = self._received()
        if not more:
            raise Malformed("the connection was closed before the answer's end")
        self.has_begun = True
        self._buffer += more

    def _received(self) -> bytes:
        more = self._peer.recv(65536)
        if more and time.monotonic() > self._deadline:
            raise TimeoutError("the answer takes too long")
        return more
