"""Client metadata of sign-in and sign-out. OpenID Connect Registration 1.0 section 2,
RP-Initiated Logout 1.0 section 3.1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..protocol import acr, redirect_uri
from ..records.client import Client
from . import InvalidMetadata
from .readers import flag, texts

MOST_URIS = 20
MOST_SECONDS = 999_999_999  # as max_age


def addresses_are_safe(client: Client) -> None:
    """The same rules as for redirect_uris."""
    uris = client.post_logout_redirect_uris
    if len(uris) > MOST_URIS:
        raise InvalidMetadata(f"post_logout_redirect_uris: at most {MOST_URIS}")
    for uri in uris:
        try:
            redirect_uri.check(uri, client.application_type)
        except ValueError as reason:
            raise InvalidMetadata(f"post_logout_redirect_uris: {uri!r} {reason}") from None


def _seconds(name: str, value: Any) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not 0 <= value <= MOST_SECONDS:
        raise InvalidMetadata(f"{name}: must be 0 to {MOST_SECONDS} seconds")
    return int(value)


def _acr_values(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or any(member not in acr.VALUES for member in value):
        raise InvalidMetadata(f"{name}: must be a list of {', '.join(acr.VALUES)}")
    return tuple(dict.fromkeys(value))


MEMBERS: Mapping[str, Callable[[str, Any], object]] = {
    "post_logout_redirect_uris": texts,
    "default_max_age": _seconds,
    # Both say what every ID token tells in any case: auth_time, and the one acr there is.
    "default_acr_values": _acr_values,
    "require_auth_time": flag,
}
RULES = (addresses_are_safe,)
