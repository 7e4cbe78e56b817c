"""Client metadata of sign-in and sign-out. OpenID Connect Registration 1.0 section 2, the logout
specifications: RP-Initiated 1.0 section 3.1, Back-Channel 1.0 and Front-Channel 1.0 section 2.2."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..protocol import acr, redirect_uri
from ..records.client import Client
from . import InvalidMetadata
from .readers import called, flag, quoted, texts, web

MOST_URIS = 20
MOST_SECONDS = 999_999_999  # as max_age


def addresses_are_safe(client: Client, native_schemes: Sequence[str]) -> None:
    """The same rules as for redirect_uris."""
    uris = client.post_logout_redirect_uris
    if len(uris) > MOST_URIS:
        raise InvalidMetadata(f"post_logout_redirect_uris: at most {MOST_URIS}")
    kind, stranger = client.application_type, client.is_self_registered
    for uri in uris:
        try:
            redirect_uri.check(uri, kind, native_schemes, of_a_stranger=stranger)
        except ValueError as reason:
            raise InvalidMetadata(f"post_logout_redirect_uris: {quoted(uri)} {reason}") from None


def frames_are_of_the_client(client: Client) -> None:
    """Front-Channel Logout section 2: of the very host, port and scheme of a redirect URI."""
    uri = client.frontchannel_logout_uri
    if uri is None:
        return
    if "#" in uri or not any(_origin(uri) == _origin(known) for known in client.redirect_uris):
        raise InvalidMetadata(
            "frontchannel_logout_uri: must have scheme, host and port of a redirect URI, "
            "and no fragment"
        )


def sessions_are_told_somewhere(client: Client) -> None:
    """That the session be named asks for an address that it is named at."""
    for channel in ("backchannel", "frontchannel"):
        required = getattr(client, f"{channel}_logout_session_required")
        if required and getattr(client, f"{channel}_logout_uri") is None:
            raise InvalidMetadata(f"{channel}_logout_session_required: without a logout URI")


def _origin(uri: str) -> str:
    return "/".join(uri.split("?")[0].split("/")[:3])


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
    "initiate_login_uri": web,
    "backchannel_logout_uri": called,
    "backchannel_logout_session_required": flag,
    "frontchannel_logout_uri": web,
    "frontchannel_logout_session_required": flag,
    "default_max_age": _seconds,
    # Both say what every ID token tells in any case: auth_time, and the one acr there is.
    "default_acr_values": _acr_values,
    "require_auth_time": flag,
}
RULES = (frames_are_of_the_client, sessions_are_told_somewhere)
