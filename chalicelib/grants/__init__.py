"""The grant types. RFC 6749 section 4.

A member proves an Authorization and spends what proved it, in this order, and nothing else: client
authentication, throttling, minting and audit are the token endpoint's. It names its PARAMETERS;
the endpoint hands it no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ..modules import Modules

if TYPE_CHECKING:  # the metadata document reads the table below, and needs no more
    from ..http import Parameters
    from ..records.authorization import Authorization
    from ..records.client import Client
    from ..services import Services


class GrantType(Protocol):
    """What a member looks like."""

    PARAMETERS: tuple[str, ...]

    def authorize(self, form: Parameters, client: Client, services: Services) -> Authorization:
        """What the request proves; an OAuthError changes nothing."""


GRANT_TYPES: Modules[GrantType] = Modules(
    __name__,
    {
        "authorization_code": "authorization_code",
        "refresh_token": "refresh_token",
        "client_credentials": "client_credentials",
    },
)
