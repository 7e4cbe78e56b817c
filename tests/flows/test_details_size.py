"""Authorization details have an end: in tokens, in the table, in what KMS signs. RFC 9396 12.

docs/decisions/0037-rich-authorization-requests.md has the arithmetic.
"""

from __future__ import annotations

import json

import pytest

from tests.flows.bad_details import sized
from tests.flows.rich import carried, define, granted
from tests.world import World

MOST = json.loads(sized(2048))


@pytest.fixture(autouse=True)
def _defined(world: World) -> None:
    define(world)


def test_a_token_with_the_most_stays_below_4_kib(world: World) -> None:
    """With a user, every scope, a sign-in and RS256, whose signature is the longest."""
    given = granted(world, *MOST, scope="openid offline_access read write")
    assert carried(given) == MOST
    assert len(given["access_token"]) <= 4096


def test_what_is_signed_is_short_enough_for_every_algorithm(world: World) -> None:
    """KMS takes 4096 bytes of a message that it hashes itself, as it does for Ed25519."""
    given = granted(world, *MOST, scope="openid offline_access read write")
    signing_input, _, _ = given["access_token"].rpartition(".")
    assert len(signing_input) <= 4096 - 128


def test_the_items_stay_small(world: World) -> None:
    """Far from the 400 KB of an item of DynamoDB, and a few write units each."""
    granted(world, *MOST)
    for item in world.items():
        if item["t"]["S"] in ("grant", "request"):
            assert len(json.dumps(item)) <= 8 * 1024
