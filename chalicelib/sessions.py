"""Browser sessions: opened by a sign-in, carried by a `__Host-` cookie, known by a hash."""

from __future__ import annotations

from .encoding import equal
from .http import Request, cookie
from .protocol import handle
from .protocol.handle import Handle
from .records.session import Session, session_key
from .records.user import User
from .services import Services

COOKIE = "__Host-session"


def presented(request: Request, services: Services) -> Handle | None:
    """What the browser's cookie says; nothing is proved yet."""
    text = request.cookies.get(COOKIE)
    return handle.read(text, services.keyring.salt) if text else None


def proved(session: Session | None, user: User | None, shown: Handle) -> bool:
    """Whether the cookie is this living session's, and the user still stands behind it."""
    return (
        session is not None
        and user is not None
        and equal(session.secret_hash, shown.secret_hash)
        and user.accepts(session.auth_time)
    )


def open_session(
    user: User, amr: tuple[str, ...], auth_time: int, request: Request, services: Services
) -> tuple[Session, tuple[str, str]]:
    """Open a session and give the cookie that carries it; the browser's old one ends.

    auth_time is from before the proof was checked: a password that is changed meanwhile ends
    this session as well.
    Its identifier is always new: a cookie from before the sign-in is worth nothing after it.
    """
    shown = Handle(
        user.user_id,
        services.random_text(handle.ID_BYTES),
        services.token_bytes(handle.SECRET_BYTES),
    )
    session = Session(
        user_id=user.user_id,
        session_id=shown.own_id,
        secret_hash=shown.secret_hash,
        auth_time=auth_time,
        amr=amr,
        expires_at=auth_time + services.settings.lifetimes.session,
    )
    services.table.put_new(session)
    end(request, services)
    return session, cookie(
        COOKIE,
        handle.write(shown, services.keyring.salt),
        max_age=services.settings.lifetimes.session,
    )


def end(request: Request, services: Services) -> tuple[str, str]:
    """End the browser's session, if its cookie proves one, and give the cookie that removes it."""
    shown = presented(request, services)
    if shown is not None:
        key = session_key(shown.user_id, shown.own_id)
        session = services.table.get(Session, key)
        if session is not None and equal(session.secret_hash, shown.secret_hash):
            services.table.delete(key)
    return cookie(COOKIE, "", max_age=0)
