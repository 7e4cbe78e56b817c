"""What the grants of a user share: reading one, standing checks, and the Authorization it proves.

Used by every grant type behind which a person stands, so that none of them forgets a check.
"""

from __future__ import annotations

from . import sessions, subjects, token_status
from .errors import InvalidGrant, InvalidScope, InvalidTarget
from .protocol import claims, handle, resource_uri, scope, target
from .protocol.grant_types import TOKEN_EXCHANGE
from .protocol.handle import Handle
from .records.authorization import Authorization, SignedIn
from .records.client import Client
from .records.grant import Grant, grant_key
from .records.resource import Resource
from .records.user import User, user_key
from .services import Services
from .verification import stands


def find(text: str, client: Client, services: Services) -> tuple[Handle, User | None, Grant]:
    """The grant that a code or refresh token names, with its user: one read. InvalidGrant.

    Nothing is proved but that the grant exists and is this client's.
    """
    shown = handle.read(text, services.keyring.salt)
    if shown is None:
        raise InvalidGrant(detail="not one of our codes or refresh tokens")
    user, grant = services.table.get_all(
        (User, user_key(shown.user_id)), (Grant, grant_key(shown.user_id, shown.own_id))
    )
    if grant is None:
        raise InvalidGrant(detail="no such grant, or it has expired")
    if grant.client_id != client.client_id:
        raise InvalidGrant(detail="another client's")
    return shown, user, grant


def must_stand(user: User | None, client: Client, grant: Grant, services: Services) -> User:
    """The user, when user, client and grant still stand behind each other. InvalidGrant."""
    if not stands(user, grant, grant.issued_at, services):
        raise InvalidGrant(detail="the grant was revoked, its user disabled or signed out")
    if grant.issued_at <= client.not_before:
        raise InvalidGrant(detail="the client's grants were revoked")
    assert user is not None
    return user


def revoke_replayed(grant: Grant, what: str, services: Services) -> None:
    """Something single-use came twice: whoever has it may be a thief, so the whole grant ends."""
    token_status.revoke_grant(grant, services)
    services.log.event(
        "token.reuse_detected", client_id=grant.client_id, grant=grant.grant_id, what=what
    )


def choose_resource(
    grant: Grant,
    client: Client,
    asked: tuple[str, ...],
    services: Services,
    asked_details: str | None = None,
) -> tuple[str, Resource | None]:
    """The one audience of the token: its URI, and the resource (None: this server). InvalidTarget.

    RFC 8707 section 2.2: one of the resources that the user was asked for, and no other. Where
    none is named, it can be told from the authorization details that are asked for.
    """
    if len(asked) > 1:
        raise InvalidTarget("Name one resource: a token has one audience.")
    names_this_server = bool(asked) and resource_uri.same(asked[0], services.settings.issuer)
    if names_this_server and "openid" in grant.scope:
        return services.settings.issuer, None  # for /userinfo
    if not grant.resources:
        if asked and not names_this_server:
            raise InvalidTarget("The grant is not for this resource.")
        return services.settings.issuer, None
    if not asked and asked_details is not None:
        asked = _resource_of(asked_details, grant, services)
    if not asked and len(grant.resources) > 1:
        raise InvalidTarget("The grant is for several resources; name one.")
    named = asked[0] if asked else grant.resources[0]
    uri = next((uri for uri in grant.resources if resource_uri.same(uri, named)), None)
    if uri is None:
        raise InvalidTarget("The grant is not for this resource.")
    resource = services.registry.resource(uri)
    if resource is None:
        raise InvalidTarget("The resource is not served any more.")
    if not resource.is_one_of(client.allowed_resources) or not resource.is_open_to(client):
        raise InvalidTarget("The client may not use this resource any more.")
    return uri, resource


