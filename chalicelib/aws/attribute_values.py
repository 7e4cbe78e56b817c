"""DynamoDB's attribute values, to and from plain Python values."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, cast

from ..records.record import Value


def encode(value: Value) -> dict[str, Any]:
    """`"a"` becomes `{"S": "a"}`; a tuple becomes a list, a mapping a map."""
    # bool before int: True is an int to Python.
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bytes):
        return {"B": base64.b64encode(value).decode("ascii")}
    if isinstance(value, Mapping):
        return {"M": encode_item(value)}
    return {"L": [encode(member) for member in value]}


def encode_item(item: Mapping[str, Value]) -> dict[str, Any]:
    """Every attribute of an item."""
    return {name: encode(value) for name, value in item.items()}


def decode(attribute: Mapping[str, Any]) -> Value:
    """What `encode` made; ValueError for a type this server never writes."""
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "BOOL":
            return cast("Value", value)
        case "N":
            return int(value)
        case "B":
            return base64.b64decode(value)
        case "M":
            return decode_item(value)
        case "L":
            return tuple(decode(member) for member in value)
    raise ValueError(f"an attribute of type {kind}")


def decode_item(item: Mapping[str, Any]) -> dict[str, Value]:
    """Every attribute of an item."""
    return {name: decode(attribute) for name, attribute in item.items()}
