"""Making a stage ready: what it offers, and what it has keys for."""

from __future__ import annotations

import pytest

from chalicelib.protocol.signing_keys import ACTIVE, DATA_KEY, KMS, NEXT, SigningKey
from chalicelib.settings import Settings
from infra import bootstrap


def key(mode: str, alg: str, state: str = ACTIVE) -> SigningKey:
    """A key, as far as this looks at it."""
    return SigningKey(f"{mode}{alg}", "arn", alg, {}, state, 0, 0, mode)


KEYS = (key(KMS, "RS256"), key(KMS, "ES256"), key(KMS, "PS256", NEXT), key(DATA_KEY, "RS256"))


@pytest.mark.parametrize(
    ("modes", "algs", "missing"),
    [
        ((KMS, None), ("RS256", "ES256"), ()),
        ((KMS, None), ("RS256", "PS256", "EdDSA"), ("PS256", "EdDSA")),
        ((KMS, DATA_KEY), ("RS256", "ES256"), ("ES256 in mode kms-data-key",)),
        ((DATA_KEY, None), ("RS256", "ES256"), ("ES256 in mode kms-data-key",)),
        ((DATA_KEY, KMS), ("RS256", "ES256"), ()),
    ],
)
def test_what_is_offered_without_a_key(
    modes: tuple[str, str | None], algs: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    """A key that waits signs nothing yet, and another mode's does not sign in its place."""
    settings = Settings(
        issuer="https://id.example.com",
        stage="dev",
        table_name="t",
        region="eu-west-1",
        signing_mode=modes[0],
        id_token_signing_mode=modes[1],
        id_token_algs=algs,
    )
    assert bootstrap.unsigned(KEYS, settings) == missing
