"""Readers of metadata that several kinds of it need: each gives the value or InvalidMetadata."""

from __future__ import annotations

from typing import Any

from . import InvalidMetadata


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
