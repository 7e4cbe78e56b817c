"""What clients are told of a logout. OpenID Connect Back-Channel Logout 1.0 section 2.4,
Front-Channel Logout 1.0 section 2."""

from __future__ import annotations

from .response_mode import in_query

TYP = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME = 120  # seconds: section 2.4 recommends two minutes at most


def claims(
    issuer: str, client_id: str, subject: str, sid: str, jti: str, now: int
) -> dict[str, object]:
    """The claims of a logout token; it must not have a nonce, so that it is no ID token."""
    return {
        "iss": issuer,
        "sub": subject,
        "aud": client_id,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": jti,
        "events": {EVENT: {}},
        "sid": sid,
    }


def frame(uri: str, issuer: str, sid: str) -> str:
    """The address that the browser loads so that the client forgets its session."""
    return in_query(uri, {"iss": issuer, "sid": sid})
