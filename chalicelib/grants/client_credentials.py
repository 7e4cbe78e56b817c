"""The client credentials grant: a client acts for itself. RFC 6749 section 4.4."""

from __future__ import annotations

from functools import partial

from ..errors import InvalidScope, InvalidTarget, UnauthorizedClient
from ..http import Parameters
from ..protocol import scope as scopes
from ..protocol import target
from ..protocol.confirmation import UNBOUND, Confirmation
from ..records.authorization import Authorization
from ..records.client import Client
from ..services import Services
from ..values import replace
from . import Proved

PARAMETERS = ("scope", "resource", "authorization_details")


def prove(form: Parameters, client: Client, services: Services) -> Proved:
    """What the client may do for itself. Never a refresh token, never a user's data."""
    if client.is_public:
        raise UnauthorizedClient("A public client cannot act for itself.")
    if client.scope is None and client.allowed_resources is None:
        raise InvalidScope("This client is registered for no scope and no resource.")
    # Nobody is asked: what it may do must be written down, and "any" is not.
    details = target.asked_details(form.get("authorization_details"), client, named=True)
    scope = target.asked_scope(form.get("scope"), client, with_details=bool(details))
    if set(scope) & set(scopes.OPENID):
        raise InvalidScope("OpenID scopes are for users; no user takes part in this grant.")
    asked = form.all("resource")
    allowed = services.registry.resources_of(client, asked)
    chosen = target.choose(scope, asked, allowed, client.default_resource, details)
    if len(chosen) != 1:
        raise InvalidTarget("Name one resource: a token has one audience.")
    (resource,) = chosen
    lifetime = resource.access_token_lifetime or services.settings.lifetimes.client_credentials
    authorization = Authorization(
        client_id=client.client_id,
        subject=client.client_id,
        scope=scope,
        authorization_details=details,
        audience=resource.resource,
        signing_alg=resource.signing_alg,
        signing_mode=resource.signing_mode,
        lifetime=lifetime,
        listed=resource.status_list,
    )
    return Proved(UNBOUND, partial(_spend, authorization, services))


def _spend(
    authorization: Authorization, services: Services, shown: Confirmation | None
) -> Authorization:
    if not authorization.listed:
        return authorization
    return replace(authorization, place=services.status_lists.allocate())
