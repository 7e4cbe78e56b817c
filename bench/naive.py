"""The baseline: what one would write first. Chalice, boto3, PyJWT; one GetItem, one Sign."""

from __future__ import annotations

import base64
import os
import time
import uuid
from collections.abc import Callable
from typing import Any


def handler() -> Callable[[dict[str, Any], object], Any]:
    """The application, imported and made here so that a cold start pays for it."""
    import boto3
    import jwt  # noqa: F401  # a server that uses PyJWT imports all of it
    from chalice import Chalice
    from jwt.utils import base64url_encode

    app = Chalice(app_name="naive")
    dynamodb = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    kms = boto3.client("kms", endpoint_url=os.environ["AWS_ENDPOINT_URL"])

    @app.route("/token", methods=["POST"], content_types=["application/x-www-form-urlencoded"])
    def token() -> dict[str, object]:
        import json

        assert app.current_request is not None
        basic = app.current_request.headers["authorization"].partition(" ")[2]
        client_id = base64.b64decode(basic).decode().partition(":")[0]
        dynamodb.get_item(
            TableName=os.environ["TABLE_NAME"],
            Key={"pk": {"S": f"A#{client_id}"}, "sk": {"S": "-"}},
        )
        now = int(time.time())
        claims = {"iss": os.environ["ISSUER"], "sub": client_id, "iat": now, "exp": now + 3600}
        parts = [{"alg": "RS256", "typ": "at+jwt"}, {**claims, "jti": str(uuid.uuid4())}]
        signing_input = b".".join(base64url_encode(json.dumps(part).encode()) for part in parts)
        signed = kms.sign(
            KeyId=os.environ["BENCH_KEY"],
            Message=signing_input,
            MessageType="RAW",
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        )
        text = signing_input + b"." + base64url_encode(signed["Signature"])
        return {"access_token": text.decode(), "token_type": "Bearer", "expires_in": 3600}

    return app
