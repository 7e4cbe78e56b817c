"""The refresh family as a hash chain. docs/storage.md."""

from __future__ import annotations

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.encoding import sha256
from chalicelib.protocol.refresh_chain import steps_behind, successor

secret32 = st.binary(min_size=32, max_size=32)


def family(chain: bytes, first: bytes, rotations: int) -> list[bytes]:
    """The secrets from the first on, computed by another path."""
    secrets = [first]
    for _ in range(rotations):
        secrets.append(hmac.new(chain, secrets[-1], hashlib.sha256).digest())
    return secrets


@given(secret32, secret32, st.integers(0, 12))
def test_every_secret_knows_how_old_it_is(chain: bytes, first: bytes, rotations: int) -> None:
    """The k-th secret of n rotations is n - k steps behind."""
    secrets = family(chain, first, rotations)
    current = sha256(secrets[-1])
    found = [steps_behind(secret, chain, current, rotations) for secret in secrets]
    assert found == list(range(rotations, -1, -1))


@given(secret32, secret32, secret32, st.integers(0, 12))
def test_a_forged_secret_is_told(chain: bytes, first: bytes, forged: bytes, rotations: int) -> None:
    """What is not of the family never meets its hash; nor does the successor not yet issued."""
    secrets = family(chain, first, rotations)
    current = sha256(secrets[-1])
    if forged not in secrets:
        assert steps_behind(forged, chain, current, rotations) is None
    assert steps_behind(successor(chain, secrets[-1]), chain, current, rotations) is None


@given(secret32, secret32, secret32)
def test_the_walk_needs_the_chain(chain: bytes, other: bytes, first: bytes) -> None:
    """Who has an old secret but not the chain cannot compute the next."""
    if other != chain:
        assert successor(other, first) != successor(chain, first)


@given(secret32, secret32, st.integers(1, 12), st.integers(0, 11))
def test_the_walk_is_bounded(chain: bytes, first: bytes, rotations: int, number: int) -> None:
    """It goes no further back than there have been rotations."""
    current = sha256(family(chain, first, rotations)[-1])
    found = steps_behind(first, chain, current, number)
    assert found == (rotations if rotations <= number else None)
