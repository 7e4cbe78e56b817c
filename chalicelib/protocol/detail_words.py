"""What people read of an authorization detail before they agree to it. RFC 9396 sections 2 and 13.

The words are the resource's: "Pay {amount.value} {amount.currency} to {creditorName}". What the
client has filled in is kept apart from them, piece by piece, and whatever the words do not say is
listed after them: nothing is agreed to unseen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .detail_schema import BadSchema

_PLACE = re.compile(r"\{([^{}]{1,200})\}")
_MISSING = "(not said)"
Schema = Mapping[str, Any]


class Piece(NamedTuple):
    """A part of a sentence; `filled` by the client, or the resource's own words."""

    text: str
    filled: bool


class Line(NamedTuple):
    """A member that the sentence does not say."""

    name: str
    text: str


def check(words: str, schema: Schema) -> None:
    """BadSchema unless every {member} is one of the schema that can be said in a few words."""
    if set(_PLACE.sub("", words)) & set("{}"):
        raise BadSchema("description: a brace is there without the other")
    for name in _PLACE.findall(words):
        found: Schema | None = schema
        for part in name.split("."):
            found = (found or {}).get("properties", {}).get(part)
        if found is None:
            raise BadSchema(f"description: the schema has no {name}")
        if not _is_plain(found):
            raise BadSchema(f"description: {name} is neither a plain value nor a list of such")


def sentence(words: str, detail: Mapping[str, Any]) -> list[Piece]:
    """The words with what is asked for in their places."""
    pieces = []
    for position, text in enumerate(_PLACE.split(words)):
        if position % 2:
            pieces.append(Piece(_said(_at(detail, text)), filled=True))
        elif text:
            pieces.append(Piece(text, filled=False))
    return pieces


def rest(words: str, detail: Mapping[str, Any], schema: Schema) -> list[Line]:
    """Every member that the words do not say, under its title or its name."""
    said = {tuple(name.split(".")) for name in _PLACE.findall(words)}
    members = {name: value for name, value in detail.items() if name != "type"}
    return [line for path, line in _lines(members, schema) if path not in said]


def _lines(
    value: Any, schema: Schema, path: tuple[str | int, ...] = (), label: str = ""
) -> Iterator[tuple[tuple[str | int, ...], Line]]:
    if isinstance(value, dict) and value:
        for name, member in value.items():
            below = schema["properties"][name]
            called = f"{label} {below.get('title', name)}".strip()
            yield from _lines(member, below, (*path, name), called)
    elif isinstance(value, list) and value and not _is_plain(schema):
        for number, member in enumerate(value, 1):
            yield from _lines(member, schema["items"], (*path, number), f"{label} {number}")
    else:
        yield path, Line(label, _said(value))


def _is_plain(schema: Schema) -> bool:
    if schema["type"] == "array":
        return schema["items"]["type"] not in ("array", "object")
    return bool(schema["type"] != "object")


def _at(detail: Mapping[str, Any], name: str) -> Any:
    found: Any = detail
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _said(value: Any) -> str:
    if value is None:
        return _MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value or "(empty)"
    if isinstance(value, list):
        return ", ".join(_said(member) for member in value) or "(none)"
    return "(nothing in it)" if isinstance(value, Mapping) else json.dumps(value)
