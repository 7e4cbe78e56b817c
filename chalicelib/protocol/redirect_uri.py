"""Redirection endpoints. RFC 6749 section 3.1.2, RFC 8252 sections 7 and 8, RFC 9700 section 2.1.

Compared as strings, never parsed first; the one exception is the port of a loopback address, which
a native app learns from the system when it runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address, ip_address
from posixpath import normpath
from urllib.parse import unquote, urlsplit

_LOOPBACK = re.compile(
    r"(?P<origin>http://(?:127\.0\.0\.1|\[::1\]|(?P<name>localhost)))"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<rest>(?:[/?].*)?)",
    re.ASCII,
)
# URIs are ASCII (RFC 3986); a backslash is a slash to browsers and not to us.
_URI = re.compile(r"[\x21-\x7e]{1,2048}")
_PRIVATE_USE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+", re.ASCII)
_LABEL = r"[a-z0-9]+(?:-+[a-z0-9]+)*"
_HOST = re.compile(
    rf"(?:{_LABEL}(?:\.{_LABEL})*|\[(?P<ipv6>[0-9a-f:.]+)\])(?::(?P<port>[0-9]{{1,5}}))?", re.ASCII
)


def is_registered(asked: str, registered: Iterable[str]) -> bool:
    """Whether the client has registered this very URI; never raises."""
    return any(_same(asked, known) for known in registered)


def is_loopback(uri: str) -> bool:
    """Whether the answer goes to a port of the user's own device (RFC 8252 section 7.3)."""
    return _LOOPBACK.fullmatch(uri) is not None


def reaches_an_app(uri: str) -> bool:
    """Whether any app on the user's device could be the one that answers at this URI."""
    return is_loopback(uri) or not uri.startswith("https://")


def is_below(uri: str, issuer: str) -> bool:
    """Whether a browser that goes to a registered URI comes to a service on the web, by its URL."""
    if not (uri.startswith("https://") and issuer.startswith("https://")):
        return False
    (host, path), (here, top) = _place(uri), _place(issuer)
    return host == here and f"{path}/".startswith(f"{top}/")


def check(
    uri: str,
    application_type: str,
    native_schemes: Sequence[str] = (),
    *,
    of_a_stranger: bool = False,
) -> None:
    """Refuse what must not be registered; ValueError says why, in words for the developer.

    native_schemes: those without a dot that this stage allows.
    of_a_stranger: the client registers itself. OpenID Connect Dynamic Client Registration section
    2: a web client has https only; a native one may say localhost (docs/decisions/0038).
    """
    if not _URI.fullmatch(uri):
        raise ValueError("must be 1 to 2048 visible ASCII characters")
    for character, name in (("#", "a fragment"), ("\\", "a backslash"), ("*", "a wildcard")):
        if character in uri:
            raise ValueError(f"must not hold {name}")
    loopback = _LOOPBACK.fullmatch(uri)
    if of_a_stranger:
        if uri.startswith("https://"):
            _check_host(uri)
        _check_fits(uri, application_type)
    if loopback and (of_a_stranger or not loopback["name"]):
        _check_port(loopback)
        return
    scheme, _, rest = uri.partition(":")
    if scheme == "https":
        _check_host(uri)
    elif _PRIVATE_USE_SCHEME.fullmatch(scheme) or scheme in native_schemes:
        if application_type != "native":
            raise ValueError("a private-use scheme is for application_type native only")
        if not rest:
            raise ValueError("must hold a path after the scheme")
    else:
        raise ValueError(
            "must start with https://, with http://127.0.0.1 or http://[::1], "
            "or with a private-use scheme that holds a dot"
            + (f" or is one of {', '.join(native_schemes)}" if native_schemes else "")
        )


def destination(uri: str) -> str:
    """Where the answer goes, in words for the consent page: a host, or the app's scheme."""
    if is_loopback(uri):
        return f"an app on this device ({urlsplit(uri).hostname})"
    if uri.startswith("https://"):
        return urlsplit(uri).netloc
    return f"an app on this device ({uri.partition(':')[0]})"


def _place(uri: str) -> tuple[str, str]:
    """Host and path of a URL, as they are asked for: without the usual port and dot segments."""
    parts = urlsplit(uri)
    path = normpath(f"/{unquote(parts.path)}").strip("/")
    return parts.netloc.lower().removesuffix(":443"), path and f"/{path}"


def _check_fits(uri: str, application_type: str) -> None:
    if uri.startswith("https://") and _is_here(urlsplit(uri).hostname or ""):
        raise ValueError("must not name the user's own device after https://; use http:// there")
    if application_type == "web" and is_loopback(uri):
        raise ValueError(
            "must be https for application_type web; an app on the user's device is native"
        )


def _is_here(host: str) -> bool:
    """Whether a host is the device that the browser runs on, in one spelling or another."""
    last = host.rpartition(".")[2]
    if ":" not in host and not last[:1].isdigit():
        return last == "localhost"
    try:
        ip = ip_address(host)
    except ValueError:
        return True  # 127.1, say: a browser may take it for an address
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return any(one.is_loopback or one.is_unspecified for one in (ip, mapped) if one is not None)


def _same(asked: str, known: str) -> bool:
    if asked == known:
        return True
    left, right = _LOOPBACK.fullmatch(asked), _LOOPBACK.fullmatch(known)
    if not left or not right or not _is_port(left["port"]):
        return False
    return left["origin"] == right["origin"] and left["rest"] == right["rest"]


def _is_port(text: str | None) -> bool:
    return text is None or 1 <= int(text) <= 65535


def _check_port(match: re.Match[str] | None) -> None:
    if match and not _is_port(match["port"]):
        raise ValueError("must hold a port from 1 to 65535")


def _check_host(uri: str) -> None:
    authority = re.split(r"[/?]", uri.removeprefix("https://"), maxsplit=1)[0]
    host = _HOST.fullmatch(authority)
    if not uri.startswith("https://") or not host or not _is_ipv6(host["ipv6"] or "::"):
        raise ValueError("must hold a plain, lower-case host after https://")
    _check_port(host)


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True
