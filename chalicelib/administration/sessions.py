"""Sessions: looking at the browsers of a user, and signing them out."""

from __future__ import annotations

from .. import signing_out
from ..records.session import Session
from ..records.user import User
from ..services import Services
from . import Refused, users


def living(user: User, services: Services) -> tuple[Session, ...]:
    """The sessions that still count: neither expired nor ended with all the rest of the user."""
    found = users.sessions_of(user, services)
    return tuple(session for session in found if user.accepts(session.auth_time))


def end(user: User, session_id: str | None, services: Services) -> tuple[str, ...]:
    """Sign out one session, or all; returns what was ended. Refused when there is no such one."""
    found = living(user, services)
    if session_id is not None:
        found = tuple(session for session in found if session.session_id == session_id)
        if not found:
            raise Refused(f"user {user.username} has no session {session_id}")
    for session in found:
        signing_out.sign_out(user, session, services)
        services.log.event("user.signed_out", sub=user.subject, client_id=None)
    return tuple(session.session_id for session in found)
