"""What a scheduled run has to do with the data keys: a table over their states and ages."""

from __future__ import annotations

import pytest

from chalicelib.protocol.key_schedule import ROTATE_EVERY, Due, due
from chalicelib.protocol.signing_keys import (
    ACTIVE,
    ANNOUNCE,
    DATA_KEY,
    KEEP,
    KMS,
    NEXT,
    RETIRED,
    SigningKey,
)

NOW = 1_800_000_000
NOTHING = Due((), (), ())


def key(state: str, age: int, alg: str = "ES256", mode: str = DATA_KEY) -> SigningKey:
    """A key that has been in its state for so long; named after it."""
    kid = f"{mode} {alg} {state}"
    return SigningKey(kid, "arn", alg, {"alg": alg}, state, 0, NOW - age, mode, b"x")


OLD, YOUNG = key(ACTIVE, ROTATE_EVERY), key(ACTIVE, ROTATE_EVERY - 1)


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ((), NOTHING),
        ((YOUNG,), NOTHING),
        ((OLD,), Due((), (), ("ES256",))),
        ((OLD, key(NEXT, ANNOUNCE - 1)), NOTHING),
        ((OLD, key(NEXT, ANNOUNCE)), Due((), ("ES256",), ())),
        # An operator announced it before its time: the wait is the same.
        ((YOUNG, key(NEXT, ANNOUNCE)), Due((), ("ES256",), ())),
        # The first of its algorithm.
        ((key(NEXT, ANNOUNCE),), Due((), ("ES256",), ())),
        ((YOUNG, key(RETIRED, KEEP - 1)), NOTHING),
        ((YOUNG, key(RETIRED, KEEP)), Due(("kms-data-key ES256 retired",), (), ())),
        ((OLD, key(RETIRED, KEEP)), Due(("kms-data-key ES256 retired",), (), ("ES256",))),
        # Another algorithm's next key is no successor.
        ((OLD, key(NEXT, 0, "RS256")), Due((), (), ("ES256",))),
        # Neither is one inside KMS, and those are nobody's but the operator's.
        ((OLD, key(NEXT, ANNOUNCE, mode=KMS)), Due((), (), ("ES256",))),
        ((key(ACTIVE, 10**9, mode=KMS), key(RETIRED, 10**9, mode=KMS)), NOTHING),
        ((key(ACTIVE, 10**9, mode=KMS), key(NEXT, 10**9, mode=KMS)), NOTHING),
        (
            (OLD, key(ACTIVE, 2 * ROTATE_EVERY, "RS256"), key(NEXT, ANNOUNCE, "Ed25519")),
            Due((), ("Ed25519",), ("ES256", "RS256")),
        ),
    ],
)
def test_what_is_due(keys: tuple[SigningKey, ...], what: Due) -> None:
    """To the second, for each algorithm by itself."""
    assert due(keys, NOW) == what
    assert bool(what) == (what != NOTHING)


def test_the_time_between_rotations_can_be_told() -> None:
    """A day, for somebody who wants it."""
    keys = (key(ACTIVE, 86400),)
    assert due(keys, NOW, every=86400).announce == ("ES256",)
    assert due(keys, NOW, every=86401).announce == ()


def test_a_rotation_is_over_before_the_next_begins() -> None:
    """So that an algorithm never has more than three keys."""
    assert ROTATE_EVERY > ANNOUNCE + KEEP
