"""What the conformance suite's conditions look at in an answer; one that fails is an assertion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.encoding import base64url, from_base64url, sha256
from tests.reply import Reply, claims, header
from tests.world import World

ERROR = {"error", "error_description", "error_uri"}
# What an ID token may have that nobody asked for; anything else is a warning.
EXPECTED = {
    *("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp"),
    *("at_hash", "c_hash", "nbf", "jti", "sid"),
}


def json_of(reply: Reply, status: int = 200) -> dict[str, Any]:
    """The JSON object of an answer."""
    assert reply.status == status, reply.text
    assert (reply.header("Content-Type") or "").startswith("application/json")
    return reply.json


def token_answer(reply: Reply) -> dict[str, Any]:
    """An answer with tokens that nobody stores."""
    told = json_of(reply)
    cached = (reply.header("Cache-Control") or "").split(",")
    assert "no-store" in [word.strip() for word in cached]
    assert "no-cache" in (reply.header("Pragma") or "no-cache")
    assert told["token_type"].lower() == "bearer"
    assert type(told["expires_in"]) is int
    assert told["expires_in"] > 0
    assert all(" " <= char <= "~" for char in told["access_token"])
    return told


def token_error(reply: Reply, status: int = 400) -> str:
    """The error of the token endpoint."""
    told = json_of(reply, status)
    assert told.keys() <= ERROR
    return error_in_words(told)


def error_in_words(told: Mapping[str, str]) -> str:
    """The error, described in the characters of RFC 6749 section 5.2, with a page about it."""
    described = told["error_description"]
    assert all(" " <= char <= "~" and char not in '"\\' for char in described)
    assert urlsplit(told["error_uri"]).scheme == "https"
    return told["error"]


def id_token_keeps_to_the_standard(
    world: World, tokens: Mapping[str, Any], client_id: str, nonce: str | None
) -> None:
    """The checks of every ID token."""
    told, now = claims(tokens["id_token"]), world.clock()
    assert told["iss"] == world.issuer
    assert told["aud"] in (client_id, [client_id])
    assert told["exp"] > now >= told["iat"] > now - 300
    assert told.get("nonce") == nonce
    assert told.keys() <= EXPECTED
    assert 0 < len(told["sub"]) < 256
    assert told["sub"].isascii()
    assert told["at_hash"] == base64url(sha256(tokens["access_token"])[:16])
    is_signed(world, tokens["id_token"])


def is_signed(world: World, token: str) -> None:
    """By RS256, and by the key of the key document that the kid names."""
    keys = world.get("/.well-known/jwks.json").json["keys"]
    (key,) = [key for key in keys if key["kid"] == header(token)["kid"]]
    assert (header(token)["alg"], key["kty"]) == ("RS256", "RSA")
    n, e = (int.from_bytes(from_base64url(key[name])) for name in "ne")
    signed, _, signature = token.rpartition(".")
    public = rsa.RSAPublicNumbers(e, n).public_key()
    public.verify(from_base64url(signature), signed.encode(), padding.PKCS1v15(), SHA256())


def unsigned(document: Mapping[str, Any]) -> str:
    """A JWT that nobody signed, as the suite writes it."""
    parts = ({"alg": "none"}, document)
    return ".".join([*(base64url(json.dumps(part).encode()) for part in parts), ""])
