"""What a check gives: the access token's claims, and how it is bound. RFC 9068 section 2.2."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .errors import Headers


class Binding(Enum):
    """What a token needs beside itself. Both at once is possible."""

    NONE = "none"
    DPOP = "dpop"
    CERTIFICATE = "certificate"


# For `Verifier(accept=...)`: what FAPI 2.0 asks for.
BOUND = frozenset({Binding.DPOP, Binding.CERTIFICATE})
ANY = frozenset(Binding)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token that was checked, its binding included.

    `headers` are to be added to the answer of the request, whatever it says: a newer DPoP nonce.
    """

    claims: Mapping[str, Any] = field(repr=False)
    scope: frozenset[str]
    bindings: frozenset[Binding]
    headers: Headers = ()

    @property
    def subject(self) -> str | None:
        """The user; for a client that acts for itself, the client."""
        return _text(self.claims, "sub")

    @property
    def authorization_details(self) -> tuple[Mapping[str, Any], ...]:
        """What was granted in objects (RFC 9396 section 9.1), in their order; often nothing.

        Each has its `type`; what is in it beyond that is for your API to hold its caller to.
        """
        return tuple(self.claims.get("authorization_details", ()))

    def details(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        """Those of one type."""
        return tuple(one for one in self.authorization_details if one["type"] == kind)

    @property
    def client_id(self) -> str | None:
        """The client that the token was given to."""
        return _text(self.claims, "client_id")


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) else None
