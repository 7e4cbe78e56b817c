"""Signatures that KMS makes, checked by another library. RFC 7518 sections 3.3 and 3.4."""

from __future__ import annotations

import jwt
import pytest

from chalicelib.aws.signer import MOST_RAW
from chalicelib.encoding import from_base64url
from chalicelib.protocol import signature, signing_keys
from tests.world import World

pytestmark = pytest.mark.emulator

ALGORITHMS = ("RS256", "ES256")
SIZES = (1, MOST_RAW - 1, MOST_RAW, MOST_RAW + 1, 3 * MOST_RAW)


@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize("size", SIZES)
def test_a_signature_is_the_key_s_own(stage: World, alg: str, size: int) -> None:
    """Up to 4096 bytes KMS hashes the message, above it gets the digest: verifiers cannot tell."""
    key = stage.services.keyring.signing_key("kms", alg)
    data = b"x" * size
    made = stage.services.signer.sign(key, data)
    (call,) = [call for call in stage.aws.calls if call.action == "Sign"]
    assert call.payload["MessageType"] == ("RAW" if size <= MOST_RAW else "DIGEST")
    algorithm = jwt.get_algorithm_by_name(alg)
    assert algorithm.verify(data, jwt.PyJWK.from_dict(dict(key.jwk)).key, made)
    assert not algorithm.verify(data + b"x", jwt.PyJWK.from_dict(dict(key.jwk)).key, made)
    assert signature.verify(alg, key.jwk, data, made)


def test_es256_signatures_have_one_length(stage: World) -> None:
    """r and s are 32 bytes each, however many zeros they start with."""
    key = stage.services.keyring.signing_key("kms", "ES256")
    lengths = {len(stage.services.signer.sign(key, b"%d" % number)) for number in range(64)}
    assert lengths == {signature.ES256_BYTES}


def test_the_published_keys_are_those_of_kms(stage: World) -> None:
    """A token's kid names a key of the JWKS, and it is the thumbprint of that key (RFC 7638)."""
    keys = {key["kid"]: key for key in stage.get("/.well-known/jwks.json").json["keys"]}
    for alg in ALGORITHMS:
        signer = signing_keys.signer(stage.services.keyring.keys, "kms", alg)
        assert signer is not None
        assert keys[signer.kid]["alg"] == alg
    token = stage.tokens()["access_token"]
    header = jwt.get_unverified_header(token)
    signed, _, made = token.rpartition(".")
    rsa = jwt.get_algorithm_by_name("RS256")
    assert rsa.verify(
        signed.encode(), jwt.PyJWK.from_dict(keys[header["kid"]]).key, from_base64url(made)
    )
