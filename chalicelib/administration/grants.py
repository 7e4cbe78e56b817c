"""Grants: looking at them and ending them. What each word means: records/grant.py."""

from __future__ import annotations

from .. import token_status
from ..records.consent import consent_key
from ..records.grant import CODE, Grant, grant_key
from ..records.user import User
from ..services import Services
from ..verification import stands
from . import Refused, users


def state(user: User, grant: Grant, services: Services) -> str:
    """`code` until it is redeemed, then `live`; `revoked` when the grant, its user or client is."""
    client = services.registry.registered(grant.client_id)
    backed = stands(user, grant, grant.issued_at, services)
    if not backed or client is None or grant.issued_at <= client.not_before:
        return "revoked"
    return "code" if grant.state == CODE else "live"


def revoke(user: User, grant_id: str, services: Services) -> Grant:
    """End one grant: every token of it is dead. Refused when the user has no such grant."""
    found = services.table.get(Grant, grant_key(user.user_id, grant_id))
    if found is None:
        raise Refused(f"user {user.username} has no grant {grant_id}")
    _end(user, found, services)
    return found


def disconnect(user: User, client_id: str, services: Services) -> tuple[str, ...]:
    """End a client's grants of one user, and forget the consent: the app has to ask again.

    Returns the identifiers of the grants. Having none is no error. Running it again finishes.
    """
    # First, so that no new grant comes out of it while the others are ended.
    services.table.delete(consent_key(user.user_id, client_id))
    ended = []
    for grant in users.grants_of(user, services):
        if grant.client_id == client_id:
            _end(user, grant, services)
            ended.append(grant.grant_id)
    return tuple(ended)


def _end(user: User, grant: Grant, services: Services) -> None:
    token_status.revoke_grant(grant, services)
    services.log.event(
        "grant.revoked", sub=user.subject, client_id=grant.client_id, grant=grant.grant_id
    )
