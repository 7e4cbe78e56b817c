"""Public keys and their thumbprints. RFC 7517, RFC 7638, RFC 8037."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import PyJWK

from chalicelib.protocol import jwk
from tests import vectors

SPKI = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def der(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(*SPKI)


@pytest.mark.parametrize("source", ["rfc7638", "rfc8037"])
def test_the_thumbprint_of_rfc7638(source: str) -> None:
    """Section 3.1, and RFC 8037 A.3; what is no required member does not count."""
    vector = vectors.load(source)
    assert jwk.thumbprint(vector["jwk"]) == vector["thumbprint"]
    assert jwk.thumbprint({**vector["jwk"], "kid": "x", "use": "sig"}) == vector["thumbprint"]


@pytest.mark.parametrize(
    ("key", "alg"),
    [(rsa.generate_private_key(65537, 2048), alg) for alg in ("RS256", "PS256")]
    + [(ec.generate_private_key(ec.SECP256R1()), "ES256") for _ in range(4)],
)
def test_a_jwk_is_the_same_key(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, alg: str
) -> None:
    """Another library reads it as the key it was made of; it names its use and thumbprint."""
    made = jwk.from_der(der(key), alg)
    assert PyJWK(made).key.public_numbers() == key.public_key().public_numbers()
    assert (made["alg"], made["use"], made["kid"]) == (alg, "sig", jwk.thumbprint(made))
    assert not {"d", "p", "q"} & set(made)


@pytest.mark.parametrize("alg", ["Ed25519", "EdDSA"])
def test_an_ed25519_jwk_is_the_same_key(alg: str) -> None:
    """Under the name of RFC 9864 and under the older one of RFC 8037."""
    key = ed25519.Ed25519PrivateKey.generate()
    made = jwk.from_der(der(key), alg)
    assert PyJWK(made, algorithm="EdDSA").key == key.public_key()
    assert (made["alg"], made["use"], made["kid"]) == (alg, "sig", jwk.thumbprint(made))
    assert (made["kty"], made["crv"]) == ("OKP", "Ed25519")
    assert "d" not in made


@pytest.mark.parametrize(
    ("data", "alg"),
    [
        (der(ec.generate_private_key(ec.SECP384R1())), "ES256"),
        (der(ec.generate_private_key(ec.SECP256K1())), "ES256"),
        (der(ec.generate_private_key(ec.SECP256R1())), "RS256"),
        (der(rsa.generate_private_key(65537, 1024)), "RS256"),
        (der(rsa.generate_private_key(65537, 1024)), "PS256"),
        (der(ec.generate_private_key(ec.SECP256R1())), "PS256"),
        (der(rsa.generate_private_key(65537, 2048)), "ES256"),
        (der(ed25519.Ed25519PrivateKey.generate()), "ES256"),
        (der(ed25519.Ed25519PrivateKey.generate()), "RS256"),
        (der(ec.generate_private_key(ec.SECP256R1())), "Ed25519"),
        (ed448.Ed448PrivateKey.generate().public_key().public_bytes(*SPKI), "EdDSA"),
        (der(ed25519.Ed25519PrivateKey.generate()), "Ed448"),
        (b"", "RS256"),
        (b"\x30\x00", "RS256"),
    ],
    ids=[
        "P-384",
        "secp256k1",
        "EC as RSA",
        "RSA 1024",
        "RSA 1024 for PS256",
        "EC for PS256",
        "RSA as EC",
        "Ed25519 as EC",
        "Ed25519 as RSA",
        "EC as Ed25519",
        "Ed448 as EdDSA",
        "Ed25519 as Ed448",
        "empty",
        "junk",
    ],
)
def test_other_keys_are_refused(data: bytes, alg: str) -> None:
    """A key of another kind, curve or size, or no key at all."""
    with pytest.raises(ValueError):
        jwk.from_der(data, alg)
