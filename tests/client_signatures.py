"""What a client signs with keys of its own, made by the library that is not under test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.encoding import base64url, hmac_sha256

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

KINDS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "Ed25519": "OKP", "EdDSA": "OKP"}
ALGORITHMS = tuple(KINDS)


def private_key(kind: str, owner: str = "client") -> Private:
    """A key of a kind (RSA, EC, OKP); the same each time for the same owner."""
    return _generated(kind, owner)


@cache
def _generated(kind: str, owner: str) -> Private:
    if kind == "RSA":
        return rsa.generate_private_key(65537, 2048)
    if kind == "EC":
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate()


def public_jwk(key: Private, **members: str) -> dict[str, str]:
    """The public JWK of a key, with more members."""
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        made = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        point = key.public_key().public_numbers()
        made = {"kty": "EC", "crv": "P-256", "x": number(point.x, 32), "y": number(point.y, 32)}
    else:
        raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        made = {"kty": "OKP", "crv": "Ed25519", "x": base64url(raw)}
    return {**made, **members}


def jwks(owner: str = "client", *kinds: str) -> dict[str, Any]:
    """The key set of an owner: one key of each kind, its kid `owner-kind`."""
    return {
        "keys": [
            public_jwk(private_key(kind, owner), kid=f"{owner}-{kind}")
            for kind in kinds or ("RSA", "EC", "OKP")
        ]
    }


def number(value: int, size: int | None = None) -> str:
    """A number, in as few bytes as it takes, or in so many."""
    return base64url(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def encoded(document: Any) -> str:
    """One part of a JWT; bytes and text as they are."""
    if isinstance(document, bytes):
        return base64url(document)
    text = document if isinstance(document, str) else json.dumps(document)
    return base64url(text.encode())


def sign(alg: str, data: bytes, key: Private | bytes | None) -> bytes:
    """The JOSE signature under an algorithm."""
    if isinstance(key, bytes):
        return hmac_sha256(key, data)
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(SHA256()), 32)
        return key.sign(data, pss if alg == "PS256" else padding.PKCS1v15(), SHA256())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return b"" if key is None else key.sign(data)


def signed(header: Mapping[str, Any] | str, claims: Any, key: Private | bytes | None) -> str:
    """A JWT, signed as its header says, or as `sign` can. Key None: no signature."""
    alg = header["alg"] if isinstance(header, Mapping) else "RS256"
    data = f"{encoded(header)}.{encoded(claims)}"
    return f"{data}.{base64url(sign(alg, data.encode(), key))}"


def jwt(claims: Any, alg: str = "ES256", owner: str = "client", **header: Any) -> str:
    """A JWT that an owner signs with its own key; `kid=None` leaves that out."""
    if alg == "none":
        return signed({"alg": "none", **header}, claims, None)
    kind = KINDS[alg]
    whole = {"alg": alg, "kid": f"{owner}-{kind}", **header}
    given = {name: value for name, value in whole.items() if value is not None}
    return signed(given, claims, private_key(kind, owner))
