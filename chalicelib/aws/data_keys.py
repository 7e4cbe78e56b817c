"""Signatures by keys that KMS made and decrypts: one call when a process first signs with a key.

    KMS ── pair ──► keyring: public half, private half encrypted ── Decrypt ──► memory ──► tokens

KMS API, "GenerateDataKeyPairWithoutPlaintext" and "Decrypt"; docs/decisions/0016. A private half is
in this process's memory and nowhere else, and only while its key is the one that signs.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import TemporarilyUnavailable
from ..protocol import signature
from ..protocol.signing_keys import ACTIVE, SigningKey

if TYPE_CHECKING:
    from .client import AWSClient

SPECS = {
    "RS256": "RSA_2048",
    "ES256": "ECC_NIST_P256",
    "PS256": "RSA_2048",
    "Ed25519": "ECC_NIST_EDWARDS25519",
    "EdDSA": "ECC_NIST_EDWARDS25519",
}
_PROOF = b"a private half and its public half belong together"

Sign = Callable[[bytes], bytes]


class DataKeys:
    """The private halves that this process holds. `known` gives the keys of the keyring."""

    def __init__(
        self, client: AWSClient, stage: str, known: Callable[[], tuple[SigningKey, ...]]
    ) -> None:
        self._client = client
        self._stage = stage
        self._known = known
        self._seen: tuple[SigningKey, ...] = ()
        self._held: dict[str, Sign] = {}

    def sign(self, key: SigningKey, data: bytes) -> bytes:
        """The JOSE signature of `data`. TemporarilyUnavailable when the key cannot be had."""
        known = self._known()
        if known is not self._seen:
            active = {one.kid for one in known if one.state == ACTIVE}
            self._held = {kid: sign for kid, sign in self._held.items() if kid in active}
            self._seen = known
        sign = self._held.get(key.kid)
        if sign is None:
            sign = self._held[key.kid] = self._unlock(key)
        return sign(data)

    def _unlock(self, key: SigningKey) -> Sign:
        if key.encrypted is None:
            raise TemporarilyUnavailable(detail=f"data key {key.kid} has no private half")
        answer = self._client.call(
            "kms",
            "Decrypt",
            {
                # Without it KMS would take whichever key the ciphertext names.
                "KeyId": key.arn,
                "CiphertextBlob": base64.b64encode(key.encrypted).decode("ascii"),
                "EncryptionContext": context(self._stage, key.alg),
            },
        )
        if answer.get("KeyId") != key.arn:
            raise TemporarilyUnavailable(detail=f"kms Decrypt used {answer.get('KeyId')}")
        try:
            sign = _signing(base64.b64decode(answer["Plaintext"]), key.alg)
            proved = signature.verify(key.alg, key.jwk, _PROOF, sign(_PROOF))
        except Exception:  # whatever it is, its words may hold some of the key
            proved = False
        if not proved:
            # As when two ciphertexts changed places: no verifier would know the signature.
            raise TemporarilyUnavailable(detail=f"data key {key.kid} is not the private half")
        return sign


def context(stage: str, alg: str) -> dict[str, str]:
    """What a private half is encrypted for; Decrypt must say the same, and CloudTrail logs it.

    The issuer is not in it: a stage can get a custom domain, and must not lose its keys by that.
    """
    return {"purpose": "jwt-signing", "stage": stage, "alg": alg}


def generate(
    client: AWSClient, wrapping_key: str, stage: str, alg: str
) -> tuple[str, dict[str, str], bytes]:
    """A new pair: the wrapping key's ARN, the public JWK, the private half encrypted by that key.

    `wrapping_key` is the ARN, id or alias of a symmetric KMS key. TemporarilyUnavailable.
    """
    from ..protocol import jwk

    answer = client.call(
        "kms",
        "GenerateDataKeyPairWithoutPlaintext",
        {
            "KeyId": wrapping_key,
            "KeyPairSpec": SPECS[alg],
            "EncryptionContext": context(stage, alg),
        },
    )
    public = jwk.from_der(base64.b64decode(answer["PublicKey"]), alg)
    return answer["KeyId"], public, base64.b64decode(answer["PrivateKeyCiphertextBlob"])


def _signing(der: bytes, alg: str) -> Sign:
    """The signature of a private half (PKCS 8), with everything looked up that can be."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    # The search for the factors of an RSA key takes 60 ms, and says less than the proof to come.
    private: Any = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    sign: Callable[..., bytes] = private.sign
    if alg == "RS256":
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        padding, digest = PKCS1v15(), SHA256()
        return lambda data: sign(data, padding, digest)
    if alg == "PS256":
        from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
        from cryptography.hazmat.primitives.hashes import SHA256

        pss, digest = PSS(MGF1(SHA256()), signature.SALT_BYTES), SHA256()
        return lambda data: sign(data, pss, digest)
    if alg == "ES256":
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
        from cryptography.hazmat.primitives.hashes import SHA256

        ecdsa = ECDSA(SHA256())
        return lambda data: signature.es256_from_der(sign(data, ecdsa))
    return sign
