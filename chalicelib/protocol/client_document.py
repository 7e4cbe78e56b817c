"""Client ID Metadata Documents: which URLs name clients, and for how long a document is good.

draft-ietf-oauth-client-id-metadata-document-02 sections 3 and 5.2, RFC 9111; docs/decisions/0039.
What a document says is read in registration/document_metadata.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..values import Frozen

MOST_BYTES = 16 * 1024
LEAST_FRESH = 60  # seconds
USUALLY_FRESH = 60 * 60
MOST_FRESH = 24 * 60 * 60
STALE = 60 * 60  # for so long beyond that it stands in for one that cannot be reached

_DOT_SEGMENT = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.ASCII | re.IGNORECASE)
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>\[[^/\]]*\]|[^/:?#]*)(?P<port>:[0-9]+)?")
_DATE = re.compile(
    r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT",
    re.ASCII,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# What a cache must not use again without asking (RFC 9111 section 5.2.2).
_ASK_AGAIN = ("no-store", "no-cache", "private")
_NEVER_STALE = (*_ASK_AGAIN, "must-revalidate", "proxy-revalidate")


class Lifetime(Frozen):
    """Until when a document counts: as it is, and where it cannot be read again. Epoch seconds."""

    fresh_until: int
    stale_until: int


def check(url: str) -> None:
    """Refuse what is no Client Identifier URL; ValueError in words for a developer. Section 3.

    Which hosts and ports may be called is protocol/fetchable.py's.
    """
    path = url[_origin_end(url) :]
    for character, name in (("#", "a fragment"), ("?", "a query"), ("@", "a user or an @")):
        if character in url:
            raise ValueError(f"must not have {name}")
    if not path.startswith("/"):
        raise ValueError("must have a path")
    if _DOT_SEGMENT.search(path):
        raise ValueError("must not have the path segments . and ..")
    if _PERCENT.search(path):
        raise ValueError("must have two hexadecimal digits after each percent sign")


def host(url: str) -> str:
    """The host of a URL that was checked, with its port where it says one."""
    return url[: _origin_end(url)].partition("://")[2]


def has_origin_of(url: str, other: str) -> bool:
    """Whether two URLs have the same scheme, host and port, letter by letter."""
    return url[: _origin_end(url)] == other[: _origin_end(other)]


def is_among(url: str, rules: Iterable[str]) -> bool:
    """Whether a rule is about a URL: the URL itself, its host, or `*.` and a domain above that."""
    match = _ORIGIN.match(url)
    name = match["host"] if match else ""
    return any(
        url == rule or name == rule or (rule.startswith("*.") and name.endswith(rule[1:]))
        for rule in rules
    )


def lifetime(headers: Mapping[str, str], now: int) -> Lifetime:
    """For how long an answer counts by its own words, within our bounds. RFC 9111 section 4.2."""
    said = _directives(headers.get("cache-control", ""))
    if any(name in said for name in _ASK_AGAIN):
        fresh = 0
    elif "s-maxage" in said or "max-age" in said:
        # For a cache that many share, which this is, s-maxage goes before max-age.
        fresh = _seconds(said.get("s-maxage", said.get("max-age")))
        fresh -= _seconds(headers.get("age", "0"))
    elif "expires" in headers:
        fresh = _date(headers["expires"]) - (_date(headers.get("date", "")) or now)
    else:
        fresh = USUALLY_FRESH
    fresh_until = now + min(max(fresh, LEAST_FRESH), MOST_FRESH)
    may_be_stale = not any(name in said for name in _NEVER_STALE)
    return Lifetime(fresh_until, fresh_until + (STALE if may_be_stale else 0))


def _origin_end(url: str) -> int:
    match = _ORIGIN.match(url)
    return match.end() if match else 0


def _directives(text: str) -> dict[str, str]:
    """Cache-Control; of one that comes twice, an unusable value, so that it means nothing good."""
    found: dict[str, str] = {}
    for part in text.split(","):
        name, _, value = part.strip().partition("=")
        name = name.strip().lower()
        found[name] = "" if name in found else value.strip().strip('"')
    return found


def _seconds(text: str | None) -> int:
    """Delta-seconds; 0 for what is none (RFC 9111 section 4.2.1: stale)."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,10}", text, re.ASCII) else 0


def _date(text: str) -> int:
    """An IMF-fixdate (RFC 9110 section 5.6.7) in epoch seconds; 0 for what is none."""
    from datetime import UTC, datetime

    match = _DATE.fullmatch(text)
    if match is None or match[2] not in _MONTHS:
        return 0
    day, year, hour, minute, second = (int(match[group]) for group in (1, 3, 4, 5, 6))
    try:
        when = datetime(year, _MONTHS.index(match[2]) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return 0
    return int(when.timestamp())
