"""ID-JAG: the word of another issuer that a client may act for a user here, or ours elsewhere.

draft-ietf-oauth-identity-assertion-authz-grant sections 3 and 4.4, RFC 7523 sections 2.1 and 3.
Taken apart and checked; the keys, the signature and the one use of a jti are the caller's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidGrant, InvalidScope, InvalidTarget
from ..settings import SIGNING_ALGORITHMS
from ..values import Frozen
from . import confirmation, jwt, scope, target
from .jwt import Token

TYP = "oauth-id-jag+jwt"
LIFETIME = 5 * 60  # seconds, of ours
AHEAD = 10  # seconds by which the issuer's clock may be before ours
LONGEST = 30 * 60  # seconds that another's may live
MOST_ISSUER = 1000  # characters
MOST_NAME = 255  # characters of sub and jti
MOST_RESOURCES = 10

_TYPES = (TYP, f"application/{TYP}")
# OpenID Connect Core section 2: a sub is ASCII; an iss is a URL.
_ASCII = re.compile(r"[\x20-\x7e]*", re.ASCII)
_CONFIRMATIONS = (confirmation.JKT, confirmation.X5T)


class Expected(Frozen):
    """What an assertion must fit. audience: our issuer. algs: what may sign. now: epoch seconds."""

    audience: str
    client_id: str
    algs: tuple[str, ...]
    now: int


class Elsewhere(Frozen):
    """For one audience: the client as it is known there, and the scopes it may ask for at each
    resource. email: whether the user's verified address is told."""

    client_id: str
    resources: Mapping[str, tuple[str, ...]]
    email: bool


def elsewhere(stored: Mapping[str, Any]) -> Elsewhere:
    """One audience of a client's id_jag_audiences."""
    return Elsewhere(stored["client_id"], stored["resources"], stored.get("email", False))


class Assertion(Frozen, kw_only=True):
    """What a good one says. email: only where its issuer calls it verified.

    scope: None where it names none. last_second: from when on nobody would take it, in epoch
    seconds. bound: what its presenter must show to hold.
    """

    issuer: str
    subject: str
    jti: str
    issued_at: int
    last_second: int
    resources: tuple[str, ...]
    scope: tuple[str, ...] | None
    email: str | None
    bound: Mapping[str, str]


def parse(text: str) -> Token:
    """Take an assertion apart; InvalidGrant for what is no compact JWT."""
    try:
        return jwt.parse(text)
    except (jwt.MalformedToken, RecursionError) as problem:
        raise InvalidGrant("The assertion is no JWT.", detail=str(problem)) from None


def claimed_issuer(token: Token) -> str:
    """Whose word it is said to be; InvalidGrant where it does not say."""
    return _text(token, "iss")


def check(token: Token, expected: Expected) -> Assertion:
    """Check all but the signature, in order, each rule by its name; InvalidGrant."""
    for rule in RULES:
        rule(token, expected)
    claims = token.claims
    verified = isinstance(claims.get("email"), str) and claims.get("email_verified") is True
    return Assertion(
        issuer=_text(token, "iss"),
        subject=_text(token, "sub"),
        jti=_text(token, "jti"),
        issued_at=math.floor(claims["iat"]),
        last_second=math.ceil(claims["exp"]) + AHEAD,
        resources=_resources(token),
        scope=_scope(token),
        email=claims["email"] if verified else None,
        bound=claims.get("cnf", {}),
    )


def type_is_ours(token: Token, expected: Expected) -> None:
    """RFC 8725 section 3.11: no other token passes for one."""
    typ = token.header.get("typ")
    if not isinstance(typ, str) or typ.lower() not in _TYPES:
        raise InvalidGrant(f"The typ of the assertion is not {TYP}.")


def nothing_is_critical(token: Token, expected: Expected) -> None:
    """RFC 7515 section 4.1.11: no extension is understood here."""
    if "crit" in token.header:
        raise InvalidGrant("The assertion has a critical extension (crit).")


