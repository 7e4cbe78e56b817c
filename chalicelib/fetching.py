"""Calls to others, at URLs that others chose: without becoming their way into our network.

https only, port 443 ─► every address public ─► connect to that very address ─► name checked
                                 in TLS ─► no redirect; 64 KiB; 5 seconds for it all

On stage `local` this machine is reached too: protocol/fetchable.py has the rules.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from .aws import wire
from .protocol.fetchable import INTERNET, Place, Reach

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from ssl import SSLContext

SECONDS = 5.0  # from the look-up of the name to the last byte
MOST_BYTES = 64 * 1024
MOST_ADDRESSES = 3  # that are tried

Address = tuple[str, int]


class NotFetched(Exception):
    """The call brought nothing, or could not be made safely; the message says why, for the
    operator. status: of a whole answer that is not what was asked for; None where there is none."""

    def __init__(self, message: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)


def resolve(host: str, port: int) -> list[Address]:
    """The addresses of a host, as the system finds them; OSError."""
    import socket

    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(str(address[0]), int(address[1])) for *_, address in found]


class Fetcher:
    """Fetches and sends. `look_up`, `context`, `is_allowed` are for tests, whose servers are on
    the loopback address."""

    def __init__(
        self,
        look_up: Callable[[str, int], Iterable[Address]] = resolve,
        context: SSLContext | None = None,
        *,
        reach: Reach = INTERNET,
        is_allowed: Callable[[str], bool] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._look_up = look_up
        self._context = context
        self._reach = reach
        self._is_allowed = is_allowed or reach.allows
        self._seconds = seconds

    def check(self, url: str) -> str:
        """The URL, when it is one that would be called; ValueError in words for a developer."""
        self._reach.place(url)
        return url

    def json(self, url: str) -> Any:
        """The JSON document at a URL. NotFetched."""
        import json

        text = self.text(url, "application/json")
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise NotFetched("the answer is not JSON") from None

    def text(self, url: str, *types: str) -> str:
        """The text at a URL, of one of the media types, or of any where none is given. NotFetched.

        A truncated text is not told from a whole one where the host gives no length.
        """
        return self.document(url, *types)[1]

    def document(
        self, url: str, *types: str, suffix: str = "", most_bytes: int = MOST_BYTES
    ) -> tuple[Mapping[str, str], str]:
        """The same with the headers of the answer, their names in lower case.

        A media type that ends in `suffix`, if there is one, will do as well.
        """
        accept = ", ".join(types) or "*/*"
        with self._asked(url, "GET", {"accept": accept}, most_bytes=most_bytes) as reader:
            status, headers, body = reader.answer()
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        fits = not types or kind in types or (suffix and kind.endswith(suffix))
        if status != 200 or not fits:
            wanted = " or ".join(types) or "a document"
            said = f"the answer is {status} {kind or 'of no type'}, not 200 {wanted}"
            raise NotFetched(said, status)
        try:
            return headers, body.decode("utf-8")
        except ValueError:
            raise NotFetched("the answer is not UTF-8", status) from None

    def post(self, url: str, form: Mapping[str, str]) -> int:
        """Send a form; the status of the answer, whose body nobody reads. NotFetched."""
        from urllib.parse import urlencode

        kind = {"content-type": "application/x-www-form-urlencoded", "accept": "*/*"}
        with self._asked(url, "POST", kind, urlencode(form).encode()) as reader:
            return reader.head()[0]

    @contextmanager
    def _asked(
        self,
        url: str,
        method: str,
        headers: Mapping[str, str],
        body: bytes = b"",
        most_bytes: int = MOST_BYTES,
    ) -> Iterator[_Reader]:
        """The reader of an answer; whatever the network brings is NotFetched."""
        try:
            place = self._reach.place(url)
        except ValueError as reason:
            raise NotFetched(f"the URL {reason}") from None
        deadline = time.monotonic() + self._seconds
        own = {"host": place.authority, "connection": "close", **headers}
        try:
            with self._connected(place, deadline) as peer:
                peer.settimeout(_left(deadline))
                peer.sendall(wire.request(method, place.target, own, body))
                yield _Reader(_Patient(peer, deadline), deadline, most_bytes)
        except OSError as error:
            raise NotFetched(f"{type(error).__name__}: {error}") from None

    @contextmanager
    def _connected(self, place: Place, deadline: float) -> Iterator[socket.socket]:
        addresses = self._addresses(place, deadline)
        with _connected(addresses, deadline) as plain:
            if place.scheme == "http":
                yield plain
                return
            import ssl

            context = self._context or ssl.create_default_context()
            with context.wrap_socket(plain, server_hostname=place.host) as peer:
                yield peer

    def _addresses(self, place: Place, deadline: float) -> list[Address]:
        """Looked up once: what was checked is what is connected to, whatever DNS says next."""
        addresses = list(_in_time(lambda: self._look_up(place.host, place.port), deadline))
        refused = [address for address, _ in addresses if not self._is_allowed(address)]
        if refused or not addresses:
            raise NotFetched(f"{place.host} has an address that is not public: {refused or 'none'}")
        return addresses[:MOST_ADDRESSES]


class _Patient:
    """A socket whose every read ends with the deadline, however slowly the bytes come."""

    def __init__(self, peer: socket.socket, deadline: float) -> None:
        self._peer = peer
        self._deadline = deadline

    def recv(self, size: int) -> bytes:
        """Up to `size` bytes; TimeoutError."""
        self._peer.settimeout(_left(self._deadline))
        return self._peer.recv(size)


class _Reader(wire.Reader):
    """Reads what all kinds of servers send: HTTP/1.0 as well, and bodies that end when they end."""

    HEAD: ClassVar[re.Pattern[bytes]] = re.compile(
        wire.Reader.HEAD.pattern.replace(rb"HTTP/1\.1", rb"HTTP/1\.[01]")
    )

    def _body(self, headers: Mapping[str, str]) -> bytes:
        if "content-length" in headers or "transfer-encoding" in headers:
            return super()._body(headers)
        while more := self._received():
            self._buffer += more
            if len(self._buffer) > self._limit:
                raise wire.Malformed("the answer is too long")
        return self._take(len(self._buffer))


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("it takes too long")
    return left


def _connected(addresses: list[Address], deadline: float) -> socket.socket:
    """A connection to the first address that answers, its time limit what is left."""
    import socket

    problem: OSError = OSError("no address")
    for address in addresses:
        try:
            peer = socket.create_connection(address, _left(deadline))
        except OSError as error:
            problem = error
            continue
        try:
            peer.settimeout(_left(deadline))
        except TimeoutError:
            peer.close()
            raise
        return peer
    raise problem


def _in_time(look_up: Callable[[], Iterable[Address]], deadline: float) -> Iterable[Address]:
    """The system's resolver takes no time limit, so it is left alone when the time is up."""
    from threading import Thread

    found: list[list[Address] | OSError] = []

    def work() -> None:
        try:
            found.append(list(look_up()))
        except OSError as error:
            found.append(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(_left(deadline))
    if not found:
        raise TimeoutError("the name is not found in time")
    if isinstance(found[0], OSError):
        raise found[0]
    return found[0]
