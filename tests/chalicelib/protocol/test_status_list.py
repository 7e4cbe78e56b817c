"""Places in token status lists, and how a list is written. draft-ietf-oauth-status-list-21."""

from __future__ import annotations

import tracemalloc
import zlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.encoding import from_base64url
from chalicelib.protocol import status_list
from chalicelib.protocol.status_list import SIZE
from tests import vectors

VECTORS = vectors.load("status_list")
SALT = bytes(32)
OF_ONE_BIT = [one for one in VECTORS["large"] if one["bits"] == 1]


@pytest.mark.parametrize("vector", OF_ONE_BIT)
def test_a_list_is_written_as_the_draft_writes_it(vector: dict[str, Any]) -> None:
    """Appendix C.1, character by character."""
    revoked = [index for index, _ in vector["set"]]
    assert status_list.encode(revoked, vector["size"]) == vector["lst"]


def test_bits_are_counted_from_the_least_significant() -> None:
    """Section 4.1, the first example."""
    (vector,) = (one for one in VECTORS["small"] if one["bits"] == 1)
    revoked = [index for index, status in enumerate(vector["statuses"]) if status]
    assert status_list.encode(revoked, 16) == vector["lst"]
    assert zlib.decompress(from_base64url(vector["lst"])).hex() == vector["bytes"]


@pytest.mark.parametrize("in_list", [7])
def test_every_number_of_a_list_has_a_place_of_its_own(in_list: int) -> None:
    """All 1,048,576 of them, and none of them in another list."""
    first = in_list * SIZE
    seen = bytearray(SIZE)
    for number in range(first, first + SIZE):
        found, index = status_list.split(status_list.position(number, SALT))
        assert found == in_list
        seen[index] += 1
    assert seen == bytes([1]) * SIZE


def test_places_do_not_follow_one_another() -> None:
    """Nobody sees from an index when a token was issued, or next to which: section 12.5.2."""
    places = [status_list.position(number, SALT) for number in range(2000)]
    steps = [abs(after - before) for before, after in pairwise(places)]
    assert sum(step < SIZE // 100 for step in steps) < 100  # about 40 by chance


def test_the_order_is_the_stages_own() -> None:
    """It hangs on the salt, and on the list."""
    mine = [status_list.position(number, SALT) for number in range(100)]
    others = [status_list.position(number, b"x" * 32) for number in range(100)]
    next_list = [status_list.position(SIZE + number, SALT) - SIZE for number in range(100)]
    assert sum(a == b for a, b in zip(mine, others, strict=True)) < 3
    assert sum(a == b for a, b in zip(mine, next_list, strict=True)) < 3


@given(st.sets(st.integers(0, 799), max_size=100))
def test_what_is_written_is_what_is_read(revoked: set[int]) -> None:
    """Every bit, and no other."""
    bits = zlib.decompress(from_base64url(status_list.encode(revoked, 800)))
    assert {index for index in range(800) if bits[index // 8] >> index % 8 & 1} == revoked


@given(st.integers(0, 10**8), st.sampled_from(["RS256", "ES256", "PS256", "Ed25519", "EdDSA"]))
def test_a_reference_leads_back_to_its_place(number: int, alg: str) -> None:
    """By the URI and the index in the token."""
    place = status_list.position(number, SALT)
    told = status_list.reference("https://id.example.com/status-lists/", place, alg)
    assert status_list.place_of(told) == place


@pytest.mark.parametrize(
    "name",
    [
        *("", "0", "-RS256", "0-", "00-RS256", "01-RS256", "-1-RS256", "0-RS256 ", "0-rs256"),
        *("0-none", "0-HS256", "0-RS256-RS256", "1234567890-RS256", "٠-RS256", "0-RS256\n"),
    ],
)
def test_a_list_has_one_name(name: str) -> None:
    """And no other spelling of it is looked up."""
    assert status_list.read_name(name) is None


def test_the_worst_list_fits_into_what_verifiers_take() -> None:
    """Half of it revoked, at random: nothing is won by compression."""
    import random

    drawn = random.Random(1)
    lst = status_list.encode(index for index in range(SIZE) if drawn.random() < 0.5)
    assert len(lst) * 4 / 3 < 240_000


def test_a_hundred_thousand_are_written_in_bounded_memory() -> None:
    """The bits, twice in base64; not what they were read from."""
    tracemalloc.start()
    lst = status_list.encode(index for index in range(0, SIZE, 10))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(byte.bit_count() for byte in zlib.decompress(from_base64url(lst))) == 104_858
    assert peak < 2 * 1024 * 1024
