"""Keys inside KMS and data keys: the same life, each mode by itself. docs/key-rotation.md."""

from __future__ import annotations

import pytest

from chalicelib.aws.attribute_values import decode, encode
from chalicelib.protocol import signing_keys as rules
from chalicelib.protocol.signing_keys import (
    ACTIVE,
    DATA_KEY,
    KMS,
    NEXT,
    RETIRED,
    KeyRefused,
    SigningKey,
)
from chalicelib.values import replace

NOW = 1_800_000_000


def jwk(kid: str, alg: str) -> dict[str, str]:
    """A public key, as far as the rules look at it."""
    return {"kid": kid, "alg": alg}


def key(kid: str, state: str, changed_at: int = NOW, alg: str = "RS256") -> SigningKey:
    """A key inside KMS."""
    return SigningKey(kid, f"arn:{kid}", alg, jwk(kid, alg), state, changed_at, changed_at)


ES = "ES256"
DATA = replace(key("d", ACTIVE, NOW - rules.KEEP, ES), mode=DATA_KEY, encrypted=b"private half")
INSIDE = key("k", ACTIVE, NOW - rules.KEEP, ES)


@pytest.mark.parametrize(
    ("keys", "encrypted", "mode", "state"),
    [
        ((INSIDE,), b"x", DATA_KEY, NEXT),
        ((INSIDE, DATA), b"x", DATA_KEY, NEXT),
        ((INSIDE, DATA), None, KMS, NEXT),
        ((replace(INSIDE, created_at=NOW),), b"x", DATA_KEY, ACTIVE),
        ((replace(DATA, created_at=NOW),), None, KMS, ACTIVE),
        ((), b"x", DATA_KEY, ACTIVE),
    ],
)
def test_each_mode_has_a_life_of_its_own(
    keys: tuple[SigningKey, ...], encrypted: bytes | None, mode: str, state: str
) -> None:
    """A private half makes a data key; the same waits, also beside a key of the other mode."""
    after = rules.announce(keys, "arn:z", jwk("z", ES), NOW, encrypted=encrypted)
    assert (after[-1].mode, after[-1].encrypted, after[-1].state) == (mode, encrypted, state)
    other = KMS if mode == DATA_KEY else DATA_KEY
    assert rules.signer(after, other, ES) == rules.signer(keys, other, ES)


@pytest.mark.parametrize(("mode", "alg"), [(KMS, "none"), (KMS, "HS256"), (DATA_KEY, "PS384")])
def test_a_mode_has_its_own_algorithms(mode: str, alg: str) -> None:
    """What it cannot sign is not announced."""
    with pytest.raises(KeyRefused, match=f"mode {mode} signs with RS256, ES256.*, not with {alg}"):
        rules.announce((), "arn", jwk("z", alg), NOW, encrypted=b"x" if mode == DATA_KEY else None)


def test_a_data_key_loses_its_private_half_with_its_turn() -> None:
    """Retired, it signs no more; the key that follows keeps its own."""
    waiting = replace(key("e", NEXT, 0, ES), mode=DATA_KEY, encrypted=b"another")
    after = rules.promote((INSIDE, DATA, waiting), DATA_KEY, ES, NOW)
    assert after[0] == INSIDE
    assert [(one.state, one.encrypted) for one in after[1:]] == [
        (RETIRED, None),
        (ACTIVE, b"another"),
    ]


def test_a_next_key_can_be_taken_back() -> None:
    """That one and no other; it has signed nothing."""
    waiting = key("b", NEXT, alg=ES)
    data_waiting = replace(waiting, kid="c", mode=DATA_KEY, encrypted=b"x")
    keys = (INSIDE, DATA, waiting, data_waiting)
    assert rules.take_back(keys, DATA_KEY, ES) == (INSIDE, DATA, waiting)
    assert rules.take_back(keys, KMS, ES) == (INSIDE, DATA, data_waiting)
    assert rules.take_back(keys, DATA_KEY, "RS256") == keys


@pytest.mark.parametrize("one", [INSIDE, DATA, replace(DATA, state=RETIRED, encrypted=None)])
def test_a_key_of_each_mode_is_stored_and_read_again(one: SigningKey) -> None:
    """A key inside KMS as it ever was, so that the version before can read it."""
    stored = decode(encode(one.to_map()))
    assert SigningKey.of_map(one.kid, stored) == one
    assert ("mode" in one.to_map()) == (one.mode == DATA_KEY)


def test_a_private_half_is_not_shown() -> None:
    """Not even encrypted."""
    assert "private half" not in repr(DATA)
    assert "encrypted" not in repr(DATA)
