"""KMS keys of the kind ECC_NIST_EDWARDS25519, which moto 5.2.5 does not know, in front of moto.

moto makes a P-256 key; here it gets the other private half, and the metadata that go with it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SPEC = "ECC_NIST_EDWARDS25519"
ALGORITHM = "ED25519_SHA_512"
_KNOWN_TO_MOTO = "ECC_NIST_P256"


class PrivateKey:
    """As moto holds one: `private_key` of cryptography, and the public half in DER."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self.private_key = Ed25519PrivateKey.generate()

    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self.private_key.public_key()
        return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def with_ed25519_keys(app: WSGIApplication) -> WSGIApplication:
    """Answers KMS CreateKey for such a key; everything else goes to `app`."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_X_AMZ_TARGET") != "TrentService.CreateKey":
            return app(environ, start_response)
        body = environ["wsgi.input"].read()
        asked = json.loads(body)
        if asked.get("KeySpec") != SPEC:
            return app({**environ, "wsgi.input": io.BytesIO(body)}, start_response)
        changed = json.dumps({**asked, "KeySpec": _KNOWN_TO_MOTO}).encode()
        length = {"CONTENT_LENGTH": str(len(changed)), "wsgi.input": io.BytesIO(changed)}
        said = json.loads(b"".join(app({**environ, **length}, start_response)))
        metadata = said.get("KeyMetadata")
        if metadata is not None:
            _turn(metadata["Arn"])
            spec = {"KeySpec": SPEC, "CustomerMasterKeySpec": SPEC}
            said["KeyMetadata"] = {**metadata, **spec, "SigningAlgorithms": [ALGORITHM]}
        return [json.dumps(said).encode()]

    return answer


def _turn(arn: str) -> None:
    """Make moto's key one of this kind."""
    from moto.kms.models import Key, kms_backends

    class Edwards(Key):
        """A key whose algorithms do not follow from a kind that moto knows."""

        @property
        def signing_algorithms(self) -> list[str]:
            return [ALGORITHM]

    _, _, _, region, account, _ = arn.split(":", 5)
    key = kms_backends[account][region].describe_key(arn)
    key.__class__ = Edwards  # type: ignore[type-abstract]
    key.key_spec = SPEC
    key.private_key = PrivateKey()  # type: ignore[assignment]
