"""The profile of a client: a whole set of rules under one name. FAPI 2.0 Security Profile.

What the profile wants and the metadata leave open is filled in; what contradicts it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..protocol import fapi
from ..records.client import Client
from . import InvalidMetadata

# What a client of the profile has where its metadata say nothing.
_FILLED_IN: Mapping[str, object] = {
    "id_token_signed_response_alg": "PS256",
    "authorization_signed_response_alg": "PS256",
    "require_pushed_authorization_requests": True,
}
_ALGS = (
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "authorization_signed_response_alg",
    "introspection_signed_response_alg",
)


def completed(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """The metadata with what their profile wants in the places that are open."""
    if metadata.get("profile") != fapi.FAPI2:
        return metadata
    given = {name: value for name, value in metadata.items() if value is not None}
    return {**_FILLED_IN, **given}


def keeps_to_fapi(client: Client) -> None:
    """Every rule of the profile that registration can break."""
    if client.profile != fapi.FAPI2:
        return
    if client.token_endpoint_auth_method not in fapi.AUTHENTICATION:
        raise _contradiction("token_endpoint_auth_method", " or ".join(fapi.AUTHENTICATION))
    if not (client.dpop_bound_access_tokens or client.tls_client_certificate_bound_access_tokens):
        raise _contradiction(
            "dpop_bound_access_tokens", "true, or tls_client_certificate_bound_access_tokens"
        )
    for name in ("require_pushed_authorization_requests", "require_pkce"):
        if not getattr(client, name):
            raise _contradiction(name, "true")
    for name in _ALGS:
        if getattr(client, name) not in (None, *fapi.ALGORITHMS):
            raise _contradiction(name, "one of " + ", ".join(fapi.ALGORITHMS))
    if not all(uri.startswith("https://") for uri in client.redirect_uris):
        raise _contradiction("redirect_uris", "https")


def _contradiction(name: str, wanted: str) -> InvalidMetadata:
    return InvalidMetadata(f"{name}: profile {fapi.FAPI2} wants {wanted}")


def _profile(name: str, value: Any) -> str:
    if value not in fapi.PROFILES:
        raise InvalidMetadata(f"{name}: must be {', '.join(fapi.PROFILES)}")
    return str(value)


MEMBERS: Mapping[str, Callable[[str, Any], object]] = {"profile": _profile}
RULES = (keeps_to_fapi,)
