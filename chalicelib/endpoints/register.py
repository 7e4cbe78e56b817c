"""The client registration endpoint. RFC 7591 section 3, OpenID Connect Dynamic Client Registration.

Cheap checks, then the throttle or the token, then what costs calls; the token's use is spent last.
"""

from __future__ import annotations

from .. import throttling
from ..administration import initial_access_tokens, self_registration
from ..errors import InvalidToken, NotFound, TokenNeeded
from ..http import Request, Response, json_response
from ..protocol import bearer
from ..records.initial_access_token import InitialAccessToken
from ..registration_messages import answer, metadata_of, refusals, vouched_for
from ..services import Services

# Members for which a document or keys of others are fetched.
_CALLS_OTHERS = {"sector_identifier_uri", "software_statement"}


def handle(request: Request, services: Services) -> Response:
    """Register a client for whoever may, and tell it what it is."""
    if services.settings.registration == "off":
        raise NotFound("This server does not let clients register themselves.")
    token = None
    if services.settings.registration == "initial-access-token":
        token = _proved(request, services)
    metadata = metadata_of(request)
    if token is None:
        throttling.registration(request.source_address, services)
    elif _CALLS_OTHERS & metadata.keys():
        throttling.registration_fetches(token.token_id, services)
    with refusals():
        client = self_registration.describe(
            vouched_for(metadata, services),
            services,
            without_pkce=token is not None and token.without_pkce,
        )
        made = self_registration.create(
            client,
            services,
            lambda: token is None or initial_access_tokens.spend(token, services),
        )
    if made is None:
        raise InvalidToken("The initial access token was used up, or it has ended.")
    return json_response(answer(made, metadata, services), status=201)


def _proved(request: Request, services: Services) -> InitialAccessToken:
    presented = bearer.presented(request)
    if presented is None:
        raise TokenNeeded("This server registers clients with an initial access token only.")
    with throttling.client_secret("", request.source_address, services, InvalidToken):
        token = initial_access_tokens.find(presented[1], services)
        if presented[0] != "bearer" or token is None:
            raise InvalidToken("The initial access token is wrong, used up, or has ended.")
    return token
