"""KMS Sign as AWS documents it, in front of moto, which differs where it matters.

moto 5.2.5 hashes a digest once more, gives RSA-PSS the longest salt (PS256 wants the digest's
length), and signs with disabled keys and messages of any length. KMS API reference, "Sign".
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ACCOUNT = "123456789012"  # moto's only one
MOST_RAW = 4096


class SignRefused(Exception):
    """KMS says no, by the name of its exception."""


def with_kms_sign(app: WSGIApplication) -> WSGIApplication:
    """Answers KMS Sign for asymmetric keys; everything else, unknown keys too, goes to `app`."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_X_AMZ_TARGET") != "TrentService.Sign":
            return app(environ, start_response)
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        asked = json.loads(body)
        key = _find(environ.get("HTTP_AUTHORIZATION", ""), asked.get("KeyId", ""))
        if key is None:
            return app(environ, start_response)
        try:
            status, said = "200 OK", _signed(key, asked)
        except SignRefused as refused:
            status = "400 Bad Request"
            said = {"__type": str(refused), "message": "The key or the message cannot be used."}
        start_response(status, [("Content-Type", "application/x-amz-json-1.1")])
        return [json.dumps(said).encode()]

    return answer


def _find(authorization: str, name: str) -> Any:
    from moto.core.exceptions import JsonRESTError
    from moto.kms.models import kms_backends

    scope = re.search(r"Credential=[^/]+/[^/]+/([a-z0-9-]+)/", authorization)
    backend = kms_backends[ACCOUNT][scope[1] if scope else "eu-west-1"]
    try:
        key = backend.describe_key(name)
    except (AttributeError, KeyError, JsonRESTError):
        # No such key or alias: moto says so itself, in KMS's words.
        return None
    ours = key.key_usage == "SIGN_VERIFY" and key.key_spec.startswith(("RSA_", "ECC_"))
    return key if ours else None


def _signed(key: Any, asked: dict[str, Any]) -> dict[str, str]:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    algorithm = asked.get("SigningAlgorithm", "")
    if key.key_state != "Enabled":
        raise SignRefused("DisabledException" if not key.enabled else "KMSInvalidStateException")
    if algorithm not in key.signing_algorithms:
        raise SignRefused("InvalidKeyUsageException")
    try:
        message = base64.b64decode(asked.get("Message", ""), validate=True)
    except binascii.Error as error:
        raise SignRefused("SerializationException") from error
    size = algorithm.rpartition("_")[2]
    digests: Any = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
    digest = digests[size]()
    is_digest = asked.get("MessageType", "RAW") == "DIGEST"
    fits = len(message) == digest.digest_size if is_digest else 1 <= len(message) <= MOST_RAW
    if not fits:
        raise SignRefused("ValidationException")
    hashed = Prehashed(digest) if is_digest else digest
    private = key.private_key.private_key
    if algorithm.startswith("ECDSA"):
        signature = private.sign(message, ec.ECDSA(hashed))
    elif algorithm.startswith("ED25519"):
        signature = private.sign(message)
    elif "PSS" in algorithm:
        pss = padding.PSS(padding.MGF1(digest), padding.PSS.DIGEST_LENGTH)
        signature = private.sign(message, pss, hashed)
    else:
        signature = private.sign(message, padding.PKCS1v15(), hashed)
    return {
        "KeyId": key.arn,
        "Signature": base64.b64encode(signature).decode(),
        "SigningAlgorithm": algorithm,
    }
