"""Capacity units of a call to DynamoDB, by its documented rules: a strong read is a unit for each
4 KiB of an item, an eventual one half; a write is one for each KiB of the item, before or after.

The emulator does not tell them of a BatchGetItem, so they are computed for every call.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

READ, WRITE = 4096, 1024
# Of a list or map, and of each element of one.
_DOCUMENT, _ELEMENT = 3, 1

Item = Mapping[str, Mapping[str, Any]]


def read_units(action: str, asked: Mapping[str, Any], said: Mapping[str, Any]) -> float:
    """Read units of a call; an item that is absent costs one unit like a small one."""
    if action == "BatchGetItem":
        return sum(
            _reads(said["Responses"].get(table, ()), len(wanted["Keys"]), wanted)
            for table, wanted in asked["RequestItems"].items()
        )
    if action == "GetItem":
        return _reads([said["Item"]] if said.get("Item") else [], 1, asked)
    if action == "Query":
        whole = math.ceil(sum(map(item_size, said["Items"])) / READ) or 1
        return whole if asked.get("ConsistentRead") else whole / 2
    return 0


def write_units(action: str, asked: Mapping[str, Any], said: Mapping[str, Any]) -> float:
    """Write units of a call, also of one whose condition failed."""
    if action not in ("PutItem", "UpdateItem", "DeleteItem"):
        return 0
    known = [asked.get("Item"), said.get("Attributes"), said.get("Item")]
    return max(math.ceil(item_size(item) / WRITE) for item in [*filter(None, known), {}]) or 1


def item_size(item: Item) -> int:
    """Bytes of an item: names and values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _reads(found: Any, asked: int, call: Mapping[str, Any]) -> float:
    units = sum(math.ceil(item_size(item) / READ) for item in found) + asked - len(found)
    return units if call.get("ConsistentRead") else units / 2


def _value_size(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(base64.b64decode(content))
        case "N":
            return len(content.strip("-0.")) // 2 + 2
        case "L":
            return _DOCUMENT + sum(_ELEMENT + _value_size(one) for one in content)
        case "M":
            return _DOCUMENT + len(content) * _ELEMENT + item_size(content)
        case _:
            return 1  # BOOL and NULL
