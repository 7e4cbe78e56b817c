"""Reads a Client ID Metadata Document into a client.

draft-ietf-oauth-client-id-metadata-document-02 section 4; docs/decisions/0039. A document is for
many servers: what it offers beyond what strangers can have here is left out, and what would make it
less safe than it says is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..protocol import sector, strict_json
from ..records.client import Client
from ..settings import Settings
from . import InvalidMetadata, InvalidRedirectURI, client_metadata, self_registration

DOCUMENT = "document"
REQUIRED = ("client_id", "client_name", "redirect_uris")  # MCP, client registration
METHODS = ("none", "private_key_jwt")
# We call, or have browsers load, no more addresses of a stranger's than we need.
_LEFT_OUT = (
    *("request_uris", "backchannel_logout_uri", "backchannel_logout_session_required"),
    *("frontchannel_logout_uri", "frontchannel_logout_session_required"),
)
_SECRETS = ("client_secret", "client_secret_expires_at")
_ALGS = (
    *("id_token_signed_response_alg", "userinfo_signed_response_alg"),
    *("authorization_signed_response_alg", "introspection_signed_response_alg"),
)


def read(text: str, url: str, settings: Settings, now: int) -> Client:
    """The client that a document describes, which was found at `url`. InvalidMetadata."""
    document = _object(text)
    for rule in RULES:
        rule(document, url, settings)
    metadata = self_registration.completed(document)
    metadata = {name: value for name, value in metadata.items() if name not in _LEFT_OUT}
    metadata["token_endpoint_auth_method"] = _method(document)
    client = client_metadata.described(metadata, url, now, DOCUMENT, settings.native_schemes)
    self_registration.must_not_lead_here(client, settings.issuer)
    _stage_can_do_it(client, settings)
    return client


def members_are_there(document: Mapping[str, Any], url: str, settings: Settings) -> None:
    """What a client of MCP's must say."""
    for name in REQUIRED:
        if document.get(name) in (None, "", []):
            problem = InvalidRedirectURI if name == "redirect_uris" else InvalidMetadata
            raise problem(f"{name}: is missing")


def names_itself(document: Mapping[str, Any], url: str, settings: Settings) -> None:
    """Section 4: by simple string comparison. And by no name of this very service."""
    if document["client_id"] != url:
        raise InvalidMetadata("client_id: is not the URL that the document was read from")
    skeleton = self_registration.skeleton
    if skeleton(str(document["client_name"])) == skeleton(settings.product_name):
        raise InvalidMetadata("client_name: is the name of this service")


def has_no_secret(document: Mapping[str, Any], url: str, settings: Settings) -> None:
    """Section 4.1: what everyone can read proves nothing."""
    for name in _SECRETS:
        if name in document:
            raise InvalidMetadata(f"{name}: must not be in a document that everyone can read")
    if _method(document) not in METHODS:
        offered = " or ".join(METHODS)
        raise InvalidMetadata(f"token_endpoint_auth_method: must be {offered}")


def subjects_are_public(document: Mapping[str, Any], url: str, settings: Settings) -> None:
    """Pairwise subjects hang on redirect URIs, or on a second document, which change any day."""
    if document.get("sector_identifier_uri") is not None:
        raise InvalidMetadata("sector_identifier_uri: is not for a client by document")
    if document.get("subject_type") not in (None, sector.PUBLIC):
        raise InvalidMetadata("subject_type: must be public for a client by document")


RULES = (members_are_there, names_itself, has_no_secret, subjects_are_public)


def _stage_can_do_it(client: Client, settings: Settings) -> None:
    """Sign as it wants, and bind tokens to certificates."""
    for name in _ALGS:
        if getattr(client, name) not in (None, *settings.id_token_algs):
            raise InvalidMetadata(f"{name}: must be one of {', '.join(settings.id_token_algs)}")
    if client.tls_client_certificate_bound_access_tokens and settings.mtls_url is None:
        raise InvalidMetadata("tls_client_certificate_bound_access_tokens: is not offered here")


def _object(text: str) -> dict[str, Any]:
    try:
        return strict_json.read_object(text)
    except (ValueError, RecursionError):
        raise InvalidMetadata("document: is not a JSON object") from None


def _method(document: Mapping[str, Any]) -> Any:
    # RFC 7591's default is a secret, which such a client cannot have.
    method = document.get("token_endpoint_auth_method")
    return "none" if method in (None, "") else method
