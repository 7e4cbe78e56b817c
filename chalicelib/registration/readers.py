"""Readers of metadata that several kinds of it need: each gives the value or InvalidMetadata."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import InvalidTarget
from ..protocol import fetchable, scope, target
from . import InvalidMetadata

MOST_ISSUER = 1000  # characters; it is a sort key, and DynamoDB's longest is 1024 bytes
MOST_RESOURCES = 100

# Compared as a string: visible ASCII, no query, no fragment, no user.
_ISSUER = re.compile(r"https://[A-Za-z0-9][!$-.0-;=A-~/]*", re.ASCII)
_NEAR = re.compile(r"http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]{1,5})?(/[!$-.0-;=A-~/]*)?")
# No backslash, which is a slash to browsers and not to us: a page that has to lead there refuses.
_WEB = re.compile(
    r"https://[\x21-\x5b\x5d-\x7e]{1,2000}"
    r"|http://(127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?(/[\x21-\x5b\x5d-\x7e]*)?"
)


def quoted(text: str) -> str:
    """A URI as a refusal repeats it, which may be on a page of ours: not what reads like words."""
    return repr(text) if re.fullmatch(r"[\x21-\x7e]{1,200}", text) else "one"


def flag(name: str, value: Any) -> bool:
    """True or false, and nothing that only counts as one."""
    if not isinstance(value, bool):
        raise InvalidMetadata(f"{name}: must be true or false")
    return value


def texts(name: str, value: Any) -> tuple[str, ...]:
    """A list of texts, each once, in its order."""
    if not isinstance(value, list) or not all(isinstance(member, str) for member in value):
        raise InvalidMetadata(f"{name}: must be a list of texts")
    return tuple(dict.fromkeys(value))


def called(name: str, value: Any) -> str:
    """A URL that this server calls; whether this stage does is administration/'s to check."""
    try:
        return fetchable.check(value)
    except ValueError as reason:
        raise InvalidMetadata(f"{name}: {reason}") from None


def web(name: str, value: Any) -> str:
    """An address that browsers go to."""
    if not isinstance(value, str) or not _WEB.fullmatch(value):
        raise InvalidMetadata(f"{name}: must be an https URL")
    return value


def one_of(*choices: str) -> Callable[[str, Any], str]:
    """The reader of a text that is one of these."""

    def read(name: str, value: Any) -> str:
        if value not in choices:
            raise InvalidMetadata(f"{name}: must be one of {', '.join(choices)}")
        return str(value)

    return read


def issuer(name: str, value: Any) -> str:
    """The issuer of another server (RFC 8414 section 2); http is for loopbacks of stage local."""
    fits = isinstance(value, str) and len(value) <= MOST_ISSUER
    if not fits or not (_ISSUER.fullmatch(value) or _NEAR.fullmatch(value)):
        raise InvalidMetadata(f"{name}: must be an https URL without query or fragment")
    return str(value)


def scopes_by_resource(name: str, value: Any) -> dict[str, tuple[str, ...]]:
    """Resources by their URIs, each with scopes of its own: a list, or with blanks between."""
    if not isinstance(value, Mapping) or not 1 <= len(value) <= MOST_RESOURCES:
        raise InvalidMetadata(f"{name}: must name 1 to {MOST_RESOURCES} resources and their scopes")
    found: dict[str, tuple[str, ...]] = {}
    for uri, given in value.items():
        try:
            target.check_uri(uri)
        except InvalidTarget as problem:
            raise InvalidMetadata(f"{name}: {problem.description}") from None
        words = tuple(given.split(" ")) if isinstance(given, str) else texts(name, given)
        wrong = [word for word in words if not scope.is_token(word) or word in scope.OPENID]
        if wrong or not 1 <= len(words) <= MOST_RESOURCES:
            raise InvalidMetadata(f"{name}: {uri} needs scopes of its own")
        found[uri] = tuple(dict.fromkeys(words))
    return found
