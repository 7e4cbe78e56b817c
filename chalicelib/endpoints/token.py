"""The token endpoint. RFC 6749 section 3.2. It owns what every grant type shares."""

from __future__ import annotations

from .. import client_authentication, possession, tokens
from ..errors import OAuthError, UnauthorizedClient, UnsupportedGrantType
from ..grants import GRANT_TYPES, GrantType, offered
from ..http import Parameters, Request, Response, json_response
from ..services import Services
from ..settings import Settings
from ..values import replace

PATH = "/token"
# RFC 8707 section 2 and RFC 8693 section 2.1 let these come more than once.
REPEATABLE = ("resource", "audience")

_NOT_OFFERED = {
    "password": "The password grant is not offered: OAuth 2.1 removed it. Use the code flow.",
    "implicit": "The implicit grant is not offered: OAuth 2.1 removed it. Use the code flow.",
}


def handle(request: Request, services: Services) -> Response:
    """Prove the client, its key and the grant; spend their proofs and the grant; mint.

    Whoever is told to bring a DPoP nonce may bring the same assertion again. What a token is
    bound to is settled here, so that no grant type can leave it out.
    """
    form = request.form
    form.refuse_repeated(but=REPEATABLE)
    grant_type = form.require("grant_type")
    grant = find_grant_type(grant_type, services.settings)
    caller = client_authentication.proved(request, services)
    client = caller.client
    if grant_type not in client.grant_types:
        raise UnauthorizedClient("This client is not registered for this grant type.")
    try:
        shown = possession.proved(request, client, services, path=PATH, compulsory=True)
        caller.spend(request, services)
        proved = grant.prove(_only(form, grant.PARAMETERS), client, services)
        proved.binding.must_be_met(shown.confirmation)
        shown.spend(services)
        authorization = proved.spend(shown.confirmation)
    except OAuthError as refused:
        services.log.event(
            "token.refused",
            client_id=client.client_id,
            grant_type=grant_type,
            error=refused.error,
            reason=refused.detail or refused.description,
        )
        raise
    answer = tokens.issue(replace(authorization, confirmation=shown.confirmation), services)
    services.log.event(
        "token.issued",
        client_id=authorization.client_id,
        sub=authorization.user_subject or authorization.subject,
        grant_type=grant_type,
        scope=" ".join(authorization.scope),
        audience=authorization.audience,
    )
    return json_response(answer).with_headers(*shown.headers)


def find_grant_type(name: str, settings: Settings) -> GrantType:
    """The member of this name, where the stage offers it; UnsupportedGrantType."""
    if name not in offered(settings):
        raise UnsupportedGrantType(_NOT_OFFERED.get(name, ""))
    return GRANT_TYPES[name]


def _only(form: Parameters, names: tuple[str, ...]) -> Parameters:
    return Parameters((name, value) for name in names for value in form.all(name))
