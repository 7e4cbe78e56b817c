"""Browser sessions: opened by a sign-in, carried by a `__Host-` cookie, known by a hash."""

from __future__ import annotations

from .aws.client import ConditionFailed
from .encoding import equal
from .errors import TemporarilyUnavailable
from .http import Request, cookie
from .protocol import handle
from .protocol.handle import Handle
from .records.seen_once import ended_session
from .records.session import Session, session_key
from .records.user import User, user_key
from .services import Services
from .settings import Lifetimes

COOKIE = "__Host-session"
SID_LENGTH = 22
# A request that read the session before it ended has its grant dated by then, in seconds.
SLOWEST_REQUEST = 60


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
    user: User,
    amr: tuple[str, ...],
    acr: str,
    auth_time: int,
    request: Request,
    services: Services,
) -> tuple[Session, tuple[str, str]]:
    """Open a session and give the cookie that carries it; it takes the browser's old one's place.

    auth_time is from before the proof was checked: a password that is changed meanwhile ends
    this session as well.
    Its identifier is always new: a cookie from before the sign-in is worth nothing after it.
    """
    before = _own(request, services)
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
        acr=acr,
        expires_at=auth_time + services.settings.lifetimes.session,
        origin=before.lineage if before and before.user_id == user.user_id else None,
    )
    services.table.put_new(session)
    if before is not None:
        services.table.delete(before.key)
    return session, cookie(
        COOKIE,
        handle.write(shown, services.keyring.salt),
        max_age=services.settings.lifetimes.session,
    )


def end(request: Request, services: Services) -> tuple[str, str]:
    """End the browser's session, if its cookie proves one, and give the cookie that removes it."""
    session = _own(request, services)
    if session is not None:
        services.table.delete(session.key)
    return cookie(COOKIE, "", max_age=0)


def present(request: Request, services: Services) -> tuple[User, Session] | None:
    """The browser's user and session, when its cookie proves one: one read, or none."""
    shown = presented(request, services)
    if shown is None:
        return None
    user, session = services.table.get_all(
        (User, user_key(shown.user_id)), (Session, session_key(shown.user_id, shown.own_id))
    )
    return (user, session) if proved(session, user, shown) else None


def sign_out(user: User, session: Session, services: Services) -> None:
    """End a session, and the grants that were given in it without offline_access.

    The session goes last, so that who is answered with an error can do it again. However many
    grants there are: each is asked about when it is used (docs/decisions/0023).
    """
    now = services.now()
    # A stage that has shortened the life of grants still has older ones.
    longest = max(services.settings.lifetimes.grant, Lifetimes().grant)
    services.table.put(ended_session(user.user_id, session.lineage, now + longest))
    try:
        services.table.change(user.key, {"so": now + SLOWEST_REQUEST}, when="attribute_exists(pk)")
    except ConditionFailed:
        # Deleted just now; the next try finds nobody signed in.
        raise TemporarilyUnavailable(detail="the user is there no more") from None
    services.table.delete(session.key)


def sid(lineage: str, client_id: str, services: Services) -> str:
    """What a client is told of a session: the same each time, another for each client.

    A keyed hash: it opens nothing, leads to no item, and two clients cannot compare theirs.
    """
    return services.keyring.pseudonym("sid", f"{client_id}\0{lineage}")[:SID_LENGTH]


def _own(request: Request, services: Services) -> Session | None:
    """The session whose secret the browser's cookie holds, whatever has become of its user."""
    shown = presented(request, services)
    if shown is None:
        return None
    session = services.table.get(Session, session_key(shown.user_id, shown.own_id))
    if session is None or not equal(session.secret_hash, shown.secret_hash):
        return None
    return session
