"""URLs: comparing two, and which may be asked. RFC 3986 section 6.2, RFC 9449 section 4.3."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_PORTS = {"http": 80, "https": 443}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
# RFC 3986 section 2: what a URL is written with. The rest is escaped, or it is no URL.
_WRITTEN = re.compile(r"[!#$%&'()*+,/:;=?@\[\]0-9A-Za-z._~-]+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[0-9A-Za-z._~-]")


def normalized(url: str) -> str:
    """A URL without query and fragment, in the spelling that all its equal spellings share.

    The case of scheme, host and escapes, the default port, needless escapes and an empty path
    (RFC 3986 sections 6.2.2 and 6.2.3). Dot segments stay: they are not the same to every server.
    ValueError for what is not an absolute http or https URL.
    """
    return origin(url) + (_ESCAPE.sub(_unescaped, _split(url).path) or "/")


def origin(url: str) -> str:
    """Scheme, host and port of a URL; ValueError when it is not an absolute http or https URL."""
    parts = _split(url)
    host = str(parts.hostname)
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://" + (f"[{host}]" if ":" in host else host) + port


def is_safe(url: str) -> bool:
    """Whether tokens and keys may travel there: by https, or within this machine."""
    try:
        parts = _split(url)
    except ValueError:
        return False
    return parts.scheme == "https" or parts.hostname in _LOOPBACK


def _split(url: str) -> SplitResult:
    if not _WRITTEN.fullmatch(url):
        raise ValueError("not a URL")
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError("not an absolute http or https URL")
    # It raises what it must for a port that is none.
    _ = parts.port
    return parts


def _unescaped(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if _UNRESERVED.fullmatch(character) else escape[0].upper()
