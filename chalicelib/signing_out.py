"""Signing out: a session ends, with what was given in it, and its clients hear of it.

OpenID Connect Back-Channel Logout 1.0 sections 2.5 and 2.7: a message in the queue for each client;
what becomes of it is logout_delivery.py's. Front-Channel Logout 1.0 is the page's that people see.
"""

from __future__ import annotations

from collections.abc import Iterable

from . import sessions, subjects, token_status
from .aws.client import ConditionFailed
from .errors import TemporarilyUnavailable
from .protocol import logout_token
from .records.client import Client
from .records.session import Session
from .records.user import User
from .services import Services

# A request that read the session before it ended has its grant dated by then, in seconds.
SLOWEST_REQUEST = 60


def remember(client: Client, session: Session, services: Services) -> None:
    """Note that the client is given something in this session, before it is given.

    One write, at a client's first time in a session, and only where the client wants to hear.
    TemporarilyUnavailable where the session has ended: then the user is asked again.
    """
    known = session.clients
    for _ in range(sessions.MOST_RACES):
        if client.client_id in known:
            return
        try:
            services.table.change(
                session.key,
                {"cl": (*known, client.client_id)},
                when="x > :now AND (attribute_not_exists(cl) OR cl = :known)",
                given={"known": known},
            )
            return
        except ConditionFailed as failed:
            if failed.item is None:
                break
            known = sessions.clients_in(failed.item)
    raise TemporarilyUnavailable(detail="the session ended, or changed, meanwhile")


def sign_out(user: User, session: Session, services: Services) -> tuple[Client, ...]:
    """End a session, and the grants that were given in it without offline_access; who was told.

    The session goes last, so that who is answered with an error can do it again. However many
    grants there are: each is asked about when it is used (docs/decisions/0023).
    """
    now = services.now()
    token_status.end_session(user.user_id, session.lineage, services)
    try:
        services.table.change(user.key, {"so": now + SLOWEST_REQUEST}, when="attribute_exists(pk)")
    except ConditionFailed:
        # Deleted just now; the next try finds nobody signed in.
        raise TemporarilyUnavailable(detail="the user is there no more") from None
    return tell_and_remove(user, session, services)


def tell_and_remove(user: User, session: Session, services: Services) -> tuple[Client, ...]:
    """Tell the clients of a session that it is over, then remove it; who they were.

    A client that comes to the session meanwhile is told as well.
    """
    told: dict[str, Client] = {}

    def tell(names: tuple[str, ...]) -> None:
        found = [services.registry.client(name) for name in names if name not in told]
        new = [client for client in found if client is not None]
        _announce(user, session, new, services)
        told.update((client.client_id, client) for client in new)

    sessions.remove(session, tell, services)
    return tuple(told.values())


def frames(session: Session, clients: Iterable[Client], services: Services) -> list[str]:
    """What the user's browser has to load, for the clients that are told by it."""
    return [
        logout_token.frame(
            client.frontchannel_logout_uri,
            services.settings.issuer,
            sessions.sid(session.lineage, client.client_id, services),
        )
        for client in clients
        if client.frontchannel_logout_uri is not None
    ]


def _announce(user: User, session: Session, clients: Iterable[Client], services: Services) -> None:
    """Send a message for each client that takes logout tokens. TemporarilyUnavailable."""
    messages = [
        {
            "delivery_id": services.random_text(12),
            "client_id": client.client_id,
            "sub": subjects.of(user, client, services),
            "sid": sessions.sid(session.lineage, client.client_id, services),
            "asked_at": services.now(),
        }
        for client in clients
        if client.backchannel_logout_uri is not None
    ]
    if not messages:
        return
    if services.settings.logout_queue_url is None:
        services.log.problem("no logout queue: clients are not told of a logout")
        return
    from .aws import queue

    queue.send(services.client, services.settings.logout_queue_url, messages)
