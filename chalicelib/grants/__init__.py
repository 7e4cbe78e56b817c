"""The grant types. RFC 6749 section 4.

A member proves, and gives what spends the proof: nothing else. Client authentication, what the
request shows to hold and what that binds, minting and audit are the token endpoint's, for every
member alike. It names its PARAMETERS; the endpoint hands it no others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ..modules import Modules
from ..protocol.grant_types import JWT_BEARER, TOKEN_EXCHANGE
from ..values import Frozen

if TYPE_CHECKING:  # the metadata document reads the table below, and needs no more
    from ..http import Parameters
    from ..protocol.confirmation import Binding, Confirmation
    from ..records.authorization import Authorization
    from ..records.client import Client
    from ..services import Services
    from ..settings import Settings


class Proved(Frozen):
    """What a grant type has proved, with nothing spent yet.

    binding: what the request must show to hold before anything is spent. spend: uses up what proved
    it and gives the Authorization; what it is told that the request has shown, it may keep.
    """

    binding: Binding
    spend: Callable[[Confirmation | None], Authorization]


class GrantType(Protocol):
    """What a member looks like."""

    PARAMETERS: tuple[str, ...]

    def prove(self, form: Parameters, client: Client, services: Services) -> Proved:
        """What the request proves; nothing is written."""


GRANT_TYPES: Modules[GrantType] = Modules(
    __name__,
    {
        "authorization_code": "authorization_code",
        "refresh_token": "refresh_token",
        "client_credentials": "client_credentials",
        JWT_BEARER: "jwt_bearer",
        TOKEN_EXCHANGE: "token_exchange",
    },
)


def offered(settings: Settings) -> tuple[str, ...]:
    """The grant types of a stage."""
    left_out = {JWT_BEARER} if not settings.accepts_id_jag else set()
    left_out |= {TOKEN_EXCHANGE} if not settings.issues_id_jag else set()
    return tuple(name for name in GRANT_TYPES if name not in left_out)
