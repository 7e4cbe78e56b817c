"""JSON objects of strangers: no member twice, no NaN, no great depth. RFC 8259."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

MOST_BRACKETS = 500


def read_object(text: str) -> dict[str, Any]:
    """The object in a text whose length was checked before; ValueError for anything else."""
    if text.count("[") + text.count("{") > MOST_BRACKETS:
        raise ValueError("too deep")
    try:
        document = json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constants,
            parse_float=_finite,
        )
    except RecursionError:
        # The caller's own stack was nearly full.
        raise ValueError("too deep") from None
    if not isinstance(document, dict):
        raise ValueError("not a JSON object")
    if "\\u" in text:
        # Half of a surrogate pair is no character, and would fail wherever it is written again.
        json.dumps(document, ensure_ascii=False).encode()
    return document


def read(text: str) -> Any:
    """Any value, in a text whose length was checked before; ValueError where it is not strict."""
    try:
        return json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constants)
    except RecursionError:
        raise ValueError("too deep") from None


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
