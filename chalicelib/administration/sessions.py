"""Sessions: looking at the browsers of a user, and signing them out."""

from __future__ import annotations

from collections.abc import Iterator

from .. import signing_out
from ..records.session import Session, session_key
from ..records.user import User
from ..services import Services
from . import Refused, users


def living(user: User, services: Services) -> Iterator[Session]:
    """The sessions that still count: neither expired nor ended with all the rest of the user."""
    found = users.sessions_of(user, services)
    return (session for session in found if user.accepts(session.auth_time))


def end(user: User, session_id: str | None, services: Services) -> tuple[str, ...]:
    """Sign out one session, or all; returns what was ended. Refused when there is no such one.

    Each as it is read: where it fails on the way, those before have ended, and the next try goes on
    with the others.
    """
    found = living(user, services) if session_id is None else (_one(user, session_id, services),)
    ended = []
    for session in found:
        signing_out.sign_out(user, session, services)
        services.log.event("user.signed_out", sub=user.subject, client_id=None)
        ended.append(session.session_id)
    return tuple(ended)


def _one(user: User, session_id: str, services: Services) -> Session:
    session = services.table.get(Session, session_key(user.user_id, session_id))
    if session is None or not user.accepts(session.auth_time):
        raise Refused(f"user {user.username} has no session {session_id}")
    return session
