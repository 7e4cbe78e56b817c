"""Client certificates: what is read of one, and what it says. RFC 8705 sections 2 and 3, RFC 5280.

That its owner holds the key, and that an authority of the stage's vouches for it, was proved where
the TLS connection ended. Whose it is: certificate_names.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..encoding import base64url, sha256

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

MOST_PEM = 16 * 1024  # characters
LEAST_BITS = 2048  # of RSA


class BadCertificate(ValueError):
    """The text is no certificate, or one that cannot be used; the message says why."""


def read(pem: str) -> Certificate:
    """The certificate in a PEM; BadCertificate."""
    from cryptography.x509 import load_pem_x509_certificate

    if len(pem) > MOST_PEM:
        raise BadCertificate("the certificate is too long")
    try:
        return load_pem_x509_certificate(pem.encode(errors="replace"))
    except ValueError as problem:
        raise BadCertificate(f"no certificate: {problem}") from None


def thumbprint(certificate: Certificate) -> str:
    """RFC 8705 section 3.1: the SHA-256 of its DER form, in base64url (`x5t#S256`)."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return base64url(sha256(certificate.public_bytes(Encoding.DER)))


def must_be_current(certificate: Certificate, now: int) -> None:
    """BadCertificate outside its days. `now` in epoch seconds."""
    begins = certificate.not_valid_before_utc.timestamp()
    ends = certificate.not_valid_after_utc.timestamp()
    if not begins <= now <= ends:
        raise BadCertificate("the certificate is not valid yet, or not any more")


def public_jwk(certificate: Certificate) -> dict[str, str]:
    """The members that make its public key, as jwk_set.py reads those of clients.

    BadCertificate for a key of a kind or size that no client registers.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as problem:
        raise BadCertificate(f"no public key: {problem}") from None
    if isinstance(key, RSAPublicKey) and key.key_size >= LEAST_BITS:
        rsa = key.public_numbers()
        return {"kty": "RSA", "n": _number(rsa.n), "e": _number(rsa.e)}
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        point = key.public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": _number(point.x, 32), "y": _number(point.y, 32)}
    if isinstance(key, Ed25519PublicKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(key.public_bytes_raw())}
    raise BadCertificate("its key is not RSA of 2048 bits, P-256 or Ed25519")


def _number(value: int, size: int | None = None) -> str:
    return base64url(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))
