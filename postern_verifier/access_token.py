"""JWT access tokens, checked with the issuer's keys alone. RFC 9068 section 4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import claims, errors, jwt
from .claims import TokenRules
from .issuer import Issuer

TYPE = "at+jwt"


def check(
    text: str, issuer: Issuer, audiences: frozenset[str], rules: TokenRules, now: float
) -> Mapping[str, Any]:
    """The claims of a good token; InvalidToken, or IssuerUnavailable."""
    parsed = signed(text, TYPE, issuer, rules)
    claims.check(
        parsed.claims,
        rules.required,
        issuer=issuer.issuer,
        audiences=audiences,
        now=now,
        tolerance=rules.tolerance,
    )
    return parsed.claims


def signed(
    text: str, typ: str, issuer: Issuer, rules: TokenRules, most: int = jwt.MOST_CHARACTERS
) -> jwt.JWT:
    """A JWT of this type that the issuer has signed; its claims are not looked at."""
    try:
        parsed = jwt.parse(text, most)
    except ValueError as problem:
        raise errors.MalformedToken(str(problem)) from None
    if not jwt.is_type(parsed.header.get("typ"), typ):
        raise errors.WrongType(f"typ is {parsed.header.get('typ')!r}")
    alg = parsed.header.get("alg")
    if not isinstance(alg, str) or alg not in rules.algs:
        raise errors.WrongAlgorithm(f"alg is {alg!r}")
    key = issuer.key(parsed.header.get("kid"), alg)
    if not key.verifies(alg, parsed.signing_input, parsed.signature):
        raise errors.WrongSignature
    return parsed
