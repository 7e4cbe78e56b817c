"""Registrations that clean themselves up. RFC 7591 section 5, docs/decisions/0038.

registered ── unused: 1 day ──► lapsed
    │
    └ a code, a refresh ── REFRESH_TOKEN_LIFETIME and a day more ──► lapsed
            └ at most one write a day, and none for clients of operators and developers
"""

from __future__ import annotations

from .aws.client import ConditionFailed
from .errors import OAuthError
from .protocol.signing_keys import LONGEST_TOKEN
from .records.client import Client
from .records.directory_entry import DirectoryEntry
from .services import Services
from .settings import DAY
from .values import replace

# By how a client came; all others are in one that never lapses.
DIRECTORIES = {"dynamic": "self-registered client", "document": "client by document"}
MONTH = 30 * DAY


def entry(client: Client) -> DirectoryEntry:
    """Its name in the directory: there for longer, so that it need not be written as often; for
    good, where the client is: an operator has shut it out."""
    ends_at = None if client.expires_at is None else (client.expires_at // MONTH + 2) * MONTH
    directory = DIRECTORIES[client.registered_by]
    return DirectoryEntry(directory=directory, name=client.client_id, expires_at=ends_at)


def enter(client: Client, known: Client | None, services: Services) -> None:
    """Into its directory, which is for operators, where it is not there or not for long enough."""
    new = entry(client)
    if known is None or entry(known) != new:
        services.table.put(new)


def used(client: Client, services: Services, otherwise: OAuthError) -> None:
    """Let a registration outlive what it is about to have; nothing where it never lapses.

    Raises `otherwise` for a registration that is not there any more.

    Before the grant is written: a registration that lapsed would take its tokens with it.
    """
    if client.expires_at is None or client.registered_by != "dynamic":
        return
    needed = services.now() + max(services.settings.lifetimes.refresh_token, LONGEST_TOKEN)
    if client.expires_at >= needed:
        return
    slid = replace(client, expires_at=needed + DAY)
    enter(slid, client, services)
    try:
        services.table.change(
            client.key,
            {"x": needed + DAY, "ttl": needed + DAY + Client.RETENTION},
            when="x > :now AND x < :needed",
            given={"needed": needed},
        )
    except ConditionFailed as failed:
        found = Client.read(failed.item) if failed.item else None
        if found is None or found.is_over(services.now()):
            raise otherwise from None
    services.registry.forget(client.key)
