"""Clients that register themselves, and change that. RFC 7591 section 3, RFC 7592 section 2.

They lapse when nobody uses them (lapsing.py), and have a directory of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .. import lapsing
from ..aws.table import Gone
from ..encoding import base62, equal, sha256
from ..protocol import client_secret
from ..records.client import Client, client_key
from ..registration import InvalidMetadata, self_registration
from ..services import Services
from ..values import Frozen, replace
from . import Refused, clients
from .fitting import must_fit

# What RFC 7592 section 2.2 forbids in an update: the server's own words of the client.
_OURS = (
    *("registration_access_token", "registration_client_uri"),
    *("client_secret_expires_at", "client_id_issued_at"),
)
# An operator may have set these since.
_OPERATORS = ("require_pkce", "introspection", "resource_server", "first_party", "verified")
_KEPT = (
    *("not_before", "blocked_at", "owner", "registration_token_hash", "expires_at", "changed_at"),
    *("allowed_resources", "default_resource", "scope_is_set", *_OPERATORS),
)


class Registered(Frozen):
    """A client with what it is told once: its secret, where it has a new one, and its token."""

    client: Client
    secret: str | None
    token: str


def describe(
    metadata: Mapping[str, Any], services: Services, *, without_pkce: bool = False
) -> Client:
    """The client that a stranger describes, under a new identifier. InvalidMetadata.

    Nobody is called or asked for it. without_pkce: an operator excuses it of that where one may.
    """
    client_id = base62(services.token_bytes(18), clients.CLIENT_ID_LENGTH)
    schemes = services.settings.native_schemes
    client = self_registration.read(metadata, client_id, services.now(), schemes)
    _must_not_pass_for_us(client, services)
    return self_registration.excused(client) if without_pkce else client


def create(client: Client, services: Services, spend: Callable[[], bool]) -> Registered | None:
    """Register a client, for a while. Refused; None where there was nothing to `spend`.

    That comes last: a fault before it costs nobody anything. Without it the client is removed, and
    if that fails it lapses; nobody has heard its name.
    """
    token, now = _secret(services), services.now()
    client, secret = _with_secret(client, services)
    client = replace(
        client,
        registration_token_hash=sha256(token),
        not_before=now - 1,
        expires_at=now + services.settings.registration_unused,
    )
    must_fit(client, services)
    lapsing.enter(client, None, services)
    services.table.put_new(client)
    if not spend():
        services.table.delete(client.key)
        services.table.delete(lapsing.entry(client).key)
        return None
    services.log.event("client.registered", client_id=client.client_id)
    return Registered(client, secret, token)


def find(client_id: str, token: str, services: Services) -> Client | None:
    """The self-registered client whose registration access token this is: one read. One that an
    operator has blocked is not found.

    An unknown client costs the same comparison as a known one.
    """
    client = services.table.get(Client, client_key(client_id))
    known = client.registration_token_hash if client and client.registration_token_hash else b""
    if not equal(sha256(token), known) or client is None or client.blocked_at is not None:
        return None
    return client


def update(before: Client, metadata: Mapping[str, Any], services: Services) -> Registered:
    """Put other metadata in the place of all that a client has. InvalidMetadata, Refused.

    What an operator has set stays, but for the word that it was verified: that was said of another.
    The token stays as well: who lost an answer with a new one could never come back.
    """
    _check_own_words(before, metadata, services)
    schemes = services.settings.native_schemes
    after = self_registration.read(metadata, before.client_id, before.created_at, schemes)
    _must_not_pass_for_us(after, services)
    if after.is_public != before.is_public:
        raise InvalidMetadata("token_endpoint_auth_method: a client cannot turn public or back")
    kept = (*_KEPT, "scope", "default_scope") if before.scope_is_set else _KEPT
    after = replace(after, **{name: getattr(before, name) for name in kept})
    secret: str | None = None
    if after.has_secret and before.secret_hash is None:
        after, secret = _with_secret(after, services)
    elif after.has_secret:
        after = replace(
            after,
            secret_hash=before.secret_hash,
            previous_secret_hash=before.previous_secret_hash,
            previous_secret_expires_at=before.previous_secret_expires_at,
        )
    if self_registration.looks_different(before, after):
        after = replace(after, verified=False, first_party=False, changed_at=services.now())
    must_fit(after, services, before)
    try:
        services.table.amend(before, after)
    except Gone:
        raise Refused("there is no such client any more") from None
    services.registry.forget(after.key)
    services.log.event("client.updated", client_id=after.client_id)
    return Registered(after, secret, "")


def _check_own_words(client: Client, metadata: Mapping[str, Any], services: Services) -> None:
    for name in _OURS:
        if name in metadata:
            raise InvalidMetadata(f"{name}: must not be in an update")
    if metadata.get("client_id") != client.client_id:
        raise InvalidMetadata("client_id: must be the client's own")
    secret = metadata.get("client_secret")
    if secret is None:
        return
    if not isinstance(secret, str) or not client_secret.is_secret_of(
        client, secret, services.now()
    ):
        raise InvalidMetadata("client_secret: is not the client's; it cannot choose one")


def _must_not_pass_for_us(client: Client, services: Services) -> None:
    self_registration.must_not_be_called(client, services.settings.product_name)
    self_registration.must_not_lead_here(client, services.settings.issuer)


def _with_secret(client: Client, services: Services) -> tuple[Client, str | None]:
    if not client.has_secret:
        return client, None
    secret = _secret(services)
    return replace(client, secret_hash=sha256(secret)), secret


def _secret(services: Services) -> str:
    return base62(services.token_bytes(34), clients.SECRET_LENGTH)
