"""Signatures by KMS: the private key never leaves it. KMS API, "Sign"."""

from __future__ import annotations

import base64

from ..encoding import sha256
from ..errors import TemporarilyUnavailable
from ..protocol.signature import es256_from_der
from ..protocol.signing_keys import SigningKey
from .client import AWSClient

_ALGORITHMS = {"RS256": "RSASSA_PKCS1_V1_5_SHA_256", "ES256": "ECDSA_SHA_256"}
MOST_RAW = 4096  # bytes; above that KMS takes the digest only


class Signer:
    """Signs with the keys of the keyring, named by ARN."""

    def __init__(self, client: AWSClient) -> None:
        self._client = client

    def sign(self, key: SigningKey, data: bytes) -> bytes:
        """The JOSE signature of `data` (RFC 7518 section 3). TemporarilyUnavailable."""
        raw = len(data) <= MOST_RAW
        answer = self._client.call(
            "kms",
            "Sign",
            {
                "KeyId": key.arn,
                "Message": base64.b64encode(data if raw else sha256(data)).decode("ascii"),
                "MessageType": "RAW" if raw else "DIGEST",
                "SigningAlgorithm": _ALGORITHMS[key.alg],
            },
        )
        # The answer names the key that was really used: a token must not carry another one's kid.
        if answer.get("KeyId") != key.arn:
            raise TemporarilyUnavailable(detail=f"kms Sign used {answer.get('KeyId')}")
        signature = base64.b64decode(answer["Signature"])
        return es256_from_der(signature) if key.alg == "ES256" else signature
