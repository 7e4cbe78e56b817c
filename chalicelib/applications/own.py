"""A developer's own clients: finding, making, changing and removing them, and no others.

Members that are not in MEMBERS are the operator's to give.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..administration import Refused, clients, directory
from ..encoding import base62, base64url, equal, from_base64url
from ..errors import NotFound
from ..records.client import Client, client_key
from ..records.resource import Resource, resource_key
from ..records.user import User
from ..registration import InvalidMetadata
from ..registration.self_registration import skeleton
from ..services import Services

MOST_OWN = 50
MOST_RESOURCES = 50  # that are offered to be chosen from

MEMBERS = frozenset(
    (
        *("client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri", "contacts"),
        *("redirect_uris", "post_logout_redirect_uris", "backchannel_logout_uri"),
        *("application_type", "grant_types", "scope", "allowed_resources"),
        *("token_endpoint_auth_method", "jwks", "jwks_uri"),
        *("require_pushed_authorization_requests", "dpop_bound_access_tokens"),
    )
)
AUTHENTICATION = ("client_secret_basic", "client_secret_post", "private_key_jwt")
# What an operator looks at before they call an application verified.
_VERIFIED = (
    *("client_name", "client_uri", "logo_uri", "tos_uri", "policy_uri", "contacts"),
    *("redirect_uris", "post_logout_redirect_uris"),
)


def find(client_id: str, user: User, services: Services) -> Client:
    """The user's own client; NotFound, whether it is another's or nobody's."""
    client = services.table.get(Client, client_key(client_id))
    if client is None or client.owner is None or not equal(client.owner, user.user_id):
        raise NotFound("There is no such application among yours.")
    return client


def list_all(user: User, services: Services) -> tuple[Client, ...]:
    """The user's own clients, by name: two reads, however many there are."""
    names = directory.page(directory.owned_by(user.user_id), "", MOST_OWN, services)
    found = clients_named(names, services)
    mine = [client for client in found if client.owner == user.user_id]
    return tuple(sorted(mine, key=lambda client: (client.display_name.lower(), client.client_id)))


def clients_named(names: tuple[str, ...], services: Services) -> tuple[Client, ...]:
    """The clients of some names, as far as they are there: one read."""
    if not names:
        return ()
    found = services.table.get_all(*((Client, client_key(name)) for name in names))
    return tuple(client for client in found if client is not None)


def create(
    metadata: Mapping[str, Any], attempt: str, user: User, services: Services
) -> tuple[Client, str | None]:
    """Register a client of the user's; its secret in clear is returned this once.

    attempt: of the form that asks for it; a form that is sent twice makes one client, and
    AlreadyDone tells so. InvalidMetadata, Refused.
    """
    _check_members(metadata, None, services)
    client_id = _client_id(attempt, user, services)
    if services.table.get(Client, client_key(client_id)) is not None:
        raise AlreadyDone(client_id)
    own = directory.page(directory.owned_by(user.user_id), "", MOST_OWN, services)
    if len(own) >= MOST_OWN and client_id not in own:
        raise Refused(f"You have {MOST_OWN} applications already: delete one first.")
    return clients.create(
        {**metadata, "client_id": client_id},
        services,
        registered_by="console",
        owner=user.user_id,
    )


def update(client: Client, changes: Mapping[str, Any], services: Services) -> Client:
    """Change some members of a client that was found. InvalidMetadata, Refused.

    What an operator has verified is not verified any more when it looks different.
    """
    if client.first_party or client.introspection != "own" or client.profile is not None:
        raise Refused("An operator has set this application up: ask them to change it.")
    _check_members(changes, client, services)
    before = {name: getattr(client, name) for name in _VERIFIED}
    changed = [name for name in before if name in changes and _differs(before, changes, name)]
    # Seen as unverified it may have been verified meanwhile: then nothing is changed.
    lapse = {"verified": False} if changed else {}
    seen = client if changed else None
    after = clients.update(client.client_id, {**changes, **lapse}, services, seen=seen)
    services.registry.forget(after.key)
    return after


def open_resources(services: Services, *, acts_alone: bool) -> tuple[Resource, ...]:
    """The resources that operators have opened to developers: two reads."""
    names = tuple(directory.page("resource", "", MOST_RESOURCES, services))
    if not names:
        return ()
    found = services.table.get_all(*((Resource, resource_key(name)) for name in names))
    wanted = ("machines",) if acts_alone else ("users", "machines")
    return tuple(one for one in found if one is not None and one.developers in wanted)


def version(client: Client, services: Services) -> str:
    """What a form says of the secret that it wants replaced: not the same after it was."""
    held = base64url(client.secret_hash) if client.secret_hash else ""
    return services.keyring.pseudonym("secret", f"{client.client_id}\0{held}")


class AlreadyDone(Exception):
    """The form was sent before; `client_id` is what came of it."""

    def __init__(self, client_id: str) -> None:
        super().__init__(client_id)
        self.client_id = client_id


def _client_id(attempt: str, user: User, services: Services) -> str:
    name = services.keyring.pseudonym("application", f"{user.user_id}\0{attempt}")
    return base62(from_base64url(name)[:18], clients.CLIENT_ID_LENGTH)


def _check_members(metadata: Mapping[str, Any], before: Client | None, services: Services) -> None:
    for name in metadata:
        if name not in MEMBERS:
            raise InvalidMetadata(f"{name}: is for operators to give")
    called = metadata.get("client_name")
    if isinstance(called, str) and skeleton(called) == skeleton(services.settings.product_name):
        raise InvalidMetadata("client_name: is the name of this service")
    method = metadata.get("token_endpoint_auth_method", "none")
    known = before.token_endpoint_auth_method if before else None
    if method not in (*AUTHENTICATION, "none", known):
        raise InvalidMetadata("token_endpoint_auth_method: is for operators to give")
    given = metadata.get("grant_types", before.grant_types if before else ())
    acts_alone = "client_credentials" in given
    had = (before.allowed_resources if before else None) or ()
    new = set(metadata.get("allowed_resources") or ()) - set(had)
    opened = (
        {one.resource for one in open_resources(services, acts_alone=acts_alone)} if new else ()
    )
    if not new <= set(opened):
        raise InvalidMetadata("allowed_resources: is not open to applications of this kind")


def _differs(before: Mapping[str, Any], changes: Mapping[str, Any], name: str) -> bool:
    return (before[name] or None) != (
        tuple(changes[name]) if isinstance(changes[name], list) else changes[name]
    )
