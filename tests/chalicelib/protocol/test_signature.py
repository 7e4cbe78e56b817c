"""Checking signatures, and KMS's form of them. RFC 7515 appendix A, RFC 7518 section 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.encoding import base64url, from_base64url
from chalicelib.protocol import jwk, jwt, signature
from tests import vectors

RSA, EC = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
SPKI = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
JWKS = {
    "RS256": jwk.from_der(RSA.public_key().public_bytes(*SPKI), "RS256"),
    "ES256": jwk.from_der(EC.public_key().public_bytes(*SPKI), "ES256"),
    "PS256": jwk.from_der(RSA.public_key().public_bytes(*SPKI), "PS256"),
    "Ed25519": jwk.from_der(ED.public_key().public_bytes(*SPKI), "Ed25519"),
    "EdDSA": jwk.from_der(ED.public_key().public_bytes(*SPKI), "EdDSA"),
}
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
below_2_256 = (
    st.integers(0, 2**256 - 1)
    | st.integers(0, 2**16)
    | st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, 2**248, 2**255 - 1, 2**255, 2**256 - 1])
)


def signed(alg: str, data: bytes) -> bytes:
    """A JOSE signature, made by the library that is not under test."""
    if alg == "RS256":
        return RSA.sign(data, padding.PKCS1v15(), SHA256())
    if alg == "PS256":
        return RSA.sign(data, padding.PSS(padding.MGF1(SHA256()), 32), SHA256())
    if alg in ("Ed25519", "EdDSA"):
        return ED.sign(data)
    r, s = decode_dss_signature(EC.sign(data, ec.ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


DATA = b"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0"
SIGNED = {alg: signed(alg, DATA) for alg in JWKS}
algorithms = st.sampled_from(sorted(JWKS))


@pytest.mark.parametrize("vector", vectors.load("rfc7515")["tokens"], ids=lambda v: v["section"])
def test_the_tokens_of_rfc7515_are_genuine(vector: Mapping[str, Any]) -> None:
    """Appendix A.2 and A.3, and neither under the other's algorithm."""
    token = jwt.parse(vector["token"])
    key, alg = {**vector["jwk"], "alg": vector["alg"]}, vector["alg"]
    assert signature.verify(alg, key, token.signing_input, token.signature)
    assert not signature.verify(alg, key, token.signing_input + b"x", token.signature)
    assert not signature.verify(alg, JWKS[alg], token.signing_input, token.signature)


def test_the_signature_of_rfc8037_is_genuine() -> None:
    """Appendix A.4 and A.5; under the name that its key has, and no other."""
    vector = vectors.load("rfc8037")
    data, made = vector["signing_input"].encode(), from_base64url(vector["signature"])
    for alg in ("EdDSA", "Ed25519"):
        key = {**vector["jwk"], "alg": alg}
        assert signature.verify(alg, key, data, made)
        assert not signature.verify(alg, key, data + b"x", made)
        assert not signature.verify(alg, JWKS[alg], data, made)
        assert not signature.verify("Ed25519" if alg == "EdDSA" else "EdDSA", key, data, made)


def test_the_signature_of_rfc7520_is_genuine() -> None:
    """Section 4.1."""
    vector = vectors.load("rfc7520")
    key = {**vector["jwk"], "alg": vector["alg"]}
    data, made = vector["signing_input"].encode(), from_base64url(vector["signature"])
    assert signature.verify("RS256", key, data, made)


@given(algorithms, st.binary(max_size=200))
def test_a_genuine_signature_is_accepted(alg: str, data: bytes) -> None:
    """Whatever was signed."""
    assert signature.verify(alg, JWKS[alg], data, signed(alg, data))


@given(algorithms, st.integers(0, len(DATA) - 1), st.integers(1, 255))
def test_no_change_of_header_or_claims_is_accepted(alg: str, place: int, flip: int) -> None:
    """One byte of the signing input decides."""
    data = bytearray(DATA)
    data[place] ^= flip
    assert not signature.verify(alg, JWKS[alg], bytes(data), SIGNED[alg])


