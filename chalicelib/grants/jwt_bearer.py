"""The word of a trusted issuer for a user: ID-JAG. RFC 7523 sections 2.1 and 3.1.

     issuer trusted ─► rules ─► signature ─► policy ─► user ─► user linked ─► jti spent ─► grant

draft-ietf-oauth-identity-assertion-authz-grant section 4.4. Proved first, spent last. There is no
refresh token: the issuer is asked again, and may have changed its mind (RFC 7521 section 4.1).
"""

from __future__ import annotations

from functools import partial

from .. import subject_links, token_status, user_grants
from ..client_keys import NoKey
from ..encoding import sha256
from ..errors import InvalidGrant, InvalidScope, InvalidTarget, TemporarilyUnavailable
from ..http import Parameters
from ..protocol import handle, id_jag, resource_uri
from ..protocol import scope as scopes
from ..protocol.confirmation import Binding, Confirmation
from ..protocol.id_jag import Assertion, Expected
from ..protocol.jwt import Token
from ..records import seen_once
from ..records.authorization import Authorization
from ..records.client import Client
from ..records.grant import LIVE, Grant
from ..records.resource import Resource
from ..records.trusted_issuer import ID_JAG, TrustedIssuer
from ..records.user import User
from ..services import Services
from ..subject_links import Found
from ..values import replace
from . import Proved

PARAMETERS = ("assertion", "scope", "resource")


def prove(form: Parameters, client: Client, services: Services) -> Proved:
    """An assertion that is good, about a user who may have access, for a resource of its issuer."""
    now = services.now()
    token = id_jag.parse(form.require("assertion"))
    issuer = _trusted(token, client, services)
    expected = Expected(services.settings.issuer, client.client_id, issuer.algs, now)
    assertion = id_jag.check(token, expected)
    _check_signature(token, issuer, services)
    # What was revoked here is not brought back by a word that was given before.
    if assertion.issued_at <= client.not_before:
        raise InvalidGrant("The assertion is older than the client's last revocation.")
    asked = form.get("scope")
    grant, resource = _granted(
        assertion, issuer, client, form.all("resource"), asked, now, services
    )
    found = subject_links.find(issuer, assertion, services)
    if found.user is not None:
        _must_have_access(found.user, assertion)
    spend = partial(_spend, assertion, issuer, found, grant, resource, client, services)
    return Proved(Binding(assertion.bound), spend)


def _trusted(token: Token, client: Client, services: Services) -> TrustedIssuer:
    """The issuer, where it is trusted with users and this client may bring its word."""
    issuer = services.registry.trusted_issuer(id_jag.claimed_issuer(token))
    if issuer is None or not issuer.is_trusted_for(ID_JAG):
        raise InvalidGrant("The issuer of the assertion is not trusted here.")
    if issuer.clients is not None and client.client_id not in issuer.clients:
        raise InvalidGrant("This client may not bring assertions of this issuer.")
    if client.is_public and not issuer.public_clients:
        raise InvalidGrant("A public client may not bring assertions of this issuer.")
    return issuer


def _check_signature(token: Token, issuer: TrustedIssuer, services: Services) -> None:
    try:
        signed = services.client_keys.have_signed(issuer, token)
    except NoKey as problem:
        if problem.detail:
            services.log.event("issuer.not_read", issuer=issuer.issuer, reason=problem.detail)
            raise TemporarilyUnavailable(detail=problem.detail, retry_after=60) from None
        reason = f"The assertion is not signed by a key of its issuer. {problem}"
        raise InvalidGrant(reason) from None
    if not signed:
        raise InvalidGrant("The assertion is not signed by a key of its issuer.")


def _granted(
    assertion: Assertion,
    issuer: TrustedIssuer,
    client: Client,
    asked: tuple[str, ...],
    scope: str | None,
    now: int,
    services: Services,
) -> tuple[Grant, Resource]:
    """What the assertion gives, nobody's as yet: one resource, and what three have said of it.

    The assertion's scope is the bound; the request may shrink it; of that, what the issuer may give
    there counts. InvalidTarget, InvalidScope.
    """
    grant = Grant(
        user_id="",
        grant_id=services.random_text(handle.ID_BYTES),
        client_id=client.client_id,
        state=LIVE,
        code_hash=sha256(services.token_bytes(32)),
        scope=(),
        resources=assertion.resources,
        issued_at=now,
        expires_at=now,
        ends_at=now,
        offline=False,
    )
    uri, resource = user_grants.choose_resource(grant, client, asked, services)
    policy = _policy(issuer, resource)
    if resource is None or policy is None:
        raise InvalidTarget("The issuer of the assertion has no say about this resource.")
    bound = policy if assertion.scope is None else assertion.scope
    wanted = bound if scope is None else scopes.shrink(scopes.parse(scope), bound)
    given = scopes.keep(wanted, policy)
    if not given:
        raise InvalidScope("Nothing of the scope is what the issuer of the assertion may give.")
    lifetime = resource.access_token_lifetime or services.settings.lifetimes.access_token
    ends_at = now + lifetime
    grant = replace(grant, resources=(uri,), scope=given, expires_at=ends_at, ends_at=ends_at)
    return grant, resource


def _policy(issuer: TrustedIssuer, resource: Resource | None) -> tuple[str, ...] | None:
    """The scopes that an issuer may give at a resource, by its own URI or that of its family."""
    if resource is None:
        return None
    for name in filter(None, (resource.resource, resource.family)):
        for uri, given in (issuer.resources or {}).items():
            if resource_uri.same(uri, name):
                return given
    return None


def _must_have_access(user: User, assertion: Assertion) -> None:
    if not user.accepts(assertion.issued_at):
        detail = "disabled" if user.disabled else "revoked since the assertion was made"
        raise InvalidGrant("The user of the assertion has no access any more.", detail=detail)


def _spend(
    assertion: Assertion,
    issuer: TrustedIssuer,
    found: Found,
    grant: Grant,
    resource: Resource,
    client: Client,
    services: Services,
    shown: Confirmation | None,
) -> Authorization:
    user = subject_links.settle(found, issuer, assertion, services)
    _must_have_access(user, assertion)
    mark = seen_once.id_jag(
        issuer.issuer, assertion.jti, assertion.last_second, services.random_text(12)
    )
    if not services.table.put_first(mark):
        raise InvalidGrant("The assertion was used before.")
    grant = replace(grant, user_id=user.user_id, confirmation=shown)
    audience = grant.resources[0]
    authorization = user_grants.authorization(
        user, client, grant, audience, resource, None, services
    )
    if authorization.listed:
        grant = token_status.placed(grant, authorization.lifetime, services)
        authorization = replace(authorization, place=grant.place)
    services.table.put_new(grant)
    return authorization
