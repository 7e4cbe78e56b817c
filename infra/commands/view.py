"""What operators are shown of records: never a secret, never the hash of one."""

from __future__ import annotations

from chalicelib.administration import directory, grants, links, users
from chalicelib.protocol import authorization_details, signing_keys
from chalicelib.protocol.signing_keys import SigningKey
from chalicelib.records.client import Client
from chalicelib.records.grant import Grant
from chalicelib.records.logout_delivery import LogoutDelivery
from chalicelib.records.session import Session
from chalicelib.records.subject_link import LinkOfUser
from chalicelib.records.user import User
from chalicelib.registration import client_metadata
from chalicelib.services import Services

View = dict[str, object]


def of_client(client: Client) -> View:
    """A client under RFC 7591's names; `not_before` where its tokens were revoked."""
    view = client_metadata.write(client)
    if client.not_before >= client.created_at:
        view["not_before"] = client.not_before
    if client.blocked_at is not None:
        view["blocked_at"] = client.blocked_at
    if client.is_document:
        view["document_fresh_until"] = client.fresh_until
    if client.registered_by != "operator":
        view["registered_by"] = client.registered_by
    if client.expires_at is not None:
        view["expires_at"] = client.expires_at
    if client.previous_secret_hash is not None:
        view["previous_secret_expires_at"] = client.previous_secret_expires_at
    return view


def of_user(user: User) -> View:
    """A user."""
    return {
        "sub": user.subject,
        "username": user.username,
        "disabled": user.disabled,
        "created_at": user.created_at,
        "claims": user.claims,
        "roles": user.roles,
    }


def of_grant(user: User, grant: Grant, services: Services) -> View:
    """A grant. `expires_at` moves with each refresh, `ends_at` does not."""
    details = authorization_details.stored(grant.authorization_details)
    return {
        "grant_id": grant.grant_id,
        "client_id": grant.client_id,
        "state": grants.state(user, grant, services),
        "scope": " ".join(grant.scope),
        "resources": grant.resources,
        **({"authorization_details": details} if details else {}),
        "issued_at": grant.issued_at,
        "expires_at": grant.expires_at,
        "ends_at": grant.ends_at,
    }


def of_session(session: Session) -> View:
    """A session. `session_id` is for operators; a client's `sid` is made of it, by a keyed hash."""
    return {
        "session_id": session.session_id,
        "auth_time": session.auth_time,
        "amr": session.amr,
        "acr": session.acr,
        "expires_at": session.expires_at,
    }


def of_link(link: LinkOfUser) -> View:
    """Whom a trusted issuer knows a user as."""
    return {"issuer": link.issuer, "sub": link.subject}


def of_delivery(delivery: LogoutDelivery) -> View:
    """A logout token for a client. `sub` and `sid` are what that client knows."""
    return {
        "delivery_id": delivery.delivery_id,
        "client_id": delivery.client_id,
        "sub": delivery.subject,
        "sid": delivery.sid,
        "state": delivery.state,
        "tries": delivery.tries,
        "asked_at": delivery.asked_at,
        "tried_at": delivery.tried_at,
        "reason": delivery.reason,
    }


def of_key(key: SigningKey) -> View:
    """A signing key, and when it may be promoted or retired."""
    view: View = {"kid": key.kid, "alg": key.alg, "mode": key.mode}
    view |= {"state": key.state, "arn": key.arn}
    view |= _time("created_at", key.created_at) | _time("changed_at", key.changed_at)
    ready_at = signing_keys.ready_at(key)
    if ready_at is not None:
        step = "promotable_from" if key.state == signing_keys.NEXT else "retirable_from"
        view |= _time(step, ready_at)
    return view


def everything_of(user: User, services: Services) -> View:
    """All that is kept about a user."""
    password = users.password_of(user, services)
    return {
        **of_user(user),
        "not_before": user.not_before,
        "password_changed_at": password.changed_at if password else None,
        "links": [of_link(link) for link in links.of_user(user, services)],
        "applications": list(directory.names(directory.owned_by(user.user_id), services)),
        "sessions": [of_session(session) for session in users.sessions_of(user, services)],
        "consents": [
            {
                "client_id": consent.client_id,
                "scopes": consent.scopes,
                "since": consent.since,
                "last_used": consent.last_used,
            }
            for consent in users.consents_of(user, services)
        ],
        "grants": [
            {
                **of_grant(user, grant, services),
                "redirect_uri": grant.redirect_uri,
                "session_id": grant.session_id,
                "auth_time": grant.auth_time,
                "amr": grant.amr,
                "acr": grant.acr,
                "refreshed": grant.number,
                "refreshed_at": grant.rotated_at or None,
                "revoked_at": grant.revoked_at,
            }
            for grant in users.grants_of(user, services)
        ],
    }


def _time(name: str, time: int) -> View:
    return {name: time, f"{name}_utc": signing_keys.iso(time)}
