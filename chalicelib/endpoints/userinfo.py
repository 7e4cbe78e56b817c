"""UserInfo: what a client may know of its user. OpenID Connect Core section 5.3, RFC 6750, 9449."""

from __future__ import annotations

from .. import possession, subjects, tokens, verification
from ..errors import InsufficientScope, InvalidToken, OAuthError
from ..http import NO_STORE, Request, Response, json_response
from ..possession import Possession
from ..protocol import bearer, claims, target
from ..records.client import Client
from ..services import Services
from ..verification import AccessToken, Behind

PATH = "/userinfo"
SCOPE = "openid"


def handle(request: Request, services: Services) -> Response:
    """The claims that were asked for, given, and are known; `sub` always.

    The token must be for this server (RFC 9068 section 4): an API that was handed a token for
    itself is not to read its caller's profile with it.
    """
    issuer = services.settings.issuer
    presented = bearer.presented(request)
    if presented is None:
        return Response(401, "", (*bearer.challenges(request, issuer, SCOPE), *NO_STORE))
    token = verification.access_token(presented[1], services)
    client = services.registry.client(token.client_id) if token is not None else None
    if token is None or client is None:
        raise InvalidToken
    try:
        shown, found = _proved(presented, token, client, request, services)
    except OAuthError as refused:
        services.log.event(
            "userinfo.refused",
            client_id=client.client_id,
            error=refused.error,
            reason=refused.detail or refused.description,
        )
        raise
    allowed = target.allowed_to(found.client, _scope(token))
    by_name = target.allowed_claims(found.client, found.grant.claims_in("userinfo"))
    known: dict[str, object] = {
        **claims.pick(found.user.claims, claims.of_scope(allowed) + by_name),
        "sub": subjects.of(found.user, found.client, services),
    }
    if found.client.userinfo_signed_response_alg is None:
        return json_response(known).with_headers(*shown.headers)
    signed = tokens.sign_userinfo(known, found.client, services)
    headers = (("Content-Type", "application/jwt"), *NO_STORE, *shown.headers)
    return Response(200, signed, headers)


def _proved(
    presented: tuple[str, str],
    token: AccessToken,
    client: Client,
    request: Request,
    services: Services,
) -> tuple[Possession, Behind]:
    """Who shows the token's key, spent, and what is behind the token; OAuthError."""
    issuer = services.settings.issuer
    # First of all: who cannot show the key is told nothing of the token.
    shown = possession.of_token(presented, token.confirmation, client, request, services, path=PATH)
    if token.claims["aud"] != issuer:
        raise InvalidToken(
            f"The access token is for another resource. Ask for one with resource={issuer}."
        )
    if SCOPE not in _scope(token):
        raise InsufficientScope
    found = verification.behind(token, services)
    if found is None:
        raise InvalidToken
    shown.spend(services)
    return shown, found


def _scope(token: AccessToken) -> tuple[str, ...]:
    return tuple(token.claims.get("scope", "").split(" "))
