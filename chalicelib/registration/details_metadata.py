"""The types of authorization details that a resource defines. RFC 9396 sections 2 and 10."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..protocol import detail_schema, detail_words, scope
from . import InvalidMetadata

MOST_TYPES = 20
MOST_WORDS = 200
MOST_BYTES = 32 * 1024  # of all of them: they are read with the resource

NAME = "authorization_details_types"
_NO_MEMBERS: Mapping[str, Any] = {"type": "object"}
# RFC 9396 section 2.2: what these are is the same in every type.
_LISTS = ("locations", "actions", "datatypes", "privileges")
_COMMON = {"identifier": "string", **dict.fromkeys(_LISTS, "array")}


def read(value: Any) -> Mapping[str, Mapping[str, str]] | None:
    """The types as they are stored; InvalidMetadata. None where there are none."""
    if value is None or value == {}:
        return None
    if not isinstance(value, dict) or len(value) > MOST_TYPES:
        raise InvalidMetadata(f"{NAME}: must be an object of at most {MOST_TYPES} types")
    types = {name: _type(name, described) for name, described in value.items()}
    if len(json.dumps(types)) > MOST_BYTES:
        raise InvalidMetadata(f"{NAME}: larger than {MOST_BYTES} bytes together")
    return types


def write(types: Mapping[str, Mapping[str, str]]) -> dict[str, object]:
    """The types as they were registered."""
    return {
        name: {"description": stored["w"], "schema": json.loads(stored["s"])}
        for name, stored in types.items()
    }


def _type(name: str, described: Any) -> dict[str, str]:
    if not scope.is_token(name):
        raise InvalidMetadata(f"{NAME}: {name!r} cannot be a type: 1 to 128 visible characters")
    if not isinstance(described, dict) or set(described) - {"description", "schema"}:
        raise InvalidMetadata(f"{NAME}: {name} must be an object of description and schema")
    words, schema = described.get("description"), described.get("schema", _NO_MEMBERS)
    if not isinstance(words, str) or not 1 <= len(words) <= MOST_WORDS or not words.isprintable():
        raise InvalidMetadata(
            f"{NAME}: {name} needs a description of 1 to {MOST_WORDS} printable characters"
        )
    try:
        detail_schema.check_schema(schema)
        _check_top(schema)
        detail_words.check(words, schema)
    except detail_schema.BadSchema as problem:
        raise InvalidMetadata(f"{NAME}: {name}: {problem}") from None
    return {"w": words, "s": json.dumps(schema, separators=(",", ":"))}


def _check_top(schema: Mapping[str, Any]) -> None:
    """The object itself: its type is said, and the members that all types share are as they are."""
    if schema["type"] != "object":
        raise detail_schema.BadSchema("schema: its type must be object")
    properties = schema.get("properties", {})
    if "type" in properties:
        raise detail_schema.BadSchema("schema: the member type is there without being described")
    for name, kind in _COMMON.items():
        described = properties.get(name, {"type": kind, "items": {"type": "string"}})
        of_texts = kind != "array" or described.get("items", {}).get("type") == "string"
        if described["type"] != kind or not of_texts:
            what = "a list of texts" if kind == "array" else "a text"
            raise detail_schema.BadSchema(f"schema: {name} is {what}")
