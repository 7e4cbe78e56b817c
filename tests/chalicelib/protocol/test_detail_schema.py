"""The subset of JSON Schema: what may be registered, and that a check always ends in our own words.

What good and bad values are refused by is in tests/flows/bad_details.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.protocol import detail_schema
from chalicelib.protocol.detail_schema import BadSchema, Unfit
from tests.flows.rich import ACCOUNT_TYPE, PAYMENT_TYPE, TEXT


def nested(depth: int) -> dict[str, Any]:
    """Lists in lists."""
    return {"type": "array", "items": nested(depth - 1)} if depth else {"type": "string"}


GOOD: dict[str, dict[str, Any]] = {
    "payment": PAYMENT_TYPE["schema"],
    "account": ACCOUNT_TYPE["schema"],
    "nothing in it": {"type": "object"},
    "closed, in words": {"type": "object", "additionalProperties": False},
    "with notes": {"type": "string", "title": "Name", "description": "Of whom is paid"},
    "a fixed text": {"type": "string", "const": "x"},
    "a fixed truth": {"type": "boolean", "const": True},
    "numbers to choose from": {"type": "number", "enum": [0.5, 1]},
    "six deep": nested(6),
}
BAD: dict[str, Any] = {
    "no object": [],
    "true": True,
    "no type": {},
    "an unknown type": {"type": "null"},
    "two types": {"type": ["string", "integer"]},
    "a pattern": {"type": "string", "pattern": "(a+)+$"},
    "a format": {"type": "string", "format": "date"},
    "a reference": {"type": "object", "$ref": "#"},
    "definitions": {"type": "object", "$defs": {}},
    "a choice of schemas": {"type": "object", "oneOf": []},
    "a condition": {"type": "object", "if": {}},
    "names by a pattern": {"type": "object", "patternProperties": {}},
    "open": {"type": "object", "additionalProperties": True},
    "open to some": {"type": "object", "additionalProperties": {"type": "string"}},
    "a keyword of another type": {"type": "string", "minimum": 1},
    "a misspelt keyword": {"type": "string", "maxlength": 1},
    "properties that are a list": {"type": "object", "properties": []},
    "51 properties": {"type": "object", "properties": {f"n{n}": TEXT for n in range(51)}},
    "a name without letters": {"type": "object", "properties": {"": TEXT}},
    "a name that nobody sees": {"type": "object", "properties": {"a\u200b": TEXT}},
    "a bad schema inside": {"type": "object", "properties": {"a": {"type": "text"}}},
    "required that is unknown": {"type": "object", "required": ["a"]},
    "required that is a text": {"type": "object", "properties": {"a": TEXT}, "required": "a"},
    "required that is a number": {"type": "object", "required": [1]},
    "a list of anything": {"type": "array"},
    "a list of a list of schemas": {"type": "array", "items": [TEXT]},
    "a length below zero": {"type": "string", "minLength": -1},
    "a length that is a text": {"type": "string", "maxLength": "1"},
    "a length that is true": {"type": "string", "maxLength": True},
    "a bound that is a text": {"type": "number", "minimum": "1"},
    "a bound without an end": {"type": "number", "maximum": 2**60},
    "a const of another type": {"type": "string", "const": 1},
    "an enum of another type": {"type": "integer", "enum": [1, "2"]},
    "an enum of true for 1": {"type": "integer", "enum": [True]},
    "an enum of nothing": {"type": "string", "enum": []},
    "an enum that is a text": {"type": "string", "enum": "abc"},
    "an enum of 101": {"type": "integer", "enum": list(range(101))},
    "a note that is too long": {"type": "string", "title": "x" * 201},
    "a note that breaks the line": {"type": "string", "description": "a\nb"},
    "seven deep": nested(7),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_may_be_registered(name: str) -> None:
    """Every keyword that is offered, where it belongs."""
    detail_schema.check_schema(GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_what_may_not_be_registered(name: str) -> None:
    """Nothing is left out in silence: a rule that is not enforced would be relied on."""
    with pytest.raises(BadSchema, match=r"^schema"):
        detail_schema.check_schema(BAD[name])


def test_a_whole_number_is_written_as_one() -> None:
    """JSON Schema takes 1.0 for one; whoever reads the token may not."""
    with pytest.raises(Unfit):
        detail_schema.check(1.0, {"type": "integer"})


@pytest.mark.parametrize(("value", "fits"), [(1, True), (True, False), ("1", False), (1.0, True)])
def test_choices_are_compared_as_json(value: object, *, fits: bool) -> None:
    """True is not 1, and 1.0 is."""
    schema = {"type": "number", "enum": [1]}
    if fits:
        detail_schema.check(value, schema)
        return
    with pytest.raises(Unfit):
        detail_schema.check(value, schema)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
PROPERTIES = st.sampled_from(sorted(PAYMENT_TYPE["schema"]["properties"]))


@given(ANYTHING | st.dictionaries(PROPERTIES, ANYTHING))
def test_no_value_makes_another_error(value: object) -> None:
    """Whatever a stranger sends: it fits, or it is Unfit."""
    try:
        detail_schema.check(value, PAYMENT_TYPE["schema"])
    except Unfit:
        return
    assert isinstance(value, dict)
    assert {"instructedAmount", "creditorName"} <= value.keys()


@given(ANYTHING | st.dictionaries(st.sampled_from(["type", "properties", "enum"]), ANYTHING))
def test_no_schema_makes_another_error(schema: object) -> None:
    """Whatever an operator registers: it is one of ours, or a BadSchema."""
    try:
        detail_schema.check_schema(schema)
    except BadSchema:
        return
    assert json.loads(json.dumps(schema)) == schema
