"""Client metadata: what may be registered. RFC 7591 sections 2 and 3.2.2, RFC 8252, RFC 9700."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..client_authentication import METHODS
from ..grants import GRANT_TYPES
from ..protocol import redirect_uri, scope
from ..records.client import Client
from . import (
    InvalidMetadata,
    InvalidRedirectURI,
    authentication_metadata,
    id_jag_metadata,
    openid_metadata,
    possession_metadata,
    profile_metadata,
    request_metadata,
    session_metadata,
    strangers,
)
from .readers import flag, quoted, texts, web

MOST_REDIRECT_URIS = 20
MOST_TEXT = 200
MOST_TEXTS = 20
MOST_MEMBERS = 100
INTROSPECTION = ("own", "audience", "all")

_CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,32}", re.ASCII)


def read(
    metadata: Mapping[str, Any],
    client_id: str,
    now: int,
    registered_by: str = "operator",
    native_schemes: Sequence[str] = (),
) -> Client:
    """The client that the metadata describe, without a secret. InvalidMetadata.

    Members this server does not know are left out, as RFC 7591 section 2 says; those of its own are
    the operator's to give. native_schemes: those without a dot that the stage allows.
    """
    return described(metadata, _identifier(client_id), now, registered_by, native_schemes)


def described(
    metadata: Mapping[str, Any],
    client_id: str,
    now: int,
    registered_by: str,
    native_schemes: Sequence[str],
) -> Client:
    """The same for an identifier that was checked by rules of its own. InvalidMetadata."""
    metadata = profile_metadata.completed(metadata)
    values: dict[str, Any] = {}
    for name, reader in _MEMBERS.items():
        if metadata.get(name) is not None:
            values[name] = reader(name, metadata[name])
    client = Client(client_id=client_id, created_at=now, registered_by=registered_by, **values)
    redirect_uris_are_safe(client, native_schemes)
    session_metadata.addresses_are_safe(client, native_schemes)
    for rule in RULES:
        rule(client)
    return client


def write(client: Client) -> dict[str, object]:
    """The metadata of a client under RFC 7591's names, without its secrets."""
    document: dict[str, object] = {"client_id": client.client_id}
    document["client_id_issued_at"] = client.created_at
    for name in _MEMBERS:
        value = getattr(client, name)
        if value is None or (value == () and name in _EMPTY):
            continue
        if name in _WRITERS:
            value = _WRITERS[name](value)
        document[name] = list(value) if isinstance(value, tuple) else value
    return document


def registration(client: Client, secret: str | None) -> dict[str, object]:
    """What the client's developer is told, its secret this once. RFC 7591 section 3.2.1."""
    document = write(client)
    if secret is not None:
        # Zero: the secret does not expire.
        document |= {"client_secret": secret, "client_secret_expires_at": 0}
    return document


def known() -> tuple[str, ...]:
    """The members that `read` understands."""
    return tuple(_MEMBERS)


