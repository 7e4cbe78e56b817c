"""Client metadata of assertions about users for other servers: who may have which. The operator's.

draft-ietf-oauth-identity-assertion-authz-grant sections 4.3.3 and 5. The names are our own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..protocol.grant_types import TOKEN_EXCHANGE
from ..records.client import Client
from . import InvalidMetadata
from .readers import flag, issuer, scopes_by_resource

MOST_AUDIENCES = 20
MOST_CLIENT_ID = 1000  # it may be a URL

_MEMBERS = {"client_id", "resources", "email"}


def exchanges_have_a_policy(client: Client) -> None:
    """Section 8.1: for confidential clients; and what is not named is not given."""
    exchanges = TOKEN_EXCHANGE in client.grant_types
    if exchanges and client.is_public:
        raise InvalidMetadata("grant_types: a public client cannot exchange tokens")
    if exchanges and not client.id_jag_audiences:
        raise InvalidMetadata("grant_types: token exchange needs id_jag_audiences")
    if client.id_jag_audiences and not exchanges:
        raise InvalidMetadata(f"id_jag_audiences: is for the grant type {TOKEN_EXCHANGE}")


def _audiences(name: str, value: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(value, Mapping) or not 1 <= len(value) <= MOST_AUDIENCES:
        raise InvalidMetadata(f"{name}: must name 1 to {MOST_AUDIENCES} issuers of other servers")
    return {issuer(name, audience): _audience(name, given) for audience, given in value.items()}


def _audience(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not {"client_id", "resources"} <= set(value) <= _MEMBERS:
        raise InvalidMetadata(f"{name}: each needs client_id and resources, and may have email")
    client_id = value["client_id"]
    if not isinstance(client_id, str) or not 1 <= len(client_id) <= MOST_CLIENT_ID:
        raise InvalidMetadata(f"{name}: client_id must be a text, the client's name there")
    return {
        "client_id": client_id,
        "resources": scopes_by_resource(name, value["resources"]),
        "email": flag(f"{name}: email", value.get("email", False)),
    }


def write(audiences: Mapping[str, Mapping[str, Any]]) -> dict[str, object]:
    """The member as it was given."""
    return {
        audience: {
            "client_id": given["client_id"],
            "resources": {uri: list(scopes) for uri, scopes in given["resources"].items()},
            "email": given["email"],
        }
        for audience, given in audiences.items()
    }


MEMBERS: Mapping[str, Callable[[str, Any], object]] = {"id_jag_audiences": _audiences}
RULES = (exchanges_have_a_policy,)
