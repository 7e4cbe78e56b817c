"""The access token as a client presents it: one Authorization header, nothing else.

RFC 6750 section 2.1, RFC 9449 section 7.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from .errors import MalformedAuthorization, NoToken, RepeatedToken, TokenInQuery

# A mapping, or pairs: only pairs can show that a header came twice.
RequestHeaders = Mapping[str, str] | Iterable[tuple[str, str]]

_SCHEME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


@dataclass(frozen=True, slots=True)
class Presented:
    """An access token and how it came: the scheme's name in its own spelling, the DPoP headers."""

    scheme: str
    token: str
    proofs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """The headers of a request that matter here."""

    authorization: tuple[str, ...]
    dpop: tuple[str, ...]


def fields(headers: RequestHeaders) -> Fields:
    """Pick the headers, whatever the case of their names."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    found: dict[str, list[str]] = {"authorization": [], "dpop": []}
    for name, value in pairs:
        if name.lower() in found:
            found[name.lower()].append(value.strip(" \t"))
    return Fields(tuple(found["authorization"]), tuple(found["dpop"]))


def scheme_of(sent: Fields, offered: Iterable[str]) -> str | None:
    """The offered scheme that the request uses; None when it uses none, or two at once."""
    names = {_scheme(value).lower() for value in sent.authorization}
    found = [scheme for scheme in offered if {scheme.lower()} == names]
    return found[0] if found else None


def presented(sent: Fields, url: str, offered: Iterable[str]) -> Presented:
    """The token of a request; NoToken, or InvalidRequest when it came in the wrong form."""
    query = url.partition("#")[0].partition("?")[2]
    if any(unquote_plus(pair.partition("=")[0]) == "access_token" for pair in query.split("&")):
        raise TokenInQuery
    if len(sent.authorization) > 1:
        raise RepeatedToken("more than one Authorization header")
    scheme = scheme_of(sent, offered)
    if scheme is None:
        # Another scheme is as good as none: the client may not know what is needed.
        raise NoToken("no Authorization header of a scheme that is accepted")
    token = sent.authorization[0][len(scheme) :].lstrip(" ")
    if not _TOKEN.fullmatch(token):
        raise MalformedAuthorization
    return Presented(scheme, token, sent.dpop)


def _scheme(value: str) -> str:
    name = value.partition(" ")[0]
    return name if _SCHEME.fullmatch(name) else ""
