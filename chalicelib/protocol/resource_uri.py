"""Resource URIs: which spellings are one, and which lie below another. RFC 3986 section 6.2.

Clients parse a URL and write it anew: `HTTPS://Mcp.example.com` comes as `https://mcp.example.com/`.
"""

from __future__ import annotations

import re

MOST_BELOW = 512  # characters: whoever asks chooses them, and they go into tokens and consents

_DEFAULT_PORTS = {"http": "80", "https": "443"}
_WEB = re.compile(r"(https?)://([^/?#@\\]+)((?:[/?][^#]*)?)", re.ASCII | re.IGNORECASE)
_HOST = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?", re.ASCII)
# No escapes and no backslash: servers do not agree on what they are the same as. No query.
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()+,;=:@-]+)*", re.ASCII)


def canonical(uri: str) -> str:
    """The spelling that all equal ones share; what is no URL stays, but for its scheme's case.

    Scheme and host are in lower case, the default port is left out, and so is the only slash.
    Longer paths stay: with and without a slash at the end they name two resources.
    """
    found = _WEB.fullmatch(uri)
    if found is None:
        scheme, colon, rest = uri.partition(":")
        return f"{scheme.lower()}{colon}{rest}" if colon else uri
    scheme, authority, rest = found[1].lower(), found[2].lower(), found[3]
    authority = authority.removesuffix(f":{_DEFAULT_PORTS[scheme]}")
    return f"{scheme}://{authority}{'' if rest == '/' else rest}"


def spellings(uri: str) -> tuple[str, ...]:
    """How a resource may be registered that is asked for as `uri`: two ways for a host alone."""
    written = canonical(uri)
    is_host = _WEB.fullmatch(written) is not None and written.count("/") == 2 and "?" not in written
    return (written, f"{written}/") if is_host else (written,)


def same(one: str, other: str) -> bool:
    """Whether two spellings name one resource."""
    return canonical(one) == canonical(other)


def can_have_below(uri: str) -> bool:
    """Whether a registered resource may stand for the paths below it: one host, a plain path."""
    found = _WEB.fullmatch(canonical(uri))
    return found is not None and _is_plain(found[2], found[3])


def above(uri: str) -> tuple[str, ...]:
    """The URLs that `uri` lies below, on its own host, nearest first and canonical.

    None for what cannot stand for itself below another: a query, an escape, dot segments.
    """
    found = _WEB.fullmatch(canonical(uri)) if len(uri) <= MOST_BELOW else None
    if found is None or not _is_plain(found[2], found[3].removesuffix("/")):
        return ()
    origin, path = f"{found[1]}://{found[2]}", found[3]
    ends = [index for index, character in enumerate(path) if character == "/"]
    return tuple(origin + path[:end] for end in reversed(ends))


def _is_plain(authority: str, path: str) -> bool:
    dotted = {".", ".."} & set(path.split("/"))
    return bool(_HOST.fullmatch(authority) and _PATH.fullmatch(path)) and not dotted
