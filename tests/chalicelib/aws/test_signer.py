"""Signatures by KMS, on the emulator and at a server that lies."""

from __future__ import annotations

import base64
from contextlib import closing
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from chalicelib.aws.client import AWSClient
from chalicelib.aws.signer import MOST_RAW, Signer
from chalicelib.encoding import sha256
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.protocol import signature
from chalicelib.protocol.signing_keys import ACTIVE, SigningKey
from tests.chalicelib.aws.stand_in import StandIn, says
from tests.emulated_aws import Fault, Recorder

Emulated = tuple[str, Recorder, dict[str, dict[str, str]]]
ARN = "arn:aws:kms:eu-west-1:123456789012:key/a"


def signer(client: AWSClient) -> Signer:
    """The signer of a stage."""
    return Signer(client, "local", tuple)


def keys(emulated: Emulated) -> list[SigningKey]:
    """The emulator's keys."""
    return [
        SigningKey(jwk["kid"], arn, jwk["alg"], jwk, ACTIVE, 0, 0)
        for arn, jwk in emulated[2].items()
    ]


@pytest.mark.parametrize("size", [1, MOST_RAW - 1, MOST_RAW, MOST_RAW + 1, 3 * MOST_RAW])
def test_what_kms_signs_verifies(emulated: Emulated, client: AWSClient, size: int) -> None:
    """RS256 and ES256, below and above the 4096 bytes that KMS takes."""
    data = b"x" * size
    signed = [(key, signer(client).sign(key, data)) for key in keys(emulated)]
    assert sorted(key.alg for key, _ in signed) == ["ES256", "RS256"]
    for key, made in signed:
        assert signature.verify(key.alg, key.jwk, data, made)
        assert not signature.verify(key.alg, key.jwk, data + b"x", made)


@pytest.mark.parametrize(
    ("size", "kind", "message"),
    [
        (MOST_RAW, "RAW", b"x" * MOST_RAW),
        (MOST_RAW + 1, "DIGEST", sha256(b"x" * (MOST_RAW + 1))),
    ],
)
@pytest.mark.parametrize(
    ("alg", "kms_alg"),
    [
        ("RS256", "RSASSA_PKCS1_V1_5_SHA_256"),
        ("ES256", "ECDSA_SHA_256"),
        ("PS256", "RSASSA_PSS_SHA_256"),
    ],
)
def test_what_kms_is_asked(size: int, kind: str, message: bytes, alg: str, kms_alg: str) -> None:
    """The key by its ARN, never by an alias; the digest only where the message is too long."""
    answer = {"KeyId": ARN, "Signature": base64.b64encode(encode_dss_signature(1, 2)).decode()}
    with StandIn([says(200, answer)]) as server, closing(server.client()) as client:
        signer(client).sign(SigningKey("k", ARN, alg, {}, ACTIVE, 0, 0), b"x" * size)
    assert server.payloads == [
        {
            "KeyId": ARN,
            "Message": base64.b64encode(message).decode(),
            "MessageType": kind,
            "SigningAlgorithm": kms_alg,
        }
    ]


@pytest.mark.parametrize("alg", ["Ed25519", "EdDSA"])
def test_kms_has_the_whole_message_for_ed25519(alg: str) -> None:
    """It takes no digest for it; a message that is too long is not signed, and KMS not asked."""
    key = SigningKey("k", ARN, alg, {}, ACTIVE, 0, 0)
    answer = {"KeyId": ARN, "Signature": base64.b64encode(bytes(64)).decode()}
    with StandIn([says(200, answer)]) as server, closing(server.client()) as client:
        signer(client).sign(key, b"x" * MOST_RAW)
        with pytest.raises(TemporarilyUnavailable, match=f"4097 bytes are too many for {alg}"):
            signer(client).sign(key, b"x" * (MOST_RAW + 1))
    (asked,) = server.payloads
    assert (asked["SigningAlgorithm"], asked["MessageType"]) == ("ED25519_SHA_512", "RAW")


@pytest.mark.parametrize(
    "answer",
    [
        {"KeyId": ARN + "b", "Signature": "AA=="},
        {"KeyId": "alias/postern", "Signature": "AA=="},
        {"Signature": "AA=="},
        {},
    ],
)
def test_an_answer_by_another_key_is_refused(answer: dict[str, Any]) -> None:
    """A token must not carry the kid of a key that did not sign it."""
    with (
        StandIn([says(200, answer)]) as server,
        closing(server.client()) as client,
        pytest.raises(TemporarilyUnavailable, match="kms Sign used"),
    ):
        signer(client).sign(SigningKey("k", ARN, "RS256", {}, ACTIVE, 0, 0), b"x")


def test_an_es256_signature_has_joses_form() -> None:
    """Short numbers are padded to 64 bytes."""
    answer = {"KeyId": ARN, "Signature": base64.b64encode(encode_dss_signature(1, 2)).decode()}
    with StandIn([says(200, answer)]) as server, closing(server.client()) as client:
        made = signer(client).sign(SigningKey("k", ARN, "ES256", {}, ACTIVE, 0, 0), b"x")
    assert made == (1).to_bytes(32, "big") + (2).to_bytes(32, "big")


@pytest.mark.parametrize("kind", ["throttle", "refuse", "drop_before", "internal"])
def test_a_refused_signature_is_none(
    emulated: Emulated, client: AWSClient, aws: Recorder, kind: str
) -> None:
    """No token goes out unsigned."""
    aws.faults.append(Fault("Sign", kind))
    with pytest.raises(TemporarilyUnavailable, match="kms Sign"):
        signer(client).sign(keys(emulated)[0], b"x")