def unknown(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """The members that `read` leaves out, so that a person can be told of a slip."""
    beside = ("client_id", "client_secret", "client_id_issued_at", "client_secret_expires_at")
    return tuple(name for name in metadata if name not in _MEMBERS and name not in beside)


def grants_are_offered(client: Client) -> None:
    """Every grant type is one of ours, and they go together."""
    unknown = set(client.grant_types) - set(GRANT_TYPES)
    if unknown:
        raise InvalidMetadata(f"grant_types: {', '.join(sorted(unknown))} is not offered")
    if not client.grant_types:
        raise InvalidMetadata("grant_types: must name at least one")
    interactive = {"authorization_code"} & set(client.grant_types)
    if "refresh_token" in client.grant_types and not interactive:
        raise InvalidMetadata("grant_types: refresh_token needs a grant that returns one")


def response_types_are_code(client: Client) -> None:
    """Only the code flow."""
    if set(client.response_types) - {"code"}:
        raise InvalidMetadata("response_types: only code is offered")


def redirect_uris_are_safe(client: Client, native_schemes: Sequence[str]) -> None:
    """The code flow has somewhere to answer, and only where it is safe."""
    if "authorization_code" in client.grant_types and not client.redirect_uris:
        raise InvalidRedirectURI("redirect_uris: the authorization code grant needs one")
    if len(client.redirect_uris) > MOST_REDIRECT_URIS:
        raise InvalidRedirectURI(f"redirect_uris: at most {MOST_REDIRECT_URIS}")
    kind, stranger = client.application_type, client.is_self_registered
    for uri in client.redirect_uris:
        try:
            redirect_uri.check(uri, kind, native_schemes, of_a_stranger=stranger)
        except ValueError as reason:
            raise InvalidRedirectURI(f"redirect_uris: {quoted(uri)} {reason}") from None


def authentication_is_offered(client: Client) -> None:
    """The method is one of ours, and fits what the client does."""
    if client.token_endpoint_auth_method not in METHODS:
        raise InvalidMetadata("token_endpoint_auth_method: is not offered")
    if client.is_public and "client_credentials" in client.grant_types:
        raise InvalidMetadata("grant_types: a public client cannot use client_credentials")
    if client.is_public and client.introspection != "own":
        raise InvalidMetadata("introspection: a public client cannot introspect")


def pkce_may_be_left_out(client: Client) -> None:
    """RFC 9700 section 2.1.1: only a confidential OpenID client, whose nonce then does the work."""
    if client.require_pkce:
        return
    if client.is_public:
        raise InvalidMetadata("require_pkce: a public client must use PKCE")
    openid = client.scope is None or "openid" in client.scope
    if not openid or "authorization_code" not in client.grant_types:
        raise InvalidMetadata("require_pkce: only a client with the scope openid may do without")


def reach_is_named(client: Client) -> None:
    """A machine acts without a user to ask: what it may do must be written down."""
    if (
        "client_credentials" in client.grant_types
        and client.scope is None
        and client.allowed_resources is None
    ):
        raise InvalidMetadata("scope or allowed_resources: client_credentials needs one of them")
    allowed = client.allowed_resources
    if client.default_resource and allowed is not None and client.default_resource not in allowed:
        raise InvalidMetadata("default_resource: is not among allowed_resources")
    if client.scope is not None and set(client.default_scope or ()) - set(client.scope):
        raise InvalidMetadata("default_scope: is more than scope")


def introspection_is_known(client: Client) -> None:
    """Whose tokens the client may look into."""
    if client.introspection not in INTROSPECTION:
        raise InvalidMetadata(f"introspection: must be one of {', '.join(INTROSPECTION)}")
    if client.introspection == "audience" and not client.resource_server:
        raise InvalidMetadata("resource_server: introspection audience needs its resources")


RULES = (
    grants_are_offered,
    response_types_are_code,
    authentication_is_offered,
    pkce_may_be_left_out,
    reach_is_named,
    introspection_is_known,
    *authentication_metadata.RULES,
    *id_jag_metadata.RULES,
    *openid_metadata.RULES,
    *possession_metadata.RULES,
    *profile_metadata.RULES,
    *request_metadata.RULES,
    *session_metadata.RULES,
    *strangers.RULES,
)


def _identifier(client_id: str) -> str:
    if not isinstance(client_id, str) or not _CLIENT_ID.fullmatch(client_id):
        raise InvalidMetadata("client_id: must be 1 to 32 of the characters A-Z a-z 0-9 . _ ~ -")
    return client_id


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= MOST_TEXT or not value.isprintable():
        raise InvalidMetadata(f"{name}: must be a text of 1 to {MOST_TEXT} printable characters")
    return value


def _list(name: str, value: Any) -> tuple[str, ...]:
    members = texts(name, value)
    if len(value) > MOST_MEMBERS:
        raise InvalidMetadata(f"{name}: at most {MOST_MEMBERS}")
    return members


def _texts(name: str, value: Any) -> tuple[str, ...]:
    members = _list(name, value)
    if len(members) > MOST_TEXTS:
        raise InvalidMetadata(f"{name}: at most {MOST_TEXTS}")
    return tuple(_text(name, member) for member in members)


def _scope(name: str, value: Any) -> tuple[str, ...]:
    words = value.split(" ") if isinstance(value, str) else ()
    if not words or not all(scope.is_token(word) for word in words):
        raise InvalidMetadata(f"{name}: must be scopes with one blank between them")
    if len(words) > MOST_MEMBERS:
        raise InvalidMetadata(f"{name}: at most {MOST_MEMBERS}")
    return tuple(dict.fromkeys(words))


def _uri(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.isascii() or ":" not in value or "#" in value:
        raise InvalidMetadata(f"{name}: must be an absolute URI without a fragment")
    return value


def _uris(name: str, value: Any) -> tuple[str, ...]:
    return tuple(_uri(name, uri) for uri in _list(name, value))


def _types(name: str, value: Any) -> tuple[str, ...]:
    """RFC 9396 section 10. An empty list is none at all."""
    members = _list(name, value)
    if not all(scope.is_token(member) for member in members):
        raise InvalidMetadata(f"{name}: must be names of types")
    return members


def _application_type(name: str, value: Any) -> str:
    if value not in ("web", "native"):
        raise InvalidMetadata(f"{name}: must be web or native")
    return str(value)


_MEMBERS: Mapping[str, Callable[[str, Any], object]] = {
    "client_name": _text,
    "client_uri": web,
    "logo_uri": web,
    "tos_uri": web,
    "policy_uri": web,
    "contacts": _texts,
    "redirect_uris": _list,
    "grant_types": _list,
    "response_types": _list,
    "token_endpoint_auth_method": _text,
    "application_type": _application_type,
    "scope": _scope,
    "default_scope": _scope,
    "allowed_resources": _uris,
    "default_resource": _uri,
    "authorization_details_types": _types,
    "require_pkce": flag,
    "first_party": flag,
    "verified": flag,
    "introspection": _text,
    "resource_server": _uris,
    "software_id": _text,
    "software_version": _text,
    **authentication_metadata.MEMBERS,
    **id_jag_metadata.MEMBERS,
    **openid_metadata.MEMBERS,
    **possession_metadata.MEMBERS,
    **profile_metadata.MEMBERS,
    **request_metadata.MEMBERS,
    **session_metadata.MEMBERS,
}
# How a member is written that is no list or plain value.
_WRITERS: Mapping[str, Callable[[Any], object]] = {
    "scope": scope.join,
    "default_scope": scope.join,
    "jwks": request_metadata.write_jwks,
    "id_jag_audiences": id_jag_metadata.write,
}
# Left out where it is empty. An empty allowed_resources is none at all; left out, it would be any.
_EMPTY = {name for name, default in Client.DEFAULTS.items() if default == ()}
