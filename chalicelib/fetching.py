"""Documents of others, at URLs that others chose: read without becoming their way into our network.

    https only, port 443 ─► every address public ─► connect to that very address ─► name checked
                                   in TLS ─► 200, JSON, 64 KiB, no redirect; 5 seconds for it all

What `ipaddress` calls global is not enough: some IPv6 addresses are IPv4 ones in disguise.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .aws import wire

if TYPE_CHECKING:
    import socket
    from ssl import SSLContext

SECONDS = 5.0  # from the look-up of the name to the last byte
MOST_BYTES = 64 * 1024
MOST_URL = 1000
MOST_ADDRESSES = 3  # that are tried

Address = tuple[str, int]

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: 127.1 and 0x7f.1 are addresses to a resolver, not names.
_URL = re.compile(
    rf"https://(?P<host>(?:{_LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9])(?::443)?"
    r"(?P<target>(?:/[!$-.0-;=?-\[\]-~/]*)?)",
    re.ASCII,
)
# Beside what is not global: translators to IPv4 (NAT64, 6to4, Teredo and their relays), and
# ranges that only newer versions of Python know.
_NOT_FOR_US = (
    *("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4"),
    *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
)


class NotFetched(Exception):
    """The document could not be had, or not safely; the message says why, for the operator."""


def check(url: Any) -> str:
    """The URL, when it is one that may be fetched; ValueError in words for a developer."""
    if not isinstance(url, str) or len(url) > MOST_URL or not _URL.fullmatch(url):
        raise ValueError("must be an https URL with a public host name, port 443, no fragment")
    return url


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, and of nothing nearer."""
    from ipaddress import IPv6Address, ip_address, ip_network

    try:
        ip = ip_address(address)
    except ValueError:
        return False
    nets = [ip_network(net) for net in _NOT_FOR_US]
    if any(ip in net for net in nets if net.version == ip.version):
        return False
    # All that is routed of IPv6; NAT64 and mapped or compatible IPv4 addresses lie outside.
    if isinstance(ip, IPv6Address) and ip not in ip_network("2000::/3"):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def resolve(host: str) -> list[Address]:
    """The addresses of a host, as the system finds them; OSError."""
    import socket

    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [(str(address[0]), int(address[1])) for *_, address in found]


class Fetcher:
    """Fetches JSON. The arguments are for tests, whose servers are on the loopback address."""

    def __init__(
        self,
        look_up: Callable[[str], Iterable[Address]] = resolve,
        context: SSLContext | None = None,
        *,
        is_allowed: Callable[[str], bool] = is_public,
        seconds: float = SECONDS,
    ) -> None:
        self._look_up = look_up
        self._context = context
        self._is_allowed = is_allowed
        self._seconds = seconds

    def json(self, url: str) -> Any:
        """The JSON document at an https URL. NotFetched."""
        import json

        match = _URL.fullmatch(url)
        if match is None or len(url) > MOST_URL:
            raise NotFetched("not a URL that is fetched")
        deadline = time.monotonic() + self._seconds
        try:
            addresses = self._addresses(match["host"], deadline)
            status, headers, body = self._ask(match["host"], match["target"], addresses, deadline)
        except OSError as error:
            raise NotFetched(f"{type(error).__name__}: {error}") from None
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if status != 200 or kind != "application/json":
            raise NotFetched(f"the answer is {status} {kind or 'of no type'}, not 200 and JSON")
        try:
            return json.loads(body.decode("utf-8"))
        except (ValueError, RecursionError):
            raise NotFetched("the answer is not JSON") from None

    def _addresses(self, host: str, deadline: float) -> list[Address]:
        """Looked up once: what was checked is what is connected to, whatever DNS says next."""
        addresses = list(_in_time(lambda: self._look_up(host), deadline))
        refused = [address for address, _ in addresses if not self._is_allowed(address)]
        if refused or not addresses:
            raise NotFetched(f"{host} has an address that is not public: {refused or 'none'}")
        return addresses[:MOST_ADDRESSES]

    def _ask(
        self, host: str, target: str, addresses: list[Address], deadline: float
    ) -> wire.Answer:
        import ssl

        context = self._context or ssl.create_default_context()
        headers = {"host": host, "accept": "application/json", "connection": "close"}
        path = target if target.startswith("/") else f"/{target}"
        with (
            _connected(addresses, deadline) as plain,
            context.wrap_socket(plain, server_hostname=host) as peer,
        ):
            peer.settimeout(_left(deadline))
            peer.sendall(wire.request("GET", path, headers))
            return wire.Reader(_Patient(peer, deadline), deadline, MOST_BYTES).answer()


class _Patient:
    """A socket whose every read ends with the deadline, however slowly the bytes come."""

    def __init__(self, peer: socket.socket, deadline: float) -> None:
        self._peer = peer
        self._deadline = deadline

    def recv(self, size: int) -> bytes:
        """Up to `size` bytes; TimeoutError."""
        self._peer.settimeout(_left(self._deadline))
        return self._peer.recv(size)


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
