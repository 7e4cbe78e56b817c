"""Clients: registering, changing, revoking, removing. RFC 7591, RFC 7592 for the words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from .. import lapsing, token_status
from ..aws.table import AlreadyExists, Gone
from ..encoding import base62, sha256
from ..protocol import client_document, fetchable
from ..records.client import Client, client_key
from ..records.record import attribute_names
from ..registration import client_metadata
from ..services import Services
from ..values import replace
from . import Refused, directory
from .fitting import must_fit

CLIENT_ID_LENGTH = 22
SECRET_LENGTH = 43
OVERLAP = 24 * 60 * 60  # seconds for which a replaced secret still counts
SECRET_REPLACED = "The secret was replaced in the meantime: nothing was changed."


class Changed(Refused):
    """The client is not what it was when whoever asks looked at it."""


def create(
    metadata: Mapping[str, Any],
    services: Services,
    *,
    registered_by: str = "operator",
    owner: str | None = None,
) -> tuple[Client, str | None]:
    """Register a client; its secret in clear is returned this once, None where it has none.

    `client_id` and `client_secret` may be given, to import. owner: the user_id of its developer.
    InvalidMetadata, Refused.
    """
    client_id = metadata.get("client_id")
    if client_id is None:
        client_id = base62(services.token_bytes(18), CLIENT_ID_LENGTH)
    schemes = services.settings.native_schemes
    client = client_metadata.read(metadata, client_id, services.now(), registered_by, schemes)
    secret: str | None = None
    if not client.has_secret and metadata.get("client_secret"):
        kind = "public" if client.is_public else client.token_endpoint_auth_method
        raise Refused(f"client_secret: a {kind} client has none")
    if client.has_secret:
        secret = _given_secret(metadata) or base62(services.token_bytes(34), SECRET_LENGTH)
        client = replace(client, secret_hash=sha256(secret))
    # A client of this name may have been removed: what was issued to that one stays dead.
    client = replace(
        client, not_before=services.now() - 1, registered_by=registered_by, owner=owner
    )
    must_fit(client, services)
    directory.add("client", client.client_id, services)
    if owner is not None:
        directory.add(directory.owned_by(owner), client.client_id, services)
    try:
        services.table.put_new(client)
    except AlreadyExists:
        raise Refused(f"client {client.client_id} exists already") from None
    services.log.event("client.created", client_id=client.client_id)
    return client, secret


def get(client_id: str, services: Services) -> Client:
    """The client; Refused when there is none."""
    client = services.table.get(Client, client_key(client_id))
    if client is None:
        raise Refused(f"there is no client {client_id}")
    return client


def list_all(services: Services) -> Iterator[Client]:
    """Every client, by identifier; after the others those that registered themselves, and then
    those whose document was read."""
    every = ("client", *lapsing.DIRECTORIES.values())
    for name in chain.from_iterable(directory.names(one, services) for one in every):
        client = services.table.get(Client, client_key(name))
        if client is not None:
            yield client


def update(
    client_id: str, changes: Mapping[str, Any], services: Services, *, seen: Client | None = None
) -> Client:
    """Change the members that are given; null removes one. InvalidMetadata, Refused.

    seen: the client as whoever asks knows it; Changed, where it has become another.
    """
    before = seen or get(client_id, services)
    if before.is_document:
        raise Refused("what this client is, its document says; see revoke, block and delete")
    if changes.get("client_id", client_id) != client_id or "client_secret" in changes:
        raise Refused("client_id and client_secret cannot be changed; see rotate-secret")
    metadata = {**client_metadata.write(before), **changes}
    origin, schemes = (before.created_at, before.registered_by), services.settings.native_schemes
    after = client_metadata.read(metadata, client_id, *origin, schemes)
    if after.is_public != before.is_public:
        raise Refused("a client cannot turn public or confidential; create another one")
    after = replace(
        after,
        not_before=before.not_before,
        registered_by=before.registered_by,
        # Whoever registers anything but itself has chosen its scope anyway.
        scope_is_set=before.scope_is_set
        or (before.registered_by == "dynamic" and "scope" in changes),
        owner=before.owner,
        registration_token_hash=before.registration_token_hash,
        expires_at=before.expires_at,
        changed_at=before.changed_at,
        blocked_at=before.blocked_at,
    )
    # With another proof the secret ends; for the way back, rotate_secret makes one.
    if after.has_secret:
        after = replace(
            after,
            secret_hash=before.secret_hash,
            previous_secret_hash=before.previous_secret_hash,
            previous_secret_expires_at=before.previous_secret_expires_at,
        )
    must_fit(after, services, before)
    if seen is None:
        _amend(before, after, services)
    else:
        _amend_as_seen(before, after, services)
    services.log.event("client.updated", client_id=client_id)
    return after


def rotate_secret(
    client_id: str, services: Services, overlap: int = OVERLAP, *, seen: Client | None = None
) -> tuple[Client, str]:
    """Make a new secret; the old one counts for `overlap` more seconds. Refused.

    seen: the client as whoever asks knows it. Of several who replace one secret, one does.
    """
    before = seen or get(client_id, services)
    if not before.has_secret:
        method = before.token_endpoint_auth_method
        raise Refused(f"client {client_id} has no secret: it is registered for {method}")
    secret = base62(services.token_bytes(34), SECRET_LENGTH)
    after = replace(
        before,
        secret_hash=sha256(secret),
        previous_secret_hash=before.secret_hash,
        previous_secret_expires_at=services.now() + overlap,
    )
    _amend_secret(before, after, services)
    services.log.event("client.secret_rotated", client_id=client_id)
    return after, secret


def end_previous_secret(
    client_id: str, services: Services, *, seen: Client | None = None
) -> Client:
    """Let only the newest secret count from now on; `seen` as in `rotate_secret`. Refused."""
    before = seen or get(client_id, services)
    after = replace(before, previous_secret_hash=None, previous_secret_expires_at=0)
    _amend_secret(before, after, services)
    services.log.event("client.previous_secret_ended", client_id=client_id)
    return after


def revoke(client_id: str, services: Services) -> Client:
    """End every grant and token the client has: one write, whatever their number."""
    before = get(client_id, services)
    after = replace(before, not_before=services.now())
    _amend(before, after, services)
    token_status.revoke_client(client_id, services)
    services.log.event("client.revoked", client_id=client_id)
    return after


def block(client_id: str, services: Services) -> Client:
    """Shut a client out: nothing of it counts until it is let in again. Refused.

    Also one that has never come, where its identifier is the URL of a document.
    """
    now, before = services.now(), services.table.get(Client, client_key(client_id))
    if before is None:
        before = _by_document(client_id, now, services)
    after = replace(before, blocked_at=before.blocked_at or now, not_before=now)
    if before.is_document:
        after = replace(after, expires_at=None)  # forgotten, it could come again
        lapsing.enter(after, None, services)
    _amend(before, after, services)
    token_status.revoke_client(client_id, services)
    services.log.event("client.blocked", client_id=client_id)
    return after


def unblock(client_id: str, services: Services) -> Client:
    """Let a client in again; what it had before stays dead. Refused."""
    before = get(client_id, services)
    after = replace(before, blocked_at=None)
    _amend(before, after, services)
    services.log.event("client.unblocked", client_id=client_id)
    return after


def delete(client_id: str, services: Services) -> None:
    """Remove a client; its tokens cannot be refreshed, introspected or exchanged any more."""
    before = get(client_id, services)
    # First: who runs it again after a failure finds no client any more.
    token_status.revoke_client(client_id, services)
    services.table.delete(client_key(client_id))
    listed = lapsing.DIRECTORIES.get(before.registered_by, "client")
    directory.remove(listed, client_id, services)
    if before.owner is not None:
        directory.remove(directory.owned_by(before.owner), client_id, services)
    services.log.event("client.deleted", client_id=client_id)


def _by_document(url: str, now: int, services: Services) -> Client:
    """A place to remember something of a client whose document was never read. Refused."""
    try:
        fetchable.check(url)
        client_document.check(url)
    except ValueError:
        raise Refused(f"there is no client {url}") from None
    client = Client(client_id=url, created_at=now, registered_by="document")
    services.table.put_first(client)
    return get(url, services)


def _amend(before: Client, after: Client, services: Services) -> None:
    try:
        services.table.amend(before, after)
    except Gone:
        raise Refused(f"there is no client {before.client_id}") from None


def _amend_as_seen(before: Client, after: Client, services: Services) -> None:
    """Write it while nothing of the client is another; Changed."""
    known = before.attributes()
    conditions = [
        f"{name} = :seen_{name}" if name in known else f"attribute_not_exists({name})"
        for name in attribute_names(Client).values()
    ]
    given = {f"seen_{name}": known[name] for name in known.keys() - {"t", "ttl"}}
    try:
        services.table.amend(before, after, when=" AND ".join(conditions), given=given)
    except Gone:
        # A write whose answer was lost is sent again, and then meets itself.
        if get(before.client_id, services) != after:
            raise Changed(f"client {before.client_id} was changed in the meantime") from None


def _amend_secret(before: Client, after: Client, services: Services) -> None:
    """Write it while the secret is the one that was known: Refused, where another has come."""
    known = before.secret_hash
    try:
        services.table.amend(
            before,
            after,
            when="attribute_not_exists(h)" if known is None else "h = :known",
            given=None if known is None else {"known": known},
        )
    except Gone:
        stored = get(before.client_id, services)
        # A write whose answer was lost is sent again, and then meets itself.
        if after.secret_hash == known or stored.secret_hash != after.secret_hash:
            raise Refused(SECRET_REPLACED) from None


def _given_secret(metadata: Mapping[str, Any]) -> str | None:
    secret = metadata.get("client_secret")
    if secret is None:
        return None
    # RFC 6749 appendix A.2.
    if not isinstance(secret, str) or not re.fullmatch(r"[\x20-\x7e]{8,256}", secret):
        raise Refused("client_secret: must be 8 to 256 visible ASCII characters")
    return secret
