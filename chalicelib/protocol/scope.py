"""Scopes. RFC 6749 section 3.3; OpenID Connect Core sections 5.4 and 11."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from ..errors import InvalidScope

OPENID = {
    "openid": "Know who you are on this server",
    "profile": "See your name and profile",
    "email": "See your e-mail address",
    "address": "See your postal address",
    "phone": "See your telephone number",
    "offline_access": "Keep this access while you are away",
}

_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,128}")
_MOST = 100


def is_token(text: str) -> bool:
    """Whether this can be one scope."""
    return _TOKEN.fullmatch(text) is not None


def parse(text: str) -> tuple[str, ...]:
    """The scopes in a parameter, in order and each once; InvalidScope when malformed."""
    words = tuple(dict.fromkeys(text.split(" ")))
    if len(words) > _MOST or not all(is_token(word) for word in words):
        raise InvalidScope("The scope is malformed.")
    return words


def join(scope: Iterable[str]) -> str:
    """The scopes as a parameter."""
    return " ".join(scope)


def of_resources(scope: Iterable[str]) -> tuple[str, ...]:
    """The scopes that only a resource can define: all but OpenID Connect's."""
    return tuple(word for word in scope if word not in OPENID)


def keep(scope: Iterable[str], allowed: Collection[str]) -> tuple[str, ...]:
    """The scopes that are in `allowed`, in their order: this never widens."""
    return tuple(word for word in scope if word in allowed)


def shrink(asked: tuple[str, ...], granted: Collection[str]) -> tuple[str, ...]:
    """What a refresh may ask for: no more than was granted (RFC 6749 section 6)."""
    if not set(asked) <= set(granted):
        raise InvalidScope("The scope is more than was granted.")
    return asked
