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

DIRECTORY = "self-registered client"
MONTH = 30 * DAY


def entry(client: Client) -> DirectoryEntry:
    """Its name in the directory: there for longer, so that it need not be written as often."""
    assert client.expires_at is not None
    ends_at = (client.expires_at // MONTH + 2) * MONTH
    return DirectoryEntry(directory=DIRECTORY, name=client.client_id, expires_at=ends_at)


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
    if entry(slid) != entry(client):
        services.table.put(entry(slid))
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