def algorithm_is_taken(token: Token, expected: Expected) -> None:
    """RFC 8725 section 3.1: one that signs, and that the issuer signs with."""
    if token.header.get("alg") not in (expected.algs or SIGNING_ALGORITHMS):
        raise InvalidGrant("The assertion is signed by an algorithm that is not taken.")
    if not isinstance(token.header.get("kid", ""), str):
        raise InvalidGrant("The kid of the assertion is no text.")


def audience_is_us(token: Token, expected: Expected) -> None:
    """A text, as RFC 7523bis wants it: what another server would take as well could be carried."""
    if token.claims.get("aud") != expected.audience:
        raise InvalidGrant("The aud of the assertion is not this issuer, as a single text.")


def client_is_named(token: Token, expected: Expected) -> None:
    """Section 4.4.1: nobody else's assertion is of use to who has authenticated."""
    if token.claims.get("client_id") != expected.client_id:
        raise InvalidGrant("The client_id of the assertion is not this client.")


def times_are_right(token: Token, expected: Expected) -> None:
    """RFC 7519 sections 4.1.4 to 4.1.6: a beginning and an end, and not far from each other."""
    times: dict[str, Any] = {"exp": None, "iat": None}
    times |= {name: token.claims[name] for name in ("exp", "iat", "nbf") if name in token.claims}
    if not all(_is_time(time) for time in times.values()):
        raise InvalidGrant("The assertion lacks exp or iat, or a time is no number of seconds.")
    end, start, now = times["exp"], times["iat"], expected.now
    if now >= end:
        raise InvalidGrant("The assertion has expired.")
    if max(start, times.get("nbf", start)) > now + AHEAD:
        raise InvalidGrant("The assertion is not valid yet.")
    if end - start > LONGEST or end > now + LONGEST + AHEAD:
        raise InvalidGrant(f"The assertion lives for more than {LONGEST} seconds.")


def has_names(token: Token, expected: Expected) -> None:
    """Section 3: whose word, about whom, and which one."""
    for name in ("iss", "sub", "jti"):
        _text(token, name)


def reach_is_named(token: Token, expected: Expected) -> None:
    """Sections 3 and 4.4.1: where it is good, and for what."""
    _resources(token)
    _scope(token)


def binding_is_known(token: Token, expected: Expected) -> None:
    """RFC 7800 section 3.1: what cannot be asked for must not be passed over."""
    bound = token.claims.get("cnf", {})
    known = isinstance(bound, dict) and all(
        name in _CONFIRMATIONS and isinstance(value, str) for name, value in bound.items()
    )
    if not known or ("cnf" in token.claims and not bound):
        raise InvalidGrant("The cnf of the assertion is not one that is known here.")


RULES = (
    type_is_ours,
    nothing_is_critical,
    algorithm_is_taken,
    audience_is_us,
    client_is_named,
    times_are_right,
    has_names,
    reach_is_named,
    binding_is_known,
)


def _text(token: Token, name: str) -> str:
    value = token.claims.get(name)
    most = MOST_ISSUER if name == "iss" else MOST_NAME
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise InvalidGrant(f"The {name} of the assertion is no text of 1 to {most} characters.")
    if name != "jti" and not _ASCII.fullmatch(value):
        raise InvalidGrant(f"The {name} of the assertion is not ASCII.")
    return value


def _resources(token: Token) -> tuple[str, ...]:
    value = token.claims.get("resource")
    named = [value] if isinstance(value, str) else value
    if not isinstance(named, list) or not 1 <= len(named) <= MOST_RESOURCES:
        raise InvalidGrant("The assertion names no resource.")
    for uri in named:
        try:
            target.check_uri(uri if isinstance(uri, str) else "")
        except InvalidTarget:
            raise InvalidGrant("A resource of the assertion is no absolute URI.") from None
    return tuple(dict.fromkeys(named))


def _scope(token: Token) -> tuple[str, ...] | None:
    if "scope" not in token.claims:
        return None
    value = token.claims["scope"]
    try:
        return scope.parse(value if isinstance(value, str) else "")
    except InvalidScope:
        raise InvalidGrant("The scope of the assertion is malformed.") from None


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
