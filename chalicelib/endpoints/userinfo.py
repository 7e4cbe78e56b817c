"""UserInfo: what a client may know of its user. OpenID Connect Core section 5.3, RFC 6750."""

from __future__ import annotations

from .. import subjects, tokens, verification
from ..errors import InsufficientScope, InvalidToken
from ..http import NO_STORE, Request, Response, json_response
from ..protocol import bearer, claims, target
from ..services import Services

SCOPE = "openid"


def handle(request: Request, services: Services) -> Response:
    """The claims that were asked for, given, and are known; `sub` always.

    The token must be for this server (RFC 9068 section 4): an API that was handed a token for
    itself is not to read its caller's profile with it.
    """
    issuer = services.settings.issuer
    text = bearer.presented(request)
    if text is None:
        return Response(401, "", (bearer.challenge(issuer, SCOPE), *NO_STORE))
    token = verification.access_token(text, services)
    if token is None:
        raise InvalidToken
    if token.claims["aud"] != issuer:
        raise InvalidToken(
            f"The access token is for another resource. Ask for one with resource={issuer}."
        )
    granted = token.claims["scope"].split(" ")
    if SCOPE not in granted:
        raise InsufficientScope
    found = verification.behind(token, services)
    if found is None:
        raise InvalidToken
    allowed = target.allowed_to(found.client, tuple(granted))
    by_name = target.allowed_claims(found.client, found.grant.claims_in("userinfo"))
    known: dict[str, object] = {
        **claims.pick(found.user.claims, claims.of_scope(allowed) + by_name),
        "sub": subjects.of(found.user, found.client, services),
    }
    if found.client.userinfo_signed_response_alg is None:
        return json_response(known)
    signed = tokens.sign_userinfo(known, found.client, services)
    return Response(200, signed, (("Content-Type", "application/jwt"), *NO_STORE))
