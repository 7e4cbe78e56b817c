"""The rules that an access token's claims follow. RFC 9068 section 4, RFC 7519 section 4.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import (
    Expired,
    MalformedToken,
    MissingClaim,
    NotYetValid,
    WrongAudience,
    WrongIssuer,
)
from .keys import ALGORITHMS

# RFC 9068 section 2.2.
REQUIRED = ("iss", "exp", "aud", "sub", "client_id", "iat", "jti")
# What RFC 7662 section 2.2 leaves optional is not asked of an opaque token.
REQUIRED_OF_OPAQUE = ("aud",)
_TEXTS = ("iss", "sub", "client_id", "jti", "scope", "acr")
_TIMES = ("exp", "nbf", "iat", "auth_time")
LATEST = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """What is asked of every token.

    algs: the signatures accepted. tolerance: seconds by which two clocks may differ. required:
    claims that must be there.
    """

    algs: tuple[str, ...] = ALGORITHMS
    tolerance: int = 10
    required: tuple[str, ...] = REQUIRED

    def __post_init__(self) -> None:
        if not self.algs or not set(self.algs) <= set(ALGORITHMS):
            raise ValueError(f"algs must be some of {ALGORITHMS}")
        if not 0 <= self.tolerance <= 300:
            raise ValueError("tolerance must be 0 to 300 seconds")


def check(
    claims: Mapping[str, Any],
    required: tuple[str, ...],
    *,
    issuer: str,
    audiences: frozenset[str],
    now: float,
    tolerance: int,
) -> None:
    """InvalidToken when a claim is missing, of a wrong type, or not right for here and now."""
    for name in required:
        if name not in claims:
            raise MissingClaim(f"no {name}")
    for name in _TEXTS:
        if not isinstance(claims.get(name, ""), str):
            raise MalformedToken(f"{name} is not text")
    for name in _TIMES:
        if not is_time(claims.get(name, 0)):
            raise MalformedToken(f"{name} is not a time")
    if not are_details(claims.get("authorization_details", [])):
        raise MalformedToken("authorization_details are no list of objects with a type")
    # An empty name is nobody's.
    for name in set(required) & {"sub", "client_id", "jti"}:
        if not claims[name]:
            raise MalformedToken(f"{name} is empty")
    if claims.get("iss", issuer) != issuer:
        raise WrongIssuer
    if not audiences & audience(claims.get("aud", [])):
        raise WrongAudience
    if "exp" in claims and now >= claims["exp"] + tolerance:
        raise Expired
    for name in ("nbf", "iat"):
        if claims.get(name, 0) > now + tolerance:
            raise NotYetValid(f"{name} lies ahead")


def audience(value: object) -> frozenset[str]:
    """The members of an `aud`: one text, or a list of them; MalformedToken otherwise."""
    members = [value] if isinstance(value, str) else value
    if not isinstance(members, list) or not all(isinstance(one, str) for one in members):
        raise MalformedToken("aud is neither text nor a list of texts")
    return frozenset(members)


def scope(claims: Mapping[str, Any]) -> frozenset[str]:
    """The scope of a token, after `check`. RFC 9068 section 2.2.3."""
    return frozenset(claims.get("scope", "").split(" ")) - {""}


def are_details(value: object) -> bool:
    """Whether this is what RFC 9396 section 2 says: objects that have a type."""
    return isinstance(value, list) and all(
        isinstance(one, dict) and isinstance(one.get("type"), str) for one in value
    )


def is_time(value: object) -> bool:
    """Whether this is a NumericDate of RFC 7519 section 2: seconds since 1970."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= LATEST
