"""What an operation needs of the token: scope, RFC 6750, a recent sign-in, RFC 9470, and an
authorization detail, RFC 9396."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .errors import InsufficientScope, InsufficientUserAuthentication
from .verified import Token

OFFLINE_ACCESS = "offline_access"  # OpenID Connect Core section 11
# RFC 6749 section 3.3: one value of a scope. Values of `acr` are held to the same.
_VALUE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


@dataclass(frozen=True, slots=True)
class Needs:
    """What one operation asks for.

    scope: all of these values, with blanks between. acr_values: any one of these. max_age: the
    seconds since the user signed in, at most. details: an authorization detail of each of these
    types; what the objects allow is yours to see.
    """

    scope: str = ""
    acr_values: tuple[str, ...] = ()
    max_age: int | None = None
    details: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for value in (*(self.scope.split(" ") if self.scope else ()), *self.acr_values):
            if not _VALUE.fullmatch(value):
                raise ValueError(f"{value!r} cannot be a value of scope or acr")
        if self.max_age is not None and self.max_age < 0:
            raise ValueError("max_age cannot be negative")

    def scope_with(self, granted: Iterable[str]) -> str:
        """The scope to ask for anew: what a token had and what is needed, for both to work.

        offline_access is between client and issuer: no resource server asks for it.
        """
        kept = (one for one in sorted(granted) if one != OFFLINE_ACCESS and _VALUE.fullmatch(one))
        return " ".join(dict.fromkeys([*kept, *self.scope.split()]))

    def check(self, token: Token, now: float) -> None:
        """InsufficientScope, or InsufficientUserAuthentication."""
        missing = set(self.scope.split()) - token.scope
        if missing:
            raise _insufficient(f"the token lacks {sorted(missing)}", token)
        lacking = {kind for kind in self.details if not token.details(kind)}
        if lacking:
            reason = f"the token has no authorization detail {sorted(lacking)}"
            raise _insufficient(reason, token)
        acr = token.claims.get("acr")
        if self.acr_values and acr not in self.acr_values:
            raise InsufficientUserAuthentication(f"acr is {acr!r}")
        if self.max_age is not None:
            auth_time = token.claims.get("auth_time")
            # RFC 9470 section 4: a token that does not say when may have been long ago.
            if auth_time is None or now - auth_time > self.max_age:
                raise InsufficientUserAuthentication("the sign-in is too long ago, or not known")


def _insufficient(reason: str, token: Token) -> InsufficientScope:
    refused = InsufficientScope(reason)
    refused.granted = token.scope
    return refused


NOTHING = Needs()
