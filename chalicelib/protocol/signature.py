"""Signatures: checking them, and bringing KMS's form to JOSE's.

RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..encoding import from_base64url

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

ES256_BYTES = 64
SALT_BYTES = 32  # of PS256


def verify(alg: str, jwk: Mapping[str, str], data: bytes, signature: bytes) -> bool:
    """Whether the owner of `jwk` made `signature` over `data`, by the key's own alg.

    A key that is none, with a point off the curve for one, has signed nothing.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    if jwk.get("alg") != alg:
        return False
    try:
        if alg == "RS256":
            _rsa(jwk).verify(signature, data, padding.PKCS1v15(), SHA256())
            return True
        if alg == "PS256":
            # RFC 7518 section 3.5: the salt is as long as the digest, and no other length will do.
            pss = padding.PSS(padding.MGF1(SHA256()), SALT_BYTES)
            _rsa(jwk).verify(signature, data, pss, SHA256())
            return True
        if alg == "ES256" and len(signature) == ES256_BYTES:
            point = ec.EllipticCurvePublicNumbers(
                _integer(jwk["x"]), _integer(jwk["y"]), ec.SECP256R1()
            )
            r, s = signature[:32], signature[32:]
            der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
            point.public_key().verify(der, data, ec.ECDSA(SHA256()))
            return True
        if alg in ("Ed25519", "EdDSA") and jwk["crv"] == "Ed25519":
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

            Ed25519PublicKey.from_public_bytes(from_base64url(jwk["x"])).verify(signature, data)
            return True
    except (InvalidSignature, KeyError, ValueError):
        return False
    return False


def es256_from_der(der: bytes) -> bytes:
    """r || s, 32 bytes each, of the DER that KMS and OpenSSL give; ValueError when it is not that.

    SEQUENCE { INTEGER r, INTEGER s }, both positive and below 2^256, so every length is one byte.
    """
    r, rest = _der_integer(der[2:])
    s, rest = _der_integer(rest)
    if der[:1] != b"\x30" or der[1:2] != bytes([len(der) - 2]) or rest:
        raise ValueError("not an ECDSA signature in DER")
    return r + s


def _der_integer(data: bytes) -> tuple[bytes, bytes]:
    length = data[1] if len(data) > 1 and data[0] == 2 else 0
    digits = data[2 : 2 + length]
    if not 1 <= length <= 33 or len(digits) != length:
        raise ValueError("not an ECDSA signature in DER")
    number = int.from_bytes(digits, "big")
    if number.bit_length() > 256 or digits[0] & 0x80:
        raise ValueError("not an ECDSA signature in DER")
    return number.to_bytes(32, "big"), data[2 + length :]


def _rsa(jwk: Mapping[str, str]) -> RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    return RSAPublicNumbers(_integer(jwk["e"]), _integer(jwk["n"])).public_key()


def _integer(text: str) -> int:
    return int.from_bytes(from_base64url(text), "big")
