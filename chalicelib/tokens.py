"""The mint: an Authorization becomes tokens. RFC 6749 section 5.1, RFC 9068, OpenID Connect Core 2.

Called after the grant was spent: a failed signature costs a retry, a replay would cost an account.
"""

from __future__ import annotations

from collections.abc import Mapping

from .encoding import base64url, sha256, sha512
from .protocol import confirmation, jwt, scope
from .records.authorization import Authorization, HandedOn, SignedIn
from .records.client import Client
from .services import Services

ACCESS_TOKEN = "at+jwt"
ID_TOKEN = "JWT"
INTROSPECTION = "token-introspection+jwt"
# The private claim by which introspection and revocation find the grant.
LOCATOR = "grant"


def issue(authorization: Authorization, services: Services) -> dict[str, object]:
    """The members of a token response; TemporarilyUnavailable when no key can sign."""
    now = services.now()
    if authorization.handed_on is not None:
        return _assertion(authorization, authorization.handed_on, now, services)
    access_token = _access_token(authorization, now, services)
    answer: dict[str, object] = {
        "access_token": access_token,
        "token_type": confirmation.token_type(authorization.confirmation),
        "expires_in": authorization.lifetime,
        **_extent(authorization),
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
        **_extent(authorization),
    }
    if authorization.locator is not None:
        claims[LOCATOR] = authorization.locator
    if authorization.confirmation is not None:
        claims["cnf"] = dict(authorization.confirmation)
    # RFC 9068 section 2.2.1: the same in every token of a grant. RFC 9470 steps up by them.
    sign_in = {"auth_time": authorization.auth_time, "acr": authorization.acr}
    claims |= {name: value for name, value in sign_in.items() if value is not None}
    if authorization.listed:
        from .protocol import status_list

        assert authorization.place is not None
        lists = services.settings.url(status_list.PATH)
        alg = authorization.signing_alg
        claims["status"] = status_list.reference(lists, authorization.place, alg)
    mode = authorization.signing_mode or services.settings.signing_mode
    return _sign(ACCESS_TOKEN, mode, authorization.signing_alg, claims, services)


def _extent(authorization: Authorization) -> dict[str, object]:
    """How far it reaches, as the client is told and the token says (RFC 9396 sections 7 and 9.1).

    Without a scope there is none: RFC 6749 section 3.3 knows no empty one.
    """
    told: dict[str, object] = {}
    if authorization.scope or not authorization.authorization_details:
        told["scope"] = scope.join(authorization.scope)
    if authorization.authorization_details:
        told["authorization_details"] = list(authorization.authorization_details)
    return told


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
    if authorization.exchangeable and authorization.locator is not None:
        claims[LOCATOR] = authorization.locator
    return _for_client(authorization.id_token_alg, claims, services)


def _assertion(
    authorization: Authorization, told: HandedOn, now: int, services: Services
) -> dict[str, object]:
    """An assertion for another server, in the members that RFC 8693 section 2.2.1 has for it.

    It is signed as an ID token is, by the algorithm that everybody checks.
    """
    from .protocol import grant_types, id_jag

    claims: dict[str, object] = {
        "iss": services.settings.issuer,
        "sub": authorization.subject,
        "aud": authorization.audience,
        "client_id": told.client_id,
        "exp": now + authorization.lifetime,
        "iat": now,
        "jti": services.random_text(16),
        "resource": told.resource,
        "scope": scope.join(authorization.scope),
    }
    sign_in = {"auth_time": authorization.auth_time, "acr": authorization.acr}
    claims |= {name: value for name, value in sign_in.items() if value is not None}
    if told.amr:
        claims["amr"] = list(told.amr)
    if told.email is not None:
        claims |= {"email": told.email, "email_verified": True}
    if authorization.confirmation is not None:
        claims["cnf"] = dict(authorization.confirmation)
    return {
        "access_token": _for_client(authorization.signing_alg, claims, services, id_jag.TYP),
        "issued_token_type": grant_types.ID_JAG,
        "token_type": "N_A",
        "expires_in": authorization.lifetime,
        "scope": scope.join(authorization.scope),
    }


def sign_userinfo(claims: dict[str, object], client: Client, services: Services) -> str:
    """A signed answer of /userinfo, by the client's algorithm (Core section 5.3.2).

    TemporarilyUnavailable when no key can sign.
    """
    alg = client.userinfo_signed_response_alg or client.id_token_signed_response_alg
    of_this_server: dict[str, object] = {"iss": services.settings.issuer, "aud": client.client_id}
    return _for_client(alg, claims | of_this_server, services)


def authorization_response(client: Client, response: Mapping[str, str], services: Services) -> str:
    """A signed answer of /authorize, by the client's algorithm (JARM section 2.1).

    TemporarilyUnavailable when no key can sign.
    """
    from .protocol import response_mode

    issuer, now = services.settings.issuer, services.now()
    told = response_mode.claims(issuer, client.client_id, response, now)
    return _for_client(client.authorization_signed_response_alg, told, services)


def introspection_response(
    response: Mapping[str, object], client: Client, services: Services
) -> str:
    """A signed answer of /introspect, by the algorithm of who asks (RFC 9701 section 5).

    `sub` and `exp` stand inside only, or it would look like a token. TemporarilyUnavailable when
    no key can sign.
    """
    told: dict[str, object] = {
        "iss": services.settings.issuer,
        "aud": client.client_id,
        "iat": services.now(),
        "token_introspection": response,
    }
    alg = client.introspection_signed_response_alg or "RS256"
    return _for_client(alg, told, services, INTROSPECTION)


def logout_token(client: Client, subject: str, sid: str, services: Services) -> str:
    """A logout token for a client, by the algorithm of its ID tokens (Back-Channel Logout 2.4).

    TemporarilyUnavailable when no key can sign.
    """
    from .protocol import logout_token as rules

    issuer, jti = services.settings.issuer, services.random_text(16)
    told = rules.claims(issuer, client.client_id, subject, sid, jti, services.now())
    return _for_client(client.id_token_signed_response_alg, told, services, rules.TYP)


def status_list(in_list: int, alg: str, services: Services) -> str | None:
    """A token status list as it is now, signed; None where no key signs by this algorithm.

    TemporarilyUnavailable.
    """
    from .protocol import signing_keys
    from .protocol import status_list as rules

    settings, lists = services.settings, services.status_lists
    # As the tokens are signed, so far as the algorithm goes: that is what their verifiers know.
    modes = sorted(signing_keys.MODES, key=lambda mode: mode != settings.signing_mode)
    keys = services.keyring.keys
    mode = next((mode for mode in modes if signing_keys.signer(keys, mode, alg)), None)
    if mode is None:
        return None
    # What is revoked later than this is not in it, for all that is known.
    now = services.now()
    lst, clients = rules.encode(lists.revoked(in_list)), lists.revoked_clients()
    uri = settings.url(rules.PATH + rules.name(in_list, alg))
    told = rules.claims(settings.issuer, uri, lst, now, settings.status_list_ttl, clients)
    return _sign(rules.TYP, mode, alg, told, services)


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
