"""Readers of metadata that several kinds of it need: each gives the value or InvalidMetadata."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..protocol import fetchable
from . import InvalidMetadata

_WEB = re.compile(
    r"https://[\x21-\x7e]{1,2000}|http://(127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?(/[\x21-\x7e]*)?"
)


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
