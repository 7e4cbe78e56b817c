"""Client assertions: a JWT that proves a client. RFC 7521 section 4.2, RFC 7523 sections 2.2 and 3.

Taken apart and checked; the keys, the signature and the one use of a jti are the caller's. Whom an
assertion must be for is decided in docs/decisions/0032.
"""

from __future__ import annotations

import math
from typing import Any

from ..errors import InvalidClient
from ..settings import SIGNING_ALGORITHMS
from ..values import Frozen
from . import jwt
from .jwt import Token

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = SIGNING_ALGORITHMS
AHEAD = 10  # seconds by which the client's clock may be before ours
LONGEST = 60 * 60  # seconds that an assertion may still live: what Authlib asks for
MOST_NAME = 255  # characters of a client_id
MOST_JTI = 255  # characters

# RFC 8725 section 3.11: untyped in older libraries, and never another token's type. The last one
# says that its maker knows the rules of RFC 7523bis, and is held to them.
_STRICT = "client-authentication+jwt"
_TYPES = ("jwt", _STRICT, f"application/{_STRICT}")


class Expected(Frozen):
    """What an assertion must fit. alg: the registered one; None for any that signs.

    algs: what may sign. issuer: ours. endpoints: our URLs that may stand for it, none for a client
    that must name the issuer. now: in epoch seconds.
    """

    client_id: str
    alg: str | None
    issuer: str
    endpoints: tuple[str, ...]
    now: int
    algs: tuple[str, ...] = ALGORITHMS


def parse(text: str) -> Token:
    """Take an assertion apart; InvalidClient for what is no compact JWT."""
    try:
        return jwt.parse(text)
    except (jwt.MalformedToken, RecursionError) as problem:
        raise InvalidClient(detail=f"the assertion is no JWT: {problem}") from None


def claimed_client(token: Token) -> str:
    """The client that it is said to prove; InvalidClient where it names none."""
    subject = token.claims.get("sub")
    if not isinstance(subject, str) or not 1 <= len(subject) <= MOST_NAME:
        raise InvalidClient(detail="the assertion has no sub")
    return subject


def check(token: Token, expected: Expected) -> None:
    """Check all but the signature, in order, each rule by its name; InvalidClient."""
    for rule in RULES:
        rule(token, expected)


def type_is_ours(token: Token, expected: Expected) -> None:
    """RFC 8725 section 3.11: no other token passes for an assertion."""
    if _typ(token) not in _TYPES:
        raise InvalidClient(detail="the typ is that of another token")


def nothing_is_critical(token: Token, expected: Expected) -> None:
    """RFC 7515 section 4.1.11: no extension is understood here."""
    if "crit" in token.header:
        raise InvalidClient(detail="the assertion has a critical extension (crit)")


def algorithm_is_registered(token: Token, expected: Expected) -> None:
    """RFC 7591, OpenID Registration section 2: the client's, not the token's, word counts."""
    alg = token.header.get("alg")
    if alg not in expected.algs or expected.alg not in (None, alg):
        raise InvalidClient(detail="the assertion is not signed as the client registered")
    if not isinstance(token.header.get("kid", ""), str):
        raise InvalidClient(detail="the kid is not a text")


def client_speaks_for_itself(token: Token, expected: Expected) -> None:
    """RFC 7523 section 3: iss and sub are both the client_id."""
    if token.claims.get("iss") != expected.client_id:
        raise InvalidClient(detail="the iss is not the client")
    if token.claims.get("sub") != expected.client_id:
        raise InvalidClient(detail="the sub is not the client")


def audience_is_us(token: Token, expected: Expected) -> None:
    """RFC 7523bis: the issuer, as a text. Of others also a list, and our endpoints: ours only.

    One that another server would take as well could be carried there, and from there to us.
    """
    audience = token.claims.get("aud")
    if audience == expected.issuer:
        return
    named = audience if isinstance(audience, list) else [audience]
    ours = (expected.issuer, *expected.endpoints)
    lenient = bool(expected.endpoints) and _typ(token) not in _TYPES[1:]
    if not lenient or not named or not all(one in ours for one in named):
        raise InvalidClient(detail="the aud is not this issuer, or not this issuer alone")


def times_are_right(token: Token, expected: Expected) -> None:
    """RFC 7519 sections 4.1.4 to 4.1.6: an end, and a near one; iat and nbf where they are."""
    times = {name: token.claims[name] for name in ("exp", "nbf", "iat") if name in token.claims}
    if "exp" not in times or not all(_is_time(time) for time in times.values()):
        raise InvalidClient(detail="there is no exp, or a time is no number of seconds")
    if expected.now >= times["exp"]:
        raise InvalidClient(detail="the assertion has expired")
    if times["exp"] > expected.now + LONGEST + AHEAD:
        raise InvalidClient(detail=f"the assertion would live for more than {LONGEST} seconds")
    if max(times.get("nbf", 0), times.get("iat", 0)) > expected.now + AHEAD:
        raise InvalidClient(detail="the assertion is not valid yet")


def has_a_name(token: Token, expected: Expected) -> None:
    """RFC 7523 section 3: without a jti it could not be told from another, or from itself."""
    jti = token.claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= MOST_JTI:
        raise InvalidClient(detail=f"the jti is no text of 1 to {MOST_JTI} characters")


RULES = (
    type_is_ours,
    nothing_is_critical,
    algorithm_is_registered,
    client_speaks_for_itself,
    audience_is_us,
    times_are_right,
    has_a_name,
)


def last_second(token: Token) -> int:
    """From when on nobody would take it, in epoch seconds; for one that was checked."""
    end: int = math.ceil(token.claims["exp"])
    return end + AHEAD


def _typ(token: Token) -> str:
    typ = token.header.get("typ", _TYPES[0])
    return typ.lower() if isinstance(typ, str) else ""


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
