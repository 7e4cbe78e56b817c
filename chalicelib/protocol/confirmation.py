"""What a token is bound to: the `cnf` members. RFC 7800 section 3, RFC 9449 section 6, RFC 8705
section 3.1."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ..errors import InvalidGrant
from ..settings import SIGNING_ALGORITHMS
from ..values import Frozen

Confirmation = Mapping[str, str]

JKT = "jkt"  # the thumbprint of a key: DPoP
X5T = "x5t#S256"  # the thumbprint of a certificate: mutual TLS

DPOP_ALGORITHMS = SIGNING_ALGORITHMS

# The base64url of a SHA-256 is 43 characters long, and the last one carries two spare bits.
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)
_NOTHING: Confirmation = MappingProxyType({})


class Binding(Frozen):
    """What a request must show to hold, before what it presents is honoured.

    exactly: members that must be shown as they are. kinds: members that must be shown, with
    whatever value.
    """

    exactly: Confirmation = _NOTHING
    kinds: tuple[str, ...] = ()

    def must_be_met(self, shown: Confirmation | None) -> None:
        """InvalidGrant unless the request has shown all of it."""
        held = shown or _NOTHING
        for kind in (*self.exactly, *self.kinds):
            if kind not in held:
                raise InvalidGrant("It is bound to a key, and the request shows none.", detail=kind)
        if any(held[kind] != value for kind, value in self.exactly.items()):
            raise InvalidGrant("It is bound to another key than the one that the request shows.")


UNBOUND = Binding()


def is_thumbprint(text: str) -> bool:
    """Whether this can be the SHA-256 thumbprint of a key (RFC 7638 section 3)."""
    return _THUMBPRINT.fullmatch(text) is not None


def token_type(confirmation: Confirmation | None) -> str:
    """How the access token is presented. RFC 9449 section 5; RFC 8705 leaves it Bearer."""
    return "DPoP" if JKT in (confirmation or _NOTHING) else "Bearer"
