"""What an operation needs of the token: scope, RFC 6750, and a recent sign-in, RFC 9470."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import InsufficientScope, InsufficientUserAuthentication
from .verified import Token

# RFC 6749 section 3.3: one value of a scope. Values of `acr` are held to the same.
_VALUE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")


@dataclass(frozen=True, slots=True)
class Needs:
    """What one operation asks for.

    scope: all of these values, with blanks between. acr_values: any one of these. max_age: the
    seconds since the user signed in, at most.
    """

    scope: str = ""
    acr_values: tuple[str, ...] = ()
    max_age: int | None = None

    def __post_init__(self) -> None:
        for value in (*(self.scope.split(" ") if self.scope else ()), *self.acr_values):
            if not _VALUE.fullmatch(value):
                raise ValueError(f"{value!r} cannot be a value of scope or acr")
        if self.max_age is not None and self.max_age < 0:
            raise ValueError("max_age cannot be negative")

    def check(self, token: Token, now: float) -> None:
        """InsufficientScope, or InsufficientUserAuthentication."""
        missing = set(self.scope.split()) - token.scope
        if missing:
            raise InsufficientScope(f"the token lacks {sorted(missing)}")
        acr = token.claims.get("acr")
        if self.acr_values and acr not in self.acr_values:
            raise InsufficientUserAuthentication(f"acr is {acr!r}")
        if self.max_age is not None:
            auth_time = token.claims.get("auth_time")
            # RFC 9470 section 4: a token that does not say when may have been long ago.
            if auth_time is None or now - auth_time > self.max_age:
                raise InsufficientUserAuthentication("the sign-in is too long ago, or not known")


NOTHING = Needs()
