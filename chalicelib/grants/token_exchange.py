"""Token exchange: one token for another. RFC 8693.

For now one kind is made here, an assertion about a user for another authorization server (ID-JAG),
of an ID token of this server. A further kind is a further line of _MADE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from .. import subjects, verification
from ..errors import InvalidRequest, InvalidScope, InvalidTarget, UnauthorizedClient
from ..http import Parameters
from ..protocol import id_jag, resource_uri, sector
from ..protocol import scope as scopes
from ..protocol.confirmation import UNBOUND, Confirmation
from ..protocol.grant_types import ID_JAG, ID_TOKEN
from ..records.authorization import Authorization, HandedOn
from ..records.client import Client
from ..records.grant import Grant, grant_key
from ..records.user import User, user_key
from ..services import Services
from ..verification import IDToken
from . import Proved

PARAMETERS = (
    *("requested_token_type", "subject_token", "subject_token_type"),
    *("actor_token", "actor_token_type", "audience", "resource", "scope"),
)

Subject = tuple[User, Grant]


def prove(form: Parameters, client: Client, services: Services) -> Proved:
    """A token that may be exchanged for what is requested. Nothing is spent by it."""
    if client.is_public:
        raise UnauthorizedClient("A public client cannot exchange tokens.")
    if "actor_token" in form or "actor_token_type" in form:
        raise InvalidRequest("actor_token: is not taken here.")
    requested = form.require("requested_token_type")
    if requested not in _MADE:
        raise InvalidRequest(f"requested_token_type: only {', '.join(_MADE)} is made here.")
    return Proved(UNBOUND, partial(_spend, _MADE[requested](form, client, services)))


def _spend(authorization: Authorization, shown: Confirmation | None) -> Authorization:
    return authorization


def _id_jag(form: Parameters, client: Client, services: Services) -> Authorization:
    """Draft section 4.3: for whom, where and for what is the operator's policy of the client."""
    audience, policy = _audience(form.all("audience"), client)
    resource, allowed = _resource(form.all("resource"), policy.resources)
    scope = allowed
    if form.get("scope") is not None:
        # Section 4.3.3: another scope than was asked for is told.
        scope = scopes.keep(scopes.parse(form["scope"]), allowed)
    if not scope:
        raise InvalidScope("Nothing of the scope may be asked for at this resource.")
    user, grant = _signed_in(form, client, services)
    address = user.claims.get("email") if policy.email else None
    verified = user.claims.get("email_verified") is True
    return Authorization(
        client_id=client.client_id,
        subject=_subject(user, client, audience, services),
        user_subject=user.subject,
        scope=scope,
        audience=audience,
        signing_alg="RS256",
        signing_mode=None,
        lifetime=id_jag.LIFETIME,
        auth_time=grant.auth_time or None,
        acr=grant.acr,
        handed_on=HandedOn(
            client_id=policy.client_id,
            resource=resource,
            amr=grant.amr,
            email=address if isinstance(address, str) and verified else None,
        ),
    )


_MADE: Mapping[str, Callable[[Parameters, Client, Services], Authorization]] = {
    ID_JAG: _id_jag,
}


def _audience(asked: tuple[str, ...], client: Client) -> tuple[str, id_jag.Elsewhere]:
    if len(asked) != 1:
        raise InvalidRequest("audience: name one, the issuer of the other server.")
    elsewhere = (client.id_jag_audiences or {}).get(asked[0])
    if elsewhere is None:
        raise InvalidTarget("This client may ask for no assertion for this audience.")
    return asked[0], id_jag.elsewhere(elsewhere)


def _resource(
    asked: tuple[str, ...], allowed: Mapping[str, tuple[str, ...]]
) -> tuple[str, tuple[str, ...]]:
    if len(asked) > 1 or (not asked and len(allowed) > 1):
        raise InvalidTarget("Name one resource.")
    for uri, scope in allowed.items():
        if not asked or resource_uri.same(uri, asked[0]):
            return uri, scope
    raise InvalidTarget("This client may ask for no assertion for this resource.")


def _signed_in(form: Parameters, client: Client, services: Services) -> Subject:
    """The user of an ID token, who still is signed in as it says. RFC 8693 section 2.2.2: one that
    is not good makes the request bad."""
    text, kind = form.require("subject_token"), form.require("subject_token_type")
    if kind != ID_TOKEN:
        raise InvalidRequest(f"subject_token_type: only {ID_TOKEN} is taken here.")
    token = verification.id_token(text, services)
    if token is None:
        raise InvalidRequest("subject_token: is no ID token of this server.")
    if not token.was_issued_to(client):
        raise InvalidRequest("subject_token: was issued to another client.")
    if services.now() >= token.claims["exp"]:
        raise InvalidRequest("subject_token: has expired.")
    found = _behind(token, client, services)
    if found is None:
        raise InvalidRequest("subject_token: its user must sign in again.")
    return found


def _behind(token: IDToken, client: Client, services: Services) -> Subject | None:
    """The user and the grant of an ID token: one read, or two where somebody has signed out."""
    of = token.of(services)
    if of is None:
        return None
    user, grant = services.table.get_all((User, user_key(of[0])), (Grant, grant_key(*of)))
    if user is None or grant is None or grant.client_id != client.client_id:
        return None
    issued_at = min(grant.issued_at, token.claims["iat"])
    if issued_at <= client.not_before:
        return None
    if not verification.grant_stands(user, grant, token.claims["iat"]):
        return None
    # Whatever was given for when nobody is there: this is the word that somebody is signed in.
    return (user, grant) if verification.session_stands(user, grant, services) else None


def _subject(user: User, client: Client, audience: str, services: Services) -> str:
    """Who is known here by another name to each client is so to each server as well."""
    if client.subject_type == sector.PUBLIC:
        return subjects.of(user, client, services)
    return services.keyring.pseudonym("subject", f"{audience}\0{user.user_id}")
