"""What an ID token must tell, and what is none. OpenID Connect Core sections 2 and 3.1.3.6."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from tests.stateful import openid
from tests.stateful.model import ISSUER, Grant


def check(told: dict[str, Any], access_token: str, grant: Grant, now: int) -> None:
    """The claims of an ID token, but for its names of the user and the session."""
    by_name = openid.known(grant.person, grant.by_name.get("id_token", ()))
    assert told.keys() == openid.OF_ID_TOKEN | by_name.keys()
    assert {name: told[name] for name in by_name} == by_name
    assert (told["iss"], told["aud"], told["iat"]) == (ISSUER, grant.client_id, now)
    assert told["exp"] > now
    assert (told["nonce"], told["auth_time"]) == (grant.nonce, grant.auth_time)
    assert (told["amr"], told["acr"]) == (["pwd"], openid.ACR)
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    assert told["at_hash"] == _encoded(half)


def forged(text: str, how: str, subject: str) -> str:
    """No ID token of the server, made of one: how is "signature", "claims" or "none"."""
    head, body, signature = text.split(".")
    if how == "signature":
        return f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    if how == "claims":
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        return f"{head}.{_encoded(json.dumps({**claims, 'sub': subject}).encode())}.{signature}"
    return f"{_encoded(json.dumps({'alg': 'none', 'typ': 'JWT'}).encode())}.{body}."


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
