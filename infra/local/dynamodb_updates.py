"""A plain UpdateExpression told as AttributeUpdates, the older form that means the same.

moto checks an expression anew at each call, by ten walks over its tree, which costs more than the
rest of the call. What it checks depends on the expression, its names and the kinds of its values:
what it has once carried out may be told in the older form from then on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_CLAUSE = r"#?[A-Za-z]\w* ?=? :\w+"
_PLAIN = re.compile(rf"(?:SET (?P<set>{_CLAUSE}(?:, {_CLAUSE})*))?(?: ?ADD (?P<add>{_CLAUSE}))?")
_PAIR = re.compile(r"(#?[A-Za-z]\w*) ?=? (:\w+)")
_PLACEHOLDER = re.compile(r"[#:]\w+")
# moto's older form takes the other kinds for strings or lists.
_KINDS = {"PUT": {"L", "M", "N", "S", "SS"}, "ADD": {"N"}}


def checked_by(asked: Mapping[str, Any]) -> tuple[str, ...]:
    """What moto's checks of an UpdateItem depend on."""
    names = asked.get("ExpressionAttributeNames") or {}
    values = asked.get("ExpressionAttributeValues") or {}
    return (
        asked.get("UpdateExpression") or "",
        *(f"{name}={names[name]}" for name in sorted(names)),
        *(f"{name}={'/'.join(values[name])}" for name in sorted(values)),
    )


def told_plainly(asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same UpdateItem with AttributeUpdates; None when they cannot say it."""
    plain = _PLAIN.fullmatch(asked.get("UpdateExpression") or "")
    if plain is None:
        return None
    names = asked.get("ExpressionAttributeNames") or {}
    values = asked.get("ExpressionAttributeValues") or {}
    updates: dict[str, Any] = {}
    for action, clauses in (("PUT", plain["set"]), ("ADD", plain["add"])):
        for name, value in _PAIR.findall(clauses or ""):
            if not values[value].keys() <= _KINDS[action]:
                return None
            updates[names.get(name, name)] = {"Action": action, "Value": values[value]}
    condition = set(_PLACEHOLDER.findall(asked.get("ConditionExpression") or ""))
    told = {name: value for name, value in asked.items() if name != "UpdateExpression"}
    # What only the update used would be refused as unused.
    for member, placed in (
        ("ExpressionAttributeNames", names),
        ("ExpressionAttributeValues", values),
    ):
        told[member] = {name: value for name, value in placed.items() if name in condition}
        if not told[member]:
            del told[member]
    return {**told, "AttributeUpdates": updates}
