"""Browser sessions: opened by a sign-in, carried by a `__Host-` cookie, known by a hash."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .aws.client import ConditionFailed
from .encoding import equal
from .errors import TemporarilyUnavailable
from .http import Request, cookie
from .protocol import handle
from .protocol.handle import Handle
from .records.record import Value
from .records.session import Session, session_key
from .records.user import User, user_key
from .services import Services

COOKIE = "__Host-session"
SID_LENGTH = 22
MOST_RACES = 10  # each is lost to another tab of the same browser


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
    same = before if before is not None and before.user_id == user.user_id else None
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
        origin=same.lineage if same else None,
        clients=same.clients if same else (),
    )
    services.table.put_new(session)
    if before is not None:
        remove(before, lambda clients: _take_over(clients, session, services), services)
    return session, cookie(
        COOKIE,
        handle.write(shown, services.keyring.salt),
        max_age=services.settings.lifetimes.session,
    )


def remove(
    session: Session, handle_clients: Callable[[tuple[str, ...]], object], services: Services
) -> None:
    """Remove a session when `handle_clients` has done with its clients; TemporarilyUnavailable.

    It is called again where one has come meanwhile, so none is lost.
    """
    clients = session.clients
    for _ in range(MOST_RACES):
        handle_clients(clients)
        try:
            services.table.delete_when(
                session.key,
                when="attribute_not_exists(cl) OR cl = :clients",
                given={"clients": clients},
            )
            return
        except ConditionFailed as failed:
            clients = clients_in(failed.item)
    raise TemporarilyUnavailable(detail="the session changes all the time")


def clients_in(item: Mapping[str, Value] | None) -> tuple[str, ...]:
    """The clients in a session's item, as a failed condition gives it."""
    found = (item or {}).get("cl")
    return tuple(str(name) for name in found) if isinstance(found, tuple) else ()


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


def _take_over(clients: tuple[str, ...], session: Session, services: Services) -> None:
    """A client that came to the old session after it was read comes along to the new one."""
    if session.origin is not None and clients != session.clients:
        services.table.change(session.key, {"cl": clients}, when="attribute_exists(pk)")


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
