"""Public keys, what each may sign, and checking signatures. RFC 7517, 7518, 7638, 8037, 9864."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from .encoding import digest, from_base64url

# The kind of key of each algorithm: its `kty`, and its `crv` where it has one. Nothing symmetric.
KINDS = {
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "Ed25519": ("OKP", "Ed25519"),
    "EdDSA": ("OKP", "Ed25519"),
}
ALGORITHMS = tuple(KINDS)
# RFC 7638 section 3.2, RFC 8037 section 2: the members of a thumbprint, in lexical order.
_THUMBPRINT = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
# RFC 7518 section 6: whoever sends one of these has given the key away.
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
RSA_BITS = range(2048, 4097)
MOST_EXPONENT = 2**32

Public = RSAPublicKey | ec.EllipticCurvePublicKey | Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, the algorithms it is for, and its RFC 7638 thumbprint."""

    kid: str | None
    algs: frozenset[str]
    thumbprint: str
    public: Public

    def verifies(self, alg: str, data: bytes, signature: bytes) -> bool:
        """Whether the owner made `signature` over `data`, by an algorithm that the key is for."""
        return alg in self.algs and _verifies(self.public, alg, data, signature)


def read(jwk: Mapping[str, Any]) -> Key:
    """The key of a JWK; ValueError when it is none that this can use for checking signatures."""
    kind = (jwk.get("kty"), jwk.get("crv"))
    algs = frozenset(alg for alg, wanted in KINDS.items() if wanted == kind)
    # RFC 7517 section 4.4: the owner may bind the key to one algorithm.
    if "alg" in jwk:
        algs &= {str(jwk["alg"])}
    if not algs:
        raise ValueError("a key for no known algorithm")
    uses = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(uses, list) or "verify" not in uses:
        raise ValueError("not a key for signatures")
    if PRIVATE & set(jwk):
        raise ValueError("a private key")
    kid = jwk.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise ValueError("kid is not text")
    return Key(kid, algs, thumbprint(jwk), _public(jwk))


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """The SHA-256 thumbprint of a JWK, RFC 7638; ValueError without the members it is made of."""
    members = {name: jwk.get(name) for name in _THUMBPRINT.get(str(jwk.get("kty")), ("kty",))}
    if not all(isinstance(value, str) for value in members.values()):
        raise ValueError("a member of the key is missing")
    return digest(json.dumps(members, separators=(",", ":"), sort_keys=True).encode())


def _public(jwk: Mapping[str, Any]) -> Public:
    if jwk["kty"] == "RSA":
        n, e = _number(jwk["n"]), _number(jwk["e"])
        if n.bit_length() not in RSA_BITS or e > MOST_EXPONENT:
            raise ValueError("an RSA key of a size that is not taken")
        return RSAPublicNumbers(e, n).public_key()
    if jwk["kty"] == "EC":
        if len(from_base64url(jwk["x"])) != 32 or len(from_base64url(jwk["y"])) != 32:
            raise ValueError("a coordinate is not 32 bytes")
        curve = ec.SECP256R1()
        return ec.EllipticCurvePublicNumbers(
            _number(jwk["x"]), _number(jwk["y"]), curve
        ).public_key()
    return Ed25519PublicKey.from_public_bytes(from_base64url(jwk["x"]))


def _number(text: str) -> int:
    return int.from_bytes(from_base64url(text), "big")


def _verifies(key: Public, alg: str, data: bytes, signature: bytes) -> bool:
    try:
        if isinstance(key, RSAPublicKey):
            # RFC 7518 section 3.5: the salt is as long as the digest, and no other length will do.
            pss = padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size)
            key.verify(signature, data, pss if alg == "PS256" else padding.PKCS1v15(), SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            if len(signature) != 64:
                return False
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            key.verify(encode_dss_signature(r, s), data, ec.ECDSA(SHA256()))
        else:
            key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
