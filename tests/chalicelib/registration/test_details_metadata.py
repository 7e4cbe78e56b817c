"""Types of authorization details as resources register them, and clients. RFC 9396 section 10."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.registration import InvalidMetadata, client_metadata, resource_metadata
from tests.flows.rich import ACCOUNT_TYPE, API, PAYMENT_TYPE, TYPES

TYPE: dict[str, Any] = {"description": "Do it"}


def resource(types: object) -> dict[str, Any]:
    """A resource that defines them."""
    return {"resource": API, "scopes": {"read": "Read"}, "authorization_details_types": types}


def with_property(name: str, schema: object) -> dict[str, Any]:
    """A type with one member."""
    return {"t": {**TYPE, "schema": {"type": "object", "properties": {name: schema}}}}


def test_what_is_read_is_written() -> None:
    """As it was registered; an update starts from there."""
    read = resource_metadata.read(resource(TYPES))
    assert resource_metadata.write(read)["authorization_details_types"] == TYPES
    assert resource_metadata.read(resource_metadata.write(read)) == read


def test_a_type_may_have_no_members() -> None:
    """Then it is all that an object of it says."""
    read = resource_metadata.read(resource({"t": TYPE}))
    written = resource_metadata.write(read)["authorization_details_types"]
    assert written == {"t": {**TYPE, "schema": {"type": "object"}}}


@pytest.mark.parametrize("types", [None, {}])
def test_none_is_nothing(types: object) -> None:
    """And is not written."""
    read = resource_metadata.read(resource(types))
    assert read.authorization_details_types is None
    assert "authorization_details_types" not in resource_metadata.write(read)


@pytest.mark.parametrize("name", ["payment_initiation", "https://scheme.example.org/f", "x" * 128])
def test_names_of_types(name: str) -> None:
    """RFC 9396 section 2.1: words of one server, or URIs."""
    assert resource_metadata.read(resource({name: TYPE})).authorization_details_types


@pytest.mark.parametrize(
    "types",
    [
        [],
        "payment",
        {"": TYPE},
        {"a b": TYPE},
        {'a"b': TYPE},
        {"é": TYPE},
        {"x" * 129: TYPE},
        {"t": None},
        {"t": "Do it"},
        {"t": {}},
        {"t": {**TYPE, "title": "x"}},
        {"t": {"description": ""}},
        {"t": {"description": 1}},
        {"t": {"description": "x" * 201}},
        {"t": {"description": "a\nb"}},
        {"t": {"description": "{a}"}},
        {"t": {**TYPE, "schema": None}},
        {"t": {**TYPE, "schema": {"type": "array", "items": {"type": "string"}}}},
        {"t": {**TYPE, "schema": {"type": "object", "pattern": "x"}}},
        with_property("type", {"type": "string"}),
        with_property("locations", {"type": "string"}),
        with_property("actions", {"type": "array", "items": {"type": "integer"}}),
        with_property("privileges", {"type": "object"}),
        with_property("identifier", {"type": "integer"}),
        {f"t{number}": TYPE for number in range(21)},
        {
            f"t{number}": PAYMENT_TYPE
            | {
                "schema": {
                    "type": "object",
                    "properties": {
                        f"{'n' * 90}{one}": {"type": "string", "description": "x" * 200}
                        for one in range(10)
                    },
                }
            }
            | TYPE
            for number in range(20)
        },
    ],
    ids=lambda types: repr(types)[:60],
)
def test_what_may_not_be_registered(types: object) -> None:
    """In words that name the member."""
    with pytest.raises(InvalidMetadata, match=r"^authorization_details_types: "):
        resource_metadata.read(resource(types))


def client(**members: object) -> dict[str, Any]:
    """A client of the code flow."""
    return {"redirect_uris": ["https://app.example.com/cb"], **members}


@pytest.mark.parametrize("types", [["payment_initiation", "https://a.example/t"], []])
def test_a_client_names_its_types(types: list[str]) -> None:
    """An empty list is none, and left out it would be any."""
    read = client_metadata.read(client(authorization_details_types=types), "c", 0)
    assert read.authorization_details_types == tuple(types)
    assert client_metadata.write(read)["authorization_details_types"] == types


def test_a_client_need_not_name_them() -> None:
    """As with scopes."""
    read = client_metadata.read(client(), "c", 0)
    assert read.authorization_details_types is None
    assert "authorization_details_types" not in client_metadata.write(read)


@pytest.mark.parametrize("types", ["payment", [1], ["a b"], [""], {"payment": ACCOUNT_TYPE}])
def test_a_client_names_them_in_a_list(types: object) -> None:
    """Of names that types can have."""
    with pytest.raises(InvalidMetadata, match=r"^authorization_details_types: "):
        client_metadata.read(client(authorization_details_types=types), "c", 0)
