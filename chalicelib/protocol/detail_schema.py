"""The part of JSON Schema that types of authorization details are described in. RFC 9396 section 2.

A subset on purpose, and a strict one (docs/decisions/0037): no reference, no pattern, no choice
between schemas, so a check takes as long as the value is and nothing is run that somebody wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

MOST_DEPTH = 6
MOST_PROPERTIES = 50
MOST_CHOICES = 100
MOST_NAME = 100
# RFC 7493 section 2.2: beyond it, two programs may read two numbers.
LARGEST = 2**53 - 1

_NUMBERS = ("minimum", "maximum")
_KEYWORDS: Mapping[str, tuple[str, ...]] = {
    "object": ("properties", "required", "additionalProperties"),
    "array": ("items", "minItems", "maxItems"),
    "string": ("minLength", "maxLength", "enum", "const"),
    "integer": (*_NUMBERS, "enum", "const"),
    "number": (*_NUMBERS, "enum", "const"),
    "boolean": ("const",),
}
_COMMON = ("type", "title", "description")
_CALLED = {
    "object": "an object",
    "array": "a list",
    "string": "a text of printable characters",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


class BadSchema(ValueError):
    """What is registered is no schema of this subset; the message says where and why."""


class Unfit(ValueError):
    """A value is not of its schema; the message says where and why, in the schema's words."""


def check_schema(schema: Any, where: str = "schema", depth: int = 0) -> None:
    """BadSchema unless every keyword is one of ours, and well used."""
    if not isinstance(schema, dict) or depth > MOST_DEPTH:
        raise BadSchema(f"{where}: must be an object, {MOST_DEPTH} deep at most")
    kind = schema.get("type")
    if not isinstance(kind, str) or kind not in _KEYWORDS:
        raise BadSchema(f"{where}: its type must be one of {', '.join(_KEYWORDS)}")
    for name, value in schema.items():
        if name not in (*_COMMON, *_KEYWORDS[kind]):
            raise BadSchema(f"{where}: {name} is not offered for type {kind}")
        _READERS[name](value, schema, f"{where}.{name}", depth)
    if kind == "array" and "items" not in schema:
        raise BadSchema(f"{where}: a list needs items")


def check(value: Any, schema: Mapping[str, Any], where: str = "") -> None:
    """Unfit unless the value is of this schema, which `check_schema` has seen."""
    kind = schema["type"]
    if not _is_of(kind, value):
        raise Unfit(f"{where or 'it'} is not {_CALLED[kind]}")
    if "const" in schema and not _same(value, schema["const"]):
        raise Unfit(f"{where} is not the one that it must be")
    if "enum" in schema and not any(_same(value, choice) for choice in schema["enum"]):
        raise Unfit(f"{where} is none of those that it may be")
    if kind == "object":
        _check_object(value, schema, where)
    elif kind == "array":
        _check_size(len(value), schema, "Items", where)
        for position, member in enumerate(value):
            check(member, schema["items"], f"{where}[{position}]")
    elif kind == "string":
        _check_size(len(value), schema, "Length", where)
    elif kind != "boolean" and not (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
    ):
        raise Unfit(f"{where} is too small or too large")


def _check_object(value: Mapping[str, Any], schema: Mapping[str, Any], where: str) -> None:
    known = schema.get("properties", {})
    # Whoever adds a member that nobody knows may mean to limit what is asked for.
    if not value.keys() <= known.keys():
        raise Unfit(f"{where or 'it'} has a member that its type does not know")
    for name in schema.get("required", ()):
        if name not in value:
            raise Unfit(f"{_below(where, name)} is missing")
    for name, member in value.items():
        check(member, known[name], _below(where, name))


def _check_size(size: int, schema: Mapping[str, Any], of: str, where: str) -> None:
    if not schema.get(f"min{of}", 0) <= size <= schema.get(f"max{of}", size):
        raise Unfit(f"{where} is too short or too long")


def _is_of(kind: str, value: Any) -> bool:
    if kind == "object":
        return isinstance(value, dict)
    if kind == "array":
        return isinstance(value, list)
    if kind == "string":
        # What cannot be seen cannot be agreed to: no controls, no half characters, no marks that
        # turn the direction of what follows.
        return isinstance(value, str) and value.isprintable()
    if kind == "boolean" or isinstance(value, bool):
        return kind == "boolean" and isinstance(value, bool)
    if not isinstance(value, int | float) or abs(value) > LARGEST:
        return False
    return kind == "number" or isinstance(value, int)


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _note(value: Any, schema: Mapping[str, Any], where: str, depth: int) -> None:
    if not isinstance(value, str) or len(value) > 200 or not value.isprintable():
        raise BadSchema(f"{where}: must be a text of at most 200 printable characters")


def _properties(value: Any, schema: Mapping[str, Any], where: str, depth: int) -> None:
    if not isinstance(value, dict) or len(value) > MOST_PROPERTIES:
        raise BadSchema(f"{where}: must be an object of at most {MOST_PROPERTIES} members")
    for name, member in value.items():
        if not 1 <= len(name) <= MOST_NAME or not name.isprintable():
            raise BadSchema(f"{where}: a name must be 1 to {MOST_NAME} printable characters")
        check_schema(member, f"{where}.{name}", depth + 1)


def _required(value: Any, schema: Mapping[str, Any], where: str, depth: int) -> None:
    known = schema.get("properties", {})
    if not isinstance(value, list) or not all(
        isinstance(name, str) and name in known for name in value
    ):
        raise BadSchema(f"{where}: must be a list of names that are in properties")


def _items(value: Any, schema: Mapping[str, Any], where: str, depth: int) -> None:
    check_schema(value, where, depth + 1)


def _closed(value: Any, schema: Mapping[str, Any], where: str, depth: int) -> None:
    if value is not False:
        raise BadSchema(f"{where}: is false here, said or not")


def _size(value: Any, schema: Mapping[str, Any], where: str, depth: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise BadSchema(f"{where}: must be a whole number, zero or more")


def _number(value: Any, schema: Mapping[str, Any], where: str, depth: int) -> None:
    if not _is_of("number", value):
        raise BadSchema(f"{where}: must be a number")


def _const(value: Any, schema: Mapping[str, Any], where: str, depth: int) -> None:
    if not _is_of(schema["type"], value):
        raise BadSchema(f"{where}: must be {_CALLED[schema['type']]}")


def _enum(value: Any, schema: Mapping[str, Any], where: str, depth: int) -> None:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_CHOICES:
        raise BadSchema(f"{where}: must be a list of 1 to {MOST_CHOICES} values")
    for choice in value:
        _const(choice, schema, where, depth)


_READERS: Mapping[str, Callable[[Any, Mapping[str, Any], str, int], None]] = {
    "type": lambda *_: None,
    "title": _note,
    "description": _note,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _closed,
    "items": _items,
    **dict.fromkeys(("minItems", "maxItems", "minLength", "maxLength"), _size),
    **dict.fromkeys(_NUMBERS, _number),
    "const": _const,
    "enum": _enum,
}
