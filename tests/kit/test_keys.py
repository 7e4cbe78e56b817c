"""The kit: which public keys are taken, and in which spelling. RFC 7518 section 6, RFC 7638."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from postern_verifier import errors
from postern_verifier.encoding import base64url, from_base64url
from postern_verifier.keys import read
from tests import client_signatures as signatures
from tests.kit.issuer import (
    JWKS_URI,
    OWNER,
    FakeIssuer,
    bearer,
    claims,
    dpop,
    proof,
    refusal,
    token,
)

EC = signatures.public_jwk(signatures.private_key("EC", "client"))
RSA = signatures.public_jwk(signatures.private_key("RSA", "client"))


@cache
def short_key() -> rsa.RSAPrivateKey:
    """Half as long as RFC 7518 section 3.3 asks for."""
    return rsa.generate_private_key(65537, 1024)


def test_a_short_key_of_the_issuer_signs_nothing() -> None:
    """However good the signature is."""
    issuer = FakeIssuer()
    jwk = signatures.public_jwk(short_key(), kid="short")
    issuer.documents[JWKS_URI] = {"keys": [jwk]}
    header = {"alg": "RS256", "typ": "at+jwt", "kid": "short"}
    text = signatures.signed(header, claims(), short_key())
    assert type(refusal(issuer.verifier(), bearer(text))) is errors.UnknownKey


@pytest.mark.parametrize(
    "change",
    [
        {"n": signatures.public_jwk(short_key())["n"]},
        {"n": base64url((2**8000 + 1).to_bytes(1001, "big"))},
        {"e": base64url((2**40 + 1).to_bytes(6, "big"))},
    ],
    ids=["short", "long", "exponent"],
)
def test_a_key_of_another_size_proves_nothing(change: dict[str, str]) -> None:
    """A short one can be broken, and a long one takes a server's time."""
    text = token()
    made = proof(text, "RS256", {"jwk": {**RSA, **change}})
    assert type(refusal(FakeIssuer().verifier(), dpop(text, made))) is errors.WrongProofKey


@pytest.mark.parametrize("name", ["x", "y"])
def test_a_coordinate_has_one_spelling(name: str) -> None:
    """With a zero in front it would be the same key under another thumbprint."""
    longer = base64url(b"\0" + from_base64url(EC[name]))
    text = token()
    made = proof(text, header={"jwk": {**EC, name: longer}})
    assert type(refusal(FakeIssuer().verifier(), dpop(text, made))) is errors.WrongProofKey


@pytest.mark.parametrize("jwk", [EC, RSA], ids=["EC", "RSA"])
@pytest.mark.parametrize("more", [{"kid": "a"}, {"use": "sig"}, {"x5c": []}, {"other": 1}], ids=str)
def test_other_members_do_not_change_the_thumbprint(jwk: dict[str, Any], more: Any) -> None:
    """RFC 7638 section 3.2: the required ones only."""
    assert read({**jwk, **more}).thumbprint == read(jwk).thumbprint


def test_the_owners_name_is_part_of_no_thumbprint() -> None:
    """Two owners have two keys, whatever they are called."""
    other = signatures.public_jwk(signatures.private_key("EC", OWNER), kid="same")
    assert read(other).thumbprint != read({**EC, "kid": "same"}).thumbprint
