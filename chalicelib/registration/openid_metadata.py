"""What a client may register for OpenID Connect: its algorithms, and who its users are to it.

OpenID Connect Dynamic Client Registration 1.0 section 2. What a stage has keys for, and what lies
at the sector_identifier_uri, is administration/'s to check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..protocol import sector, signing_keys
from ..records.client import Client
from . import InvalidMetadata
from .readers import called, one_of


def subjects_have_a_sector(client: Client) -> None:
    """Pairwise subjects are made for a host: of one document, or of all redirect URIs."""
    if client.subject_type != sector.PAIRWISE:
        return
    try:
        sector.of(client.sector_identifier_uri, client.redirect_uris)
    except ValueError as reason:
        raise InvalidMetadata(f"sector_identifier_uri: {reason}") from None


def introspection_has_a_caller(client: Client) -> None:
    """RFC 9701 section 5: only who authenticates is answered."""
    if client.is_public and client.introspection_signed_response_alg is not None:
        raise InvalidMetadata(
            "introspection_signed_response_alg: a public client cannot introspect"
        )


# `none` is not among them: what we sign for a client, it can check.
_algorithm = one_of(*signing_keys.ALGORITHMS)

MEMBERS: Mapping[str, Callable[[str, Any], object]] = {
    "id_token_signed_response_alg": _algorithm,
    "userinfo_signed_response_alg": _algorithm,
    "authorization_signed_response_alg": _algorithm,  # JARM section 3
    "introspection_signed_response_alg": _algorithm,  # RFC 9701 section 6
    "subject_type": one_of(*sector.SUBJECT_TYPES),
    "sector_identifier_uri": called,
}
RULES = (subjects_have_a_sector, introspection_has_a_caller)
