"""The mint: an Authorization becomes tokens. RFC 6749 section 5.1, RFC 9068, OpenID Connect Core 2.

Called after the grant was spent: a failed signature costs a retry, a replay would cost an account.
"""

from __future__ import annotations

from .encoding import base64url, sha256, sha512
from .protocol import jwt, scope
from .records.authorization import Authorization, SignedIn
from .records.client import Client
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
        **signed_in.claims,
        "iss": services.settings.issuer,
        "sub": authorization.subject,
        "aud": authorization.client_id,
        "exp": now + services.settings.lifetimes.id_token,
        "iat": now,
        "auth_time": signed_in.auth_time,
        "amr": list(signed_in.amr),
        "at_hash": _half_hash(access_token, authorization.id_token_alg),
    }
    told = {"nonce": signed_in.nonce, "acr": signed_in.acr, "sid": signed_in.sid}
    claims |= {name: value for name, value in told.items() if value is not None}
    return _for_client(authorization.id_token_alg, claims, services)


def sign_userinfo(claims: dict[str, object], client: Client, services: Services) -> str:
    """A signed answer of /userinfo, by the client's algorithm (Core section 5.3.2).

    TemporarilyUnavailable when no key can sign.
    """
    alg = client.userinfo_signed_response_alg or client.id_token_signed_response_alg
    of_this_server: dict[str, object] = {"iss": services.settings.issuer, "aud": client.client_id}
    return _for_client(alg, claims | of_this_server, services)


def logout_token(client: Client, subject: str, sid: str, services: Services) -> str:
    """A logout token for a client, by the algorithm of its ID tokens (Back-Channel Logout 2.4).

    TemporarilyUnavailable when no key can sign.
    """
    from .protocol import logout_token as rules

    issuer, jti = services.settings.issuer, services.random_text(16)
    told = rules.claims(issuer, client.client_id, subject, sid, jti, services.now())
    return _for_client(client.id_token_signed_response_alg, told, services, rules.TYP)


def _half_hash(token: str, alg: str) -> str:
    """Core section 3.1.3.6: the left half of a hash, the one that the signature's algorithm has.

    Ed25519 hashes with SHA-512 (RFC 8032 section 5.1), and libraries take it from there.
    """
    if alg in ("Ed25519", "EdDSA"):
        return base64url(sha512(token)[:32])
    return base64url(sha256(token)[:16])


def _for_client(
    alg: str, claims: dict[str, object], services: Services, typ: str = ID_TOKEN
) -> str:
    settings = services.settings
    mode = settings.id_token_signing_mode or settings.signing_mode
    return _sign(typ, mode, alg, claims, services)


def _sign(typ: str, mode: str, alg: str, claims: dict[str, object], services: Services) -> str:
    key = services.keyring.signing_key(mode, alg)
    signing_input = jwt.signing_input({"typ": typ, "alg": alg, "kid": key.kid}, claims)
    return jwt.compact(signing_input, services.signer.sign(key, signing_input))
