"""DynamoDB's attribute values, against boto3's own serializer."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.attribute_values import decode, decode_item, encode, encode_item

texts = st.text(st.characters(codec="utf-8"), max_size=8)
# 38 digits is what a Number holds.
scalars = texts | st.integers(-(10**37), 10**37) | st.booleans() | st.binary(max_size=8)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=8,
)


def typed(value: Any) -> Any:
    """The value with its types shown: True equals 1 to Python, and not to DynamoDB."""
    if isinstance(value, tuple):
        return [typed(member) for member in value]
    if isinstance(value, dict):
        return {name: typed(member) for name, member in value.items()}
    return type(value).__name__, value


def on_the_wire(attribute: Any) -> Any:
    """boto3 keeps bytes; on the wire they are base64."""
    ((kind, value),) = attribute.items()
    if kind == "B":
        return {"B": base64.b64encode(value).decode()}
    if kind == "L":
        return {"L": [on_the_wire(member) for member in value]}
    if kind == "M":
        return {"M": {name: on_the_wire(member) for name, member in value.items()}}
    return attribute


@given(values)
def test_a_value_comes_back(value: Any) -> None:
    """With its type."""
    assert typed(decode(encode(value))) == typed(value)


@given(values)
def test_boto3_writes_the_same(value: Any) -> None:
    """Attribute by attribute."""
    plain = [*value] if isinstance(value, tuple) else value
    assert encode(value) == on_the_wire(TypeSerializer().serialize(plain))


@given(st.dictionaries(texts, scalars.filter(lambda value: not isinstance(value, bytes))))
def test_boto3_reads_the_same(item: dict[str, Any]) -> None:
    """What this server wrote can be read by any tool."""
    stored = encode_item(item)
    read = {name: TypeDeserializer().deserialize(value) for name, value in stored.items()}
    assert read == item == decode_item(stored)


@pytest.mark.parametrize("attribute", [{"NULL": True}, {"SS": ["a"]}, {"NS": ["1"]}, {"X": 1}])
def test_a_type_that_is_never_written_is_not_read(attribute: dict[str, Any]) -> None:
    """Somebody else wrote it, or a later version: better to stop than to guess."""
    with pytest.raises(ValueError, match="an attribute of type"):
        decode(attribute)


@pytest.mark.parametrize("value", [None, 1.5, object()])
def test_a_value_without_a_type_is_not_written(value: Any) -> None:
    """Floats and null have no place in a record."""
    with pytest.raises(TypeError):
        encode(value)
