"""JSON Web Keys: public keys, and their names. RFC 7517, 7518 section 6, 7638, 8037."""

from __future__ import annotations

import json
from collections.abc import Mapping

from ..encoding import base64url, sha256

# RFC 7638 section 3.2, RFC 8037 section 2: the members that make the thumbprint, in lexical order.
_REQUIRED = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The RFC 7638 thumbprint (SHA-256, base64url): our `kid`."""
    members = {name: jwk[name] for name in _REQUIRED[jwk["kty"]]}
    return base64url(sha256(json.dumps(members, separators=(",", ":"), sort_keys=True)))


def from_der(der: bytes, alg: str) -> dict[str, str]:
    """The public JWK of a DER SubjectPublicKeyInfo, as KMS gives it.

    With `kid`, `alg` and `use`; ValueError when the key is not one for `alg`.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key = load_der_public_key(der)
    if alg in ("RS256", "PS256") and isinstance(key, RSAPublicKey) and key.key_size >= 2048:
        rsa = key.public_numbers()
        size = (key.key_size + 7) // 8
        jwk = {"kty": "RSA", "n": _number(rsa.n, size), "e": _number(rsa.e, 3)}
    elif alg == "ES256" and isinstance(key, EllipticCurvePublicKey):
        if not isinstance(key.curve, SECP256R1):
            raise ValueError("an ES256 key lies on P-256")
        point = key.public_numbers()
        jwk = {"kty": "EC", "crv": "P-256", "x": _number(point.x, 32), "y": _number(point.y, 32)}
    elif alg in ("Ed25519", "EdDSA") and isinstance(key, Ed25519PublicKey):
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": base64url(key.public_bytes_raw())}
    else:
        raise ValueError(f"not a key for {alg}")
    return jwk | {"kid": thumbprint(jwk), "alg": alg, "use": "sig"}


def _number(value: int, size: int) -> str:
    return base64url(value.to_bytes(size, "big"))
