"""Which URLs of others may be called, and at which addresses: so that none leads into our network.

What `ipaddress` calls global is not enough: some IPv6 addresses are IPv4 ones in disguise.
"""

from __future__ import annotations

import re
from typing import Any

from ..values import Frozen

MOST_URL = 1000

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The last label begins with a letter: 127.1 and 0x7f.1 are addresses to a resolver, not names.
_NAME = rf"(?:{_LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9]"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_URL = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_NAME}|127\.0\.0\.1|\[::1\]|localhost)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?(?P<target>(?:/[!$-.0-;=?-\[\]-~/]*)?)",
    re.ASCII,
)
_PORTS = {"https": 443, "http": 80}
# Beside what is not global: translators to IPv4 (NAT64, 6to4, Teredo and their relays), and
# ranges that only newer versions of Python know.
_NOT_FOR_US = (
    *("192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4"),
    *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
)


class Place(Frozen):
    """A URL taken apart. host: as a resolver takes it; authority: as the Host header says it."""

    scheme: str
    host: str
    port: int
    authority: str
    target: str


class Reach(Frozen):
    """How far we go. near: also to this very machine, by any port, and without TLS there."""

    near: bool = False

    def place(self, url: Any) -> Place:
        """The place of a URL; ValueError, in words for a developer, for one that is not called."""
        place = _place(url)
        close = place is not None and place.host in _LOOPBACK
        if place is None or (place.scheme == "http" and not close):
            raise ValueError(_MUST)
        if not self.near and (place.scheme == "http" or place.port != 443 or close):
            raise ValueError(_MUST)
        return place

    def allows(self, address: str) -> bool:
        """Whether an address may be connected to."""
        return is_public(address) or (self.near and address in ("127.0.0.1", "::1"))


INTERNET = Reach()
THIS_MACHINE_TOO = Reach(near=True)
_MUST = "must be an https URL with a public host name, port 443, no fragment"


def check(url: Any) -> str:
    """A URL that one stage or another calls; ValueError, in words for a developer."""
    THIS_MACHINE_TOO.place(url)
    return str(url)


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


def _place(url: Any) -> Place | None:
    match = _URL.fullmatch(url) if isinstance(url, str) and len(url) <= MOST_URL else None
    if match is None or int(match["port"] or 443) > 65535:
        return None
    standard = _PORTS[match["scheme"]]
    port = int(match["port"] or standard)
    target = match["target"]
    return Place(
        scheme=match["scheme"],
        host=match["host"].strip("[]"),
        port=port,
        authority=match["host"] if port == standard else f"{match['host']}:{port}",
        target=target if target.startswith("/") else f"/{target}",
    )
