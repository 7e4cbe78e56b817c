"""A resource server that knows the JWKS and nothing of the code: PyJWT, and plain Ed25519."""

from __future__ import annotations

import json
from typing import Any

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.world import World


def key_set(stage: World) -> dict[str, dict[str, str]]:
    """The keys that the server publishes, by kid."""
    keys = stage.get("/.well-known/jwks.json").json["keys"]
    return {key["kid"]: key for key in keys}


def header(token: str) -> dict[str, Any]:
    """The header, unproved."""
    return jwt.get_unverified_header(token)


def claims(token: str) -> dict[str, Any]:
    """The claims, unproved."""
    found: dict[str, Any] = json.loads(jwt.utils.base64url_decode(token.split(".")[1]))
    return found


def accepts(token: str, keys: dict[str, dict[str, str]]) -> bool:
    """Whether one of these keys has signed the token, by the algorithm that it is for."""
    key = keys.get(header(token)["kid"])
    if key is None or key["alg"] != header(token)["alg"] or key["use"] != "sig":
        return False
    signed, _, text = token.rpartition(".")
    made = jwt.utils.base64url_decode(text)
    if key["kty"] == "OKP":
        assert key["crv"] == "Ed25519"
        public = Ed25519PublicKey.from_public_bytes(jwt.utils.base64url_decode(key["x"]))
        try:
            public.verify(made, signed.encode())
        except InvalidSignature:
            return False
        return True
    algorithm = jwt.get_algorithm_by_name(key["alg"])
    return bool(algorithm.verify(signed.encode(), jwt.PyJWK.from_dict(key).key, made))
