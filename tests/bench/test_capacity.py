"""Capacity units, by the rules of the DynamoDB developer guide, "Read and write operations"."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.capacity import item_size, read_units, write_units
from bench.cloud import ROOT


def of_size(size: int) -> dict[str, Any]:
    """An item of so many bytes."""
    return {"a": {"S": "-" * (size - 1)}}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "é"}, 2),
        ({"B": "AAAA"}, 3),
        ({"BOOL": True}, 1),
        ({"N": "1234"}, 4),
        ({"L": []}, 3),
        ({"L": [{"S": "ab"}]}, 3 + 1 + 2),
        ({"M": {"k": {"S": "ab"}}}, 3 + 1 + 1 + 2),
    ],
    ids=str,
)
def test_a_value_has_its_size(value: dict[str, Any], size: int) -> None:
    """Beside the name, which counts as well."""
    assert item_size({"name": value}) == 4 + size


@pytest.mark.parametrize(
    ("size", "strong", "units"),
    [(1, True, 1), (4096, True, 1), (4097, True, 2), (4096, False, 0.5), (4097, False, 1)],
)
def test_a_read_is_charged_by_four_kibibytes(size: int, strong: bool, units: float) -> None:
    """An eventual one at half the price."""
    asked = {"ConsistentRead": strong}
    assert read_units("GetItem", asked, {"Item": of_size(size)}) == units


def test_what_is_absent_is_charged() -> None:
    """Like a small item."""
    assert read_units("GetItem", {"ConsistentRead": True}, {}) == 1


def test_a_batch_is_charged_item_by_item() -> None:
    """Each rounded up by itself: one of 5 KiB, a small one, and one that is absent."""
    asked = {"RequestItems": {"t": {"Keys": [{}, {}, {}], "ConsistentRead": True}}}
    said = {"Responses": {"t": [of_size(5000), of_size(10)]}}
    assert read_units("BatchGetItem", asked, said) == 2 + 1 + 1


def test_a_query_is_charged_as_a_whole() -> None:
    """Its items are added up before they are rounded."""
    said = {"Items": [of_size(3000), of_size(3000)]}
    assert read_units("Query", {"ConsistentRead": True}, said) == 2


@pytest.mark.parametrize(
    ("asked", "said", "units"),
    [
        ({"Item": of_size(1024)}, {}, 1),
        ({"Item": of_size(1025)}, {}, 2),
        ({}, {"Attributes": of_size(2000)}, 2),
        ({"Item": of_size(10)}, {"Item": of_size(3000)}, 3),
        ({}, {}, 1),
    ],
    ids=["a kibibyte", "one byte more", "an update", "refused, the item is larger", "a delete"],
)
def test_a_write_is_charged_by_the_kibibyte(
    asked: dict[str, Any], said: dict[str, Any], units: float
) -> None:
    """Of the larger of what was there and what is."""
    assert write_units("PutItem", asked, said) == units


def test_a_signature_is_no_unit_of_the_table() -> None:
    """KMS has its own price."""
    assert read_units("Sign", {}, {}) == write_units("Sign", {}, {}) == 0


def test_every_price_has_a_source() -> None:
    """And the table a date."""
    table = json.loads((ROOT / "bench/prices.json").read_text())
    assert table["collected"] >= "2026-11-22"
    for entry in table["prices"].values():
        assert entry["price"] > 0
        assert entry["source"]
