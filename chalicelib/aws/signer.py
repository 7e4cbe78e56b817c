"""Signatures, in the mode of the key: by KMS, which never gives the private key away, or here.

KMS API, "Sign". A data key signs without a call: data_keys.py.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..encoding import sha256
from ..errors import TemporarilyUnavailable
from ..protocol.signature import es256_from_der
from ..protocol.signing_keys import KMS, SigningKey

if TYPE_CHECKING:
    from .client import AWSClient
    from .data_keys import DataKeys

ALGORITHMS = {
    "RS256": "RSASSA_PKCS1_V1_5_SHA_256",
    "ES256": "ECDSA_SHA_256",
    "PS256": "RSASSA_PSS_SHA_256",  # its salt is as long as the digest, as PS256 wants it
    "Ed25519": "ED25519_SHA_512",
    "EdDSA": "ED25519_SHA_512",
}
# Ed25519 hashes the message twice, so KMS must have all of it.
_RAW_ONLY = ("Ed25519", "EdDSA")
MOST_RAW = 4096  # bytes; above that KMS takes the digest only


class Signer:
    """Signs with the keys of a stage. `known` gives those that the keyring holds now."""

    def __init__(
        self, client: AWSClient, stage: str, known: Callable[[], tuple[SigningKey, ...]]
    ) -> None:
        self._client = client
        self._stage = stage
        self._known = known
        self._data_keys: DataKeys | None = None

    def sign(self, key: SigningKey, data: bytes) -> bytes:
        """The JOSE signature of `data` (RFC 7518 section 3). TemporarilyUnavailable."""
        if key.mode == KMS:
            return self._by_kms(key, data)
        if self._data_keys is None:
            from .data_keys import DataKeys

            self._data_keys = DataKeys(self._client, self._stage, self._known)
        return self._data_keys.sign(key, data)

    def _by_kms(self, key: SigningKey, data: bytes) -> bytes:
        raw = len(data) <= MOST_RAW
        if not raw and key.alg in _RAW_ONLY:
            raise TemporarilyUnavailable(detail=f"{len(data)} bytes are too many for {key.alg}")
        answer = self._client.call(
            "kms",
            "Sign",
            {
                "KeyId": key.arn,
                "Message": base64.b64encode(data if raw else sha256(data)).decode("ascii"),
                "MessageType": "RAW" if raw else "DIGEST",
                "SigningAlgorithm": ALGORITHMS[key.alg],
            },
        )
        # The answer names the key that was really used: a token must not carry another one's kid.
        if answer.get("KeyId") != key.arn:
            raise TemporarilyUnavailable(detail=f"kms Sign used {answer.get('KeyId')}")
        signature = base64.b64decode(answer["Signature"])
        return es256_from_der(signature) if key.alg == "ES256" else signature
