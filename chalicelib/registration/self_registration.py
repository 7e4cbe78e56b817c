"""What a client registers of itself. RFC 7591 section 2, OpenID Connect Registration section 2.

Whatever it sends is made into metadata that registration/client_metadata.py reads: what is not a
stranger's to give is left out, and the answer says what was registered. docs/decisions/0038.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from ..protocol import redirect_uri
from ..records.client import Client
from ..values import replace
from . import InvalidMetadata, InvalidRedirectURI, client_metadata, strangers
from .readers import quoted

DYNAMIC = "dynamic"
# What only makes a client's own rules stricter, or saves it words, is its own to choose.
_ITS_OWN = ("profile", "require_dpop_nonce", "default_scope")
NOT_ITS_OWN = tuple(name for name in strangers.OPERATORS if name not in _ITS_OWN)
# What people are shown on the consent page, or what it was verified by.
_SHOWN = ("client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts")
_SEEN = (*_SHOWN, "redirect_uris", "application_type")


def read(
    metadata: Mapping[str, Any], client_id: str, now: int, native_schemes: Sequence[str]
) -> Client:
    """The client that a stranger describes. InvalidMetadata."""
    return client_metadata.read(completed(metadata), client_id, now, DYNAMIC, native_schemes)


def excused(client: Client) -> Client:
    """The client without the duty of PKCE, where an operator may excuse one of it.

    RFC 9700 section 2.1.1: a confidential OpenID client, for which a nonce is compulsory then.
    """
    try:
        client_metadata.pkce_may_be_left_out(without := replace(client, require_pkce=False))
    except InvalidMetadata:
        return client
    return without


def write(client: Client) -> dict[str, object]:
    """Its metadata, without those that are not its own to change."""
    document = client_metadata.write(client)
    return {name: value for name, value in document.items() if name not in NOT_ITS_OWN}


def completed(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata as they are registered. InvalidMetadata where nothing that is offered is left.

    RFC 7591 section 2: the server may replace what is asked for. Libraries ask for every grant
    that they know; RFC 7592 section 2.2: an empty value is as good as none.
    """
    given = {
        name: value
        for name, value in metadata.items()
        if name not in NOT_ITS_OWN and value not in (None, "")
    }
    _keep(given, "grant_types", strangers.GRANT_TYPES)
    _keep(given, "response_types", ("code",))
    given.setdefault("application_type", strangers.application_type(given))
    return given


def _keep(given: dict[str, Any], name: str, offered: tuple[str, ...]) -> None:
    asked = given.get(name)
    if asked == []:
        del given[name]
    if not isinstance(asked, list) or not asked:
        return
    kept = [one for one in asked if one in offered]
    if offered[0] not in kept:
        raise InvalidMetadata(f"{name}: must have {offered[0]} for a client that registers itself")
    given[name] = kept


def must_not_be_called(client: Client, name: str) -> None:
    """InvalidMetadata for a client under the name of this very service."""
    if skeleton(client.display_name) == skeleton(name):
        raise InvalidMetadata("client_name: is the name of this service")


def must_not_lead_here(client: Client, issuer: str) -> None:
    """InvalidMetadata for a client that is answered at this very service, whose host people trust.

    Not on a developer's own machine, where everything is one host.
    """
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        for uri in getattr(client, name):
            if redirect_uri.is_below(uri, issuer):
                problem = InvalidRedirectURI if name == "redirect_uris" else InvalidMetadata
                raise problem(f"{name}: {quoted(uri)} must not be an address of this server")


def skeleton(text: str) -> str:
    """A name without what people do not see a difference in: case, width, blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def looks_different(before: Client, after: Client) -> bool:
    """Whether anything that a user or an operator went by has changed."""
    return any(getattr(before, name) != getattr(after, name) for name in _SEEN)
