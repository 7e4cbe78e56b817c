"""The mint: an Authorization becomes tokens. RFC 6749 section 5.1, RFC 9068, OpenID Connect Core 2.

Called after the grant was spent: a failed signature costs a retry, a replay would cost an account.
"""

from __future__ import annotations

from .encoding import base64url, sha256
from .protocol import jwt, scope
from .records.authorization import Authorization, SignedIn
from .services import Services

ACCESS_TOKEN = "at+jwt"
ID_TOKEN = "JWT"
# The private claim by which introspection and revocation find the grant.
LOCATOR = "grant"


def issue(authorization: Authorization, services: Services) -> dict[str, object]:
    """The members of a token response; TemporarilyUnavailable when no key can sign."""
    now = services.now()
    access_token = _access_token(authorization, now, services)
    answer: dict[str, object] = {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": authorization.lifetime,
        "scope": scope.join(authorization.scope),
    }
    if authorization.refresh_token is not None:
        answer["refresh_token"] = authorization.refresh_token
    if authorization.signed_in is not None:
        answer["id_token"] = _id_token(
            authorization, authorization.signed_in, access_token, now, services
        )
    return answer


def _access_token(authorization: Authorization, now: int, services: Services) -> str:
    claims: dict[str, object] = {
        "iss": services.settings.issuer,
        "sub": authorization.subject,
        "aud": authorization.audience,
        "exp": now + authorization.lifetime,
        "iat": now,
        "nbf": now,
        "jti": services.random_text(16),
        "client_id": authorization.client_id,
        "scope": scope.join(authorization.scope),
    }
    if authorization.locator is not None:
        claims[LOCATOR] = authorization.locator
    mode = authorization.signing_mode or services.settings.signing_mode
    return _sign(ACCESS_TOKEN, mode, authorization.signing_alg, claims, services)


def _id_token(
    authorization: Authorization,
    signed_in: SignedIn,
    access_token: str,
    now: int,
    services: Services,
) -> str:
    claims: dict[str, object] = {
        "iss": services.settings.issuer,
        "sub": authorization.subject,
        "aud": authorization.client_id,
        "exp": now + services.settings.lifetimes.id_token,
        "iat": now,
        "auth_time": signed_in.auth_time,
        "amr": list(signed_in.amr),
        # Core section 3.1.3.6: the left half of the hash of the access token.
        "at_hash": base64url(sha256(access_token)[:16]),
    }
    if signed_in.nonce is not None:
        claims["nonce"] = signed_in.nonce
    return _sign(ID_TOKEN, services.settings.signing_mode, "RS256", claims, services)


def _sign(typ: str, mode: str, alg: str, claims: dict[str, object], services: Services) -> str:
    key = services.keyring.signing_key(mode, alg)
    signing_input = jwt.signing_input({"typ": typ, "alg": alg, "kid": key.kid}, claims)
    return jwt.compact(signing_input, services.signer.sign(key, signing_input))
