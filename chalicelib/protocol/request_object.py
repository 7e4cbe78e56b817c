"""Request objects: an authorization request as a JWT. RFC 9101, OpenID Connect Core section 6.

Taken apart, checked, turned into parameters; the keys and the signature are the caller's. What
each claim means here is decided in docs/decisions/0027.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidRequestObject, RequestNotSupported
from ..settings import SIGNING_ALGORITHMS
from ..values import Frozen
from . import jwt
from .jwt import Token

UNSIGNED = "none"
ALGORITHMS = (*SIGNING_ALGORITHMS, UNSIGNED)
AHEAD = 10  # seconds by which the client's clock may be before ours

# RFC 9101 sections 4 and 10.8: untyped in older libraries, and never another token's type.
_TYPES = ("jwt", "oauth-authz-req+jwt", "application/oauth-authz-req+jwt")

Pairs = list[tuple[str, str]]


class Expected(Frozen):
    """What a request object must fit. alg: the registered one; None for any that signs.

    algs: what may sign. now: in epoch seconds. longest: seconds that it may live, and then it must
    say for whom and how long it is good (FAPI 2.0 Message Signing section 5.3.1); None for no end.
    """

    client_id: str
    alg: str | None
    issuer: str
    now: int
    algs: tuple[str, ...] = ALGORITHMS
    longest: int | None = None


def parse(text: str) -> Token:
    """Take a request object apart; InvalidRequestObject for what is none."""
    if text.count(".") == 4:
        raise InvalidRequestObject("Encrypted request objects are not taken; TLS encrypts them.")
    try:
        return jwt.parse(text)
    except (jwt.MalformedToken, RecursionError) as problem:
        raise InvalidRequestObject(
            f"The request object is not a JWT of at most {jwt.MAX_LENGTH} characters.",
            detail=str(problem),
        ) from None


def check(token: Token, expected: Expected) -> None:
    """Check all but the signature, in order, each rule by its name; InvalidRequestObject."""
    for rule in RULES:
        rule(token, expected)


def is_signed(token: Token) -> bool:
    """Whether it claims to be; `check` has seen that the client may send it otherwise."""
    return token.header.get("alg") != UNSIGNED


def parameters(token: Token, known: tuple[str, ...]) -> Pairs:
    """The parameters it holds, as strings, of those that are known; others are left out.

    InvalidRequestObject for one of a wrong type (RFC 9101 section 4).
    """
    pairs: Pairs = []
    for name, value in token.claims.items():
        if name in known:
            pairs += [(name, text) for text in _texts(name, value)]
    return pairs


def type_is_ours(token: Token, expected: Expected) -> None:
    """RFC 9101 section 10.8, RFC 8725 section 3.11: no other token passes for a request."""
    typ = token.header.get("typ", _TYPES[0])
    if not isinstance(typ, str) or typ.lower() not in _TYPES:
        raise InvalidRequestObject("The typ of the request object is that of another token.")


def nothing_is_critical(token: Token, expected: Expected) -> None:
    """RFC 7515 section 4.1.11: no extension is understood here."""
    if "crit" in token.header:
        raise InvalidRequestObject("The request object has a critical extension (crit).")


def algorithm_is_registered(token: Token, expected: Expected) -> None:
    """RFC 9101 section 6.2, Registration section 2: the client's, not the token's, word counts.

    RequestNotSupported for an unsigned one of a client that has registered nothing about them.
    """
    alg = token.header.get("alg")
    if alg == UNSIGNED and expected.alg != UNSIGNED:
        is_open = expected.alg is None and UNSIGNED in expected.algs
        kind = RequestNotSupported if is_open else InvalidRequestObject
        raise kind("This client is not registered for unsigned request objects.")
    if alg not in expected.algs or expected.alg not in (None, alg):
        raise InvalidRequestObject("The request object is not signed as the client registered.")
    if alg == UNSIGNED and token.signature:
        raise InvalidRequestObject("An unsigned request object has a signature.")  # RFC 7518 3.6
    if not isinstance(token.header.get("kid", ""), str):
        raise InvalidRequestObject("The kid of the request object is not a text.")


def client_is_the_one(token: Token, expected: Expected) -> None:
    """RFC 9101 section 6.3; a signed one names its client, because two may share a key."""
    said = [token.claims[name] for name in ("client_id", "iss") if name in token.claims]
    if any(name != expected.client_id for name in said):
        raise InvalidRequestObject("The request object is another client's.")
    if not said and is_signed(token):
        raise InvalidRequestObject("The request object names no client_id.")


def audience_is_us(token: Token, expected: Expected) -> None:
    """RFC 9101 section 4: optional; where it is, this server is in it."""
    audience = token.claims.get("aud", expected.issuer)
    if expected.issuer not in (audience if isinstance(audience, list) else [audience]):
        raise InvalidRequestObject("The aud of the request object is not this issuer.")


def is_no_client_assertion(token: Token, expected: Expected) -> None:
    """RFC 9101 section 10.8: what proves a client (RFC 7523) has it as `sub`."""
    if token.claims.get("sub") == expected.client_id:
        raise InvalidRequestObject("The sub of the request object is the client.")


def times_are_right(token: Token, expected: Expected) -> None:
    """RFC 7519 sections 4.1.4 to 4.1.6: each where it is; without exp it does not end."""
    times = {name: token.claims[name] for name in ("exp", "nbf", "iat") if name in token.claims}
    if not all(_is_time(time) for time in times.values()):
        raise InvalidRequestObject("A time of the request object is not a number of seconds.")
    if expected.now >= times.get("exp", math.inf):
        raise InvalidRequestObject("The request object has expired.")
    if max(times.get("nbf", 0), times.get("iat", 0)) > expected.now + AHEAD:
        raise InvalidRequestObject("The request object is not valid yet.")


def life_is_short(token: Token, expected: Expected) -> None:
    """FAPI 2.0 Message Signing section 5.3.1: aud, nbf and exp, and an hour between them."""
    if expected.longest is None:
        return
    missing = [name for name in ("aud", "nbf", "exp") if name not in token.claims]
    if missing:
        raise InvalidRequestObject(f"The request object has no {missing[0]}.")
    begins, ends = token.claims["nbf"], token.claims["exp"]
    if begins < expected.now - expected.longest or ends > begins + expected.longest:
        raise InvalidRequestObject(
            f"The request object is older, or lives longer, than {expected.longest} seconds."
        )


def holds_no_other(token: Token, expected: Expected) -> None:
    """RFC 9101 section 4: none within another."""
    if not token.claims.keys().isdisjoint(("request", "request_uri")):
        raise InvalidRequestObject("The request object holds another one.")


RULES = (
    type_is_ours,
    nothing_is_critical,
    algorithm_is_registered,
    client_is_the_one,
    audience_is_us,
    is_no_client_assertion,
    times_are_right,
    life_is_short,
    holds_no_other,
)


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _texts(name: str, value: Any) -> list[str]:
    """The values of one parameter, as a query would have them."""
    values = value if name == "resource" and isinstance(value, list) else [value]
    if name == "max_age" and isinstance(value, int) and not isinstance(value, bool):
        values = [str(value)]
    if name == "claims" and isinstance(value, Mapping):
        values = [json.dumps(value, separators=(",", ":"))]
    if name == "authorization_details":  # a list here, and nothing else: RFC 9396 section 3
        values = [json.dumps(value, separators=(",", ":")) if isinstance(value, list) else None]
    if not all(isinstance(text, str) and _is_unicode(text) for text in values):
        raise InvalidRequestObject(f"The {name} of the request object is of a wrong type.")
    return values


def _is_unicode(text: str) -> bool:
    """A query cannot carry half a character; JSON can."""
    return all(not "\ud800" <= character <= "\udfff" for character in text)