@given(algorithms, st.integers(0, 255), st.integers(0, 7))
def test_no_change_of_the_signature_is_accepted(alg: str, place: int, bit: int) -> None:
    """Nor one bit of the signature."""
    made = bytearray(SIGNED[alg])
    made[place % len(made)] ^= 1 << bit
    assert not signature.verify(alg, JWKS[alg], DATA, bytes(made))


@given(algorithms, st.sampled_from(["n", "e", "x", "y"]), st.integers(0, 2047))
def test_no_change_of_the_key_is_accepted(alg: str, name: str, bit: int) -> None:
    """Nor one bit of the key, which most often is no key any more; nothing is raised."""
    key = dict(JWKS[alg])
    if name not in key:
        return
    number = bytearray(from_base64url(key[name]))
    number[bit // 8 % len(number)] ^= 1 << bit % 8
    assert not signature.verify(alg, key | {name: base64url(bytes(number))}, DATA, SIGNED[alg])


@given(algorithms, st.binary(max_size=300))
def test_any_bytes_may_be_a_signature(alg: str, made: bytes) -> None:
    """None of them is one, and nothing is raised."""
    assert not signature.verify(alg, JWKS[alg], DATA, made)


def without(alg: str, name: str) -> dict[str, str]:
    return {member: value for member, value in JWKS[alg].items() if member != name}


RS, ES, OKP = JWKS["RS256"], JWKS["ES256"], JWKS["Ed25519"]
PS, PSS = JWKS["PS256"], SIGNED["PS256"]


def salted(size: int) -> bytes:
    """An RSA-PSS signature with a salt of so many bytes."""
    return RSA.sign(DATA, padding.PSS(padding.MGF1(SHA256()), size), SHA256())


STAND_INS = {
    "RS256 key for ES256": ("ES256", RS, SIGNED["RS256"]),
    "ES256 key for RS256": ("RS256", ES, SIGNED["ES256"]),
    "RSA key that says ES256": ("ES256", RS | {"alg": "ES256"}, SIGNED["RS256"]),
    "EC key that says RS256": ("RS256", ES | {"alg": "RS256"}, SIGNED["ES256"]),
    "none": ("none", RS, b""),
    "none, and the key agrees": ("none", RS | {"alg": "none"}, b""),
    "HS256, and the key agrees": ("HS256", RS | {"alg": "HS256"}, SIGNED["RS256"]),
    "lower case": ("rs256", RS, SIGNED["RS256"]),
    "key without alg": ("RS256", without("RS256", "alg"), SIGNED["RS256"]),
    "key without n": ("RS256", without("RS256", "n"), SIGNED["RS256"]),
    "key with a tiny n": ("RS256", RS | {"n": "AQ"}, SIGNED["RS256"]),
    "key with a malformed e": ("RS256", RS | {"e": "=="}, SIGNED["RS256"]),
    "key with an empty x": ("ES256", ES | {"x": ""}, SIGNED["ES256"]),
    "zeros": ("ES256", ES, bytes(64)),
    "r is zero": ("ES256", ES, bytes(32) + SIGNED["ES256"][32:]),
    "r is the order": ("ES256", ES, ORDER.to_bytes(32, "big") + SIGNED["ES256"][32:]),
    "s of 33 bytes": ("ES256", ES, SIGNED["ES256"][:32] + b"\0" + SIGNED["ES256"][32:]),
    "longer": ("ES256", ES, SIGNED["ES256"] + b"\0"),
    "longer in front": ("ES256", ES, b"\0" + SIGNED["ES256"]),
    "DER": ("ES256", ES, EC.sign(DATA, ec.ECDSA(SHA256()))),
    "RSA with a zero in front": ("RS256", RS, b"\0" + SIGNED["RS256"]),
    "PS256": ("RS256", RS, PSS),
    "RS256 for PS256": ("PS256", PS, SIGNED["RS256"]),
    "RS256 key for PS256": ("PS256", RS, PSS),
    "PS256 without a salt": ("PS256", PS, salted(0)),
    "PS256 with a short salt": ("PS256", PS, salted(31)),
    "PS256 with the longest salt": ("PS256", PS, salted(2048 // 8 - 32 - 2)),
    "PS256 with SHA-512 in its mask": (
        "PS256",
        PS,
        RSA.sign(DATA, padding.PSS(padding.MGF1(SHA512()), 32), SHA256()),
    ),
    "EC key that says PS256": ("PS256", ES | {"alg": "PS256"}, SIGNED["ES256"]),
    "Ed25519 key for EdDSA": ("EdDSA", OKP, SIGNED["EdDSA"]),
    "ES256 key for Ed25519": ("Ed25519", ES, SIGNED["ES256"]),
    "EC key that says Ed25519": ("Ed25519", ES | {"alg": "Ed25519"}, SIGNED["ES256"]),
    "OKP key that says ES256": ("ES256", OKP | {"alg": "ES256"}, SIGNED["Ed25519"]),
    "OKP key of another curve": ("Ed25519", OKP | {"crv": "X25519"}, SIGNED["Ed25519"]),
    "OKP key without a curve": ("Ed25519", without("Ed25519", "crv"), SIGNED["Ed25519"]),
    "OKP key with a short x": ("Ed25519", OKP | {"x": "AQ"}, SIGNED["Ed25519"]),
    "Ed25519, longer": ("Ed25519", OKP, SIGNED["Ed25519"] + b"\0"),
    "Ed25519, zeros": ("Ed25519", OKP, bytes(64)),
}


@pytest.mark.parametrize(("alg", "key", "made"), STAND_INS.values(), ids=STAND_INS)
def test_no_algorithm_stands_in_for_another(alg: str, key: Mapping[str, str], made: bytes) -> None:
    """The key's own alg decides, the form must be JOSE's, and a broken key has signed nothing."""
    assert not signature.verify(alg, key, DATA, made)


@given(below_2_256, below_2_256)
def test_der_becomes_64_bytes(r: int, s: int) -> None:
    """r || s, each of 32 bytes, however short or high the numbers are."""
    made = signature.es256_from_der(encode_dss_signature(r, s))
    assert made == r.to_bytes(32, "big") + s.to_bytes(32, "big")


@given(st.binary(max_size=90))
def test_any_bytes_are_der_or_refused(der: bytes) -> None:
    """ValueError, and nothing else; what is read has the fixed length."""
    try:
        made = signature.es256_from_der(der)
    except ValueError:
        return
    assert len(made) == signature.ES256_BYTES


@given(below_2_256, below_2_256, st.integers(0, 80), st.integers(0, 255))
def test_a_changed_der_is_read_as_the_other_library_reads_it(
    r: int, s: int, place: int, byte: int
) -> None:
    """Where both read a mutation, they read the same numbers."""
    der = bytearray(encode_dss_signature(r, s))
    der[place % len(der)] = byte
    try:
        made = signature.es256_from_der(bytes(der))
        numbers = decode_dss_signature(bytes(der))
    except ValueError:
        return
    assert made == b"".join(number.to_bytes(32, "big") for number in numbers)


GOOD = encode_dss_signature(2**255, 1)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30",
        b"\x30\x00",
        GOOD[:-1],
        GOOD + b"\x00",
        b"\x31" + GOOD[1:],
        GOOD[:1] + b"\x00" + GOOD[2:],
        b"\x30\x81" + GOOD[1:],
        b"\x30\x06\x02\x01\x80\x02\x01\x01",
        b"\x30\x05\x02\x00\x02\x01\x01",
        b"\x30\x06\x03\x01\x01\x02\x01\x01",
        b"\x30\x03\x02\x01\x01",
        b"\x30\x09\x02\x01\x01\x02\x01\x01\x02\x01\x01",
        encode_dss_signature(2**256, 1),
        encode_dss_signature(1, 2**264),
        bytes(300),
    ],
)
def test_other_bytes_are_no_der_signature(der: bytes) -> None:
    """Cut short, too long, of another type, negative, or not of this curve."""
    with pytest.raises(ValueError):
        signature.es256_from_der(der)
