"""What is signed outside of the server: by a client, assertions (RFC 7523) and DPoP proofs (RFC
9449); by another issuer, assertions about users (ID-JAG)."""

from __future__ import annotations

import secrets
import time

from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.protocol.client_assertion import TYPE
from tests.client_signatures import public_jwk, signed

CLIENT = "bench-signing"
# The same in each process of a run, for which alone it is good.
_KEY = ec.derive_private_key(int.from_bytes(b"bench"), ec.SECP256R1())
IDP = "https://idp.example.com"
SUBJECT = "bench-user"  # whom that issuer knows the demo user as
JWK = public_jwk(_KEY, kid="bench", alg="ES256")


def assertion(issuer: str) -> dict[str, str]:
    """The form members that prove the client, for ten minutes: cold starts take their time."""
    now = int(time.time())
    claims = {
        "iss": CLIENT,
        "sub": CLIENT,
        "aud": issuer,
        "jti": secrets.token_urlsafe(12),
        "iat": now,
        "exp": now + 600,
    }
    text = signed({"alg": "ES256", "kid": "bench"}, claims, _KEY)
    return {"client_assertion_type": TYPE, "client_assertion": text}


def dpop(url: str) -> tuple[str, str]:
    """The header with a proof for a POST to a URL."""
    header = {
        "typ": "dpop+jwt",
        "alg": "ES256",
        "jwk": {name: JWK[name] for name in ("kty", "crv", "x", "y")},
    }
    claims = {
        "jti": secrets.token_urlsafe(12),
        "htm": "POST",
        "htu": url,
        "iat": int(time.time()),
    }
    return "DPoP", signed(header, claims, _KEY)


def about_user(issuer: str, client_id: str, resource: str) -> str:
    """What the other issuer says about its user, for a client and a resource here."""
    now = int(time.time())
    claims = {
        "iss": IDP,
        "sub": SUBJECT,
        "aud": issuer,
        "client_id": client_id,
        "resource": resource,
        "scope": "read write",
        "iat": now,
        "exp": now + 300,
        "jti": secrets.token_urlsafe(12),
    }
    return signed({"typ": "oauth-id-jag+jwt", "alg": "ES256", "kid": "bench"}, claims, _KEY)