def _resource_of(asked_details: str, grant: Grant, services: Services) -> tuple[str, ...]:
    """The one resource of the grant that all of these are for, if there is one."""
    if len(grant.resources) < 2:
        return ()
    from .protocol import authorization_details as rich

    details = rich.read(asked_details)
    known = [services.registry.resource(uri) for uri in grant.resources]
    found = [
        resource.resource
        for resource in known
        if resource is not None and rich.of_resource(details, resource) == details
    ]
    return tuple(found) if len(found) == 1 else ()


def _details(
    grant: Grant, client: Client, resource: Resource | None, asked: str | None
) -> target.Details:
    """The authorization details of a token for one resource; `asked` can only take some away
    (RFC 9396 section 6). InvalidAuthorizationDetails."""
    if grant.authorization_details is None and asked is None:
        return ()
    from .protocol import authorization_details as rich

    of_client = rich.allowed_to(client, rich.stored(grant.authorization_details))
    granted = rich.of_resource(of_client, resource)
    return granted if asked is None else rich.narrow(rich.read(asked), granted)


def authorization(
    user: User,
    client: Client,
    grant: Grant,
    audience: str,
    resource: Resource | None,
    asked_scope: str | None,
    services: Services,
    asked_details: str | None = None,
) -> Authorization:
    """What the grant proves for one audience; what is asked for can only shrink it. InvalidScope,
    InvalidAuthorizationDetails.

    What the client may not ask for any more is left out, whatever it was granted before. So is
    what belongs to another audience, though it is asked for: libraries repeat the whole scope.
    """
    allowed = target.allowed_to(client, grant.scope)
    if asked_scope is not None:
        allowed = scope.shrink(scope.parse(asked_scope), allowed)
    granted = target.narrow(allowed, resource)
    details = _details(grant, client, resource, asked_details)
    if (grant.scope or grant.authorization_details) and not granted and not details:
        raise InvalidScope("Nothing of the scope that was granted is left to this client.")
    lifetime = resource.access_token_lifetime if resource else None
    alg, mode = _signature(client, resource, services)
    return Authorization(
        client_id=grant.client_id,
        subject=subjects.of(user, client, services),
        user_subject=user.subject,
        id_token_alg=client.id_token_signed_response_alg,
        scope=granted,
        authorization_details=details,
        audience=audience,
        signing_alg=alg,
        signing_mode=mode,
        lifetime=lifetime or services.settings.lifetimes.access_token,
        listed=resource is not None and resource.status_list,
        exchangeable=TOKEN_EXCHANGE in client.grant_types,
        locator=handle.locator(grant.user_id, grant.grant_id, services.keyring.salt),
        auth_time=grant.auth_time or None,
        acr=grant.acr,
    )


def _signature(
    client: Client, resource: Resource | None, services: Services
) -> tuple[str, str | None]:
    """By which algorithm and mode an access token is signed; mode None for the stage's."""
    if resource is not None:
        return resource.signing_alg, resource.signing_mode
    if client.is_fapi:
        # FAPI 2.0 section 5.4.1: no JWT of theirs is RS256. Only we read this one, and the key is
        # there: it signs their ID tokens.
        return client.id_token_signed_response_alg, services.settings.id_token_signing_mode
    return "RS256", None


def signed_in(user: User, client: Client, grant: Grant, services: Services) -> SignedIn | None:
    """What an ID token would tell, when the grant asks for one (scope openid)."""
    if "openid" not in grant.scope:
        return None
    session = grant.session_id
    return SignedIn(
        auth_time=grant.auth_time,
        amr=grant.amr,
        nonce=grant.nonce,
        acr=grant.acr,
        sid=sessions.sid(session, grant.client_id, services) if session else None,
        claims=claims.pick(user.claims, target.allowed_claims(client, grant.claims_in("id_token"))),
    )


def refresh_token(grant: Grant, secret: bytes, services: Services) -> str:
    """The refresh token that carries this secret."""
    shown = Handle(grant.user_id, grant.grant_id, secret)
    return handle.write(shown, services.keyring.salt)
