"""JSON of strangers: no member twice, no NaN, no endless number, no great depth: RFC 8259.

Some versions of Python read any depth, and then fail where the document is used.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

MOST_BRACKETS = 256


def read_object(text: str, *, most_brackets: int = MOST_BRACKETS) -> dict[str, Any]:
    """The object in a text whose length was checked before; ValueError for anything else."""
    document = _read(text, most_brackets)
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")
    return document


def read_list(text: str, *, most_brackets: int = MOST_BRACKETS) -> list[Any]:
    """The list in a text whose length was checked before; ValueError for anything else."""
    document = _read(text, most_brackets)
    if not isinstance(document, list):
        raise ValueError("not a JSON array")
    return document


def _read(text: str, most_brackets: int) -> Any:
    if text.count("[") + text.count("{") > most_brackets:
        raise ValueError("too deep")
    return json.loads(
        text,
        object_pairs_hook=_no_duplicates,
        parse_constant=_no_constants,
        parse_float=_finite,
    )


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a member stands twice")
    return document


def _no_constants(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number without an end")
    return number
