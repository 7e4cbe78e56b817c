"""Bringing logout tokens to clients. OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8.

    queue ─► one message ─► token, signed now ─► POST ─► taken: the message goes
      ▲                                            │
      └── hidden for 30 s, 1 min, 5 min … ─────────┘ not taken; after the 8th try: undelivered

A Lambda of its own, called by SQS, one message at a time: a slow client holds up nobody else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import tokens
from .aws import queue
from .aws.client import ConditionFailed
from .fetching import NotFetched
from .records.client import Client
from .records.logout_delivery import DELIVERED, KEPT, UNDELIVERED, WAITING, LogoutDelivery
from .records.record import Attributes
from .services import Services

# Section 2.8 asks for 200; many web frameworks say 204 where there is nothing to say.
TAKEN = (200, 204)
# Seconds before each further try, some five and a half hours in all. The queue is set to as many.
WAITS = (30, 60, 300, 900, 3600, 3600, 3 * 3600)
MOST_TRIES = len(WAITS) + 1


class NotDelivered(Exception):
    """The message is to come again; SQS keeps it, and sets it aside after the last try."""


def handle(event: Mapping[str, Any], services: Services) -> None:
    """What Lambda calls with messages of the queue.

    NotDelivered when one is to come again; TemporarilyUnavailable, of AWS, makes it come as well.
    """
    for record in event["Records"]:
        tries = int(record["attributes"]["ApproximateReceiveCount"])
        _deliver(json.loads(record["body"]), record["receiptHandle"], tries, services)


def _deliver(message: Mapping[str, Any], receipt: str, tries: int, services: Services) -> None:
    client = services.registry.client(message["client_id"])
    if client is None or client.backchannel_logout_uri is None:
        services.log.event("logout.dropped", client_id=message["client_id"])
        return
    reason = _try(client, client.backchannel_logout_uri, message, services)
    failed = WAITING if tries < MOST_TRIES else UNDELIVERED
    state = DELIVERED if reason is None else failed
    delivery = LogoutDelivery(
        delivery_id=message["delivery_id"],
        client_id=client.client_id,
        subject=message["sub"],
        sid=message["sid"],
        asked_at=message["asked_at"],
        state=state,
        tries=tries,
        tried_at=services.now(),
        expires_at=services.now() + KEPT,
        reason=reason,
    )
    overtaken_by = _note(delivery, services)
    if overtaken_by == DELIVERED:
        return  # the message may go
    if overtaken_by is not None:
        # The later try has hidden the message for as long as it is to be.
        raise NotDelivered(f"{client.client_id}: {reason}, and a later try was noted meanwhile")
    services.log.event(
        f"logout.{state}", client_id=client.client_id, sub=message["sub"], reason=reason
    )
    if reason is None:
        return
    if state == WAITING and services.settings.logout_queue_url is not None:
        url = services.settings.logout_queue_url
        queue.hide(services.client, url, receipt, WAITS[tries - 1])
    raise NotDelivered(f"{client.client_id}: {reason}")


def _note(delivery: LogoutDelivery, services: Services) -> str | None:
    """Write what became of a try; the state that is noted already where that goes before.

    A message comes at least once, and a try may end after a later one has begun: what the client
    took stays delivered, and of what it did not take the latest try counts.
    """
    if delivery.state == DELIVERED:
        services.table.put(delivery)
        return None
    known: Attributes = {"delivered": DELIVERED, "tries": delivery.tries}
    try:
        services.table.put_over(delivery, when="(st <> :delivered AND n <= :tries)", given=known)
    except ConditionFailed as failed:
        return str((failed.item or {})["st"])
    return None


def _try(client: Client, uri: str, message: Mapping[str, Any], services: Services) -> str | None:
    """None when the client took the token, else why not. A new token each time: it lives shortly,
    and a client may refuse a jti that it has seen."""
    token = tokens.logout_token(client, message["sub"], message["sid"], services)
    try:
        status = services.fetcher.post(uri, {"logout_token": token})
    except NotFetched as problem:
        return str(problem)
    return None if status in TAKEN else f"the client answered {status}"
