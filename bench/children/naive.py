"""The baseline: what one would write first. Chalice, boto3, PyJWT; one GetItem, one Sign.

It checks the client's secret, and no scope and no resource.
"""

import base64
import hashlib
import hmac
import json
import os
import time
import uuid
from urllib.parse import parse_qs

import boto3
from chalice import BadRequestError, Chalice, UnauthorizedError
from jwt.utils import base64url_encode

app = Chalice(app_name="naive")
dynamodb = boto3.client("dynamodb")
kms = boto3.client("kms")

LIFETIME = 3600


@app.route("/token", methods=["POST"], content_types=["application/x-www-form-urlencoded"])
def token():
    """A token for a client that proves itself with HTTP Basic."""
    request = app.current_request
    form = parse_qs(request.raw_body.decode())
    if form.get("grant_type") != ["client_credentials"]:
        raise BadRequestError("unsupported_grant_type")
    basic = request.headers["authorization"].partition(" ")[2]
    client_id, _, secret = base64.b64decode(basic).decode().partition(":")
    found = dynamodb.get_item(
        TableName=os.environ["TABLE_NAME"],
        Key={"pk": {"S": f"A#{client_id}"}, "sk": {"S": "-"}},
    )
    known = found.get("Item", {}).get("h", {}).get("B", b"")
    if not hmac.compare_digest(known, hashlib.sha256(secret.encode()).digest()):
        raise UnauthorizedError("invalid_client")
    now = int(time.time())
    header = {"alg": "RS256", "typ": "at+jwt"}
    claims = {
        "iss": os.environ["ISSUER"],
        "sub": client_id,
        "client_id": client_id,
        "scope": form.get("scope", [""])[0],
        "iat": now,
        "exp": now + LIFETIME,
        "jti": str(uuid.uuid4()),
    }
    signing_input = b".".join(
        base64url_encode(json.dumps(part).encode()) for part in (header, claims)
    )
    signed = kms.sign(
        KeyId=os.environ["KEY_ID"],
        Message=signing_input,
        MessageType="RAW",
        SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
    )
    jwt = signing_input + b"." + base64url_encode(signed["Signature"])
    return {"access_token": jwt.decode(), "token_type": "Bearer", "expires_in": LIFETIME}
