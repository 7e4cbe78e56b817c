"""DPoP proofs: the rules of one. RFC 9449 sections 4.2 and 4.3.

Nonces and replays are possession/dpop.py's: they need the world.
"""

from __future__ import annotations

import re
from typing import Any

from ..encoding import base64url, sha256
from ..errors import InvalidDPoPProof
from ..values import Frozen
from . import jwk, jwk_set, jwt, signature
from .confirmation import DPOP_ALGORITHMS
from .jwk_set import Key
from .jwt import Token

TYP = "dpop+jwt"
MOST_CHARACTERS = 8 * 1024
MOST_JTI = 256
BEHIND, AHEAD = 60, 10  # seconds by which `iat` may lie before and after our clock

# Another word on the key than the jwk. Nobody would look at it; no honest proof has it.
_OTHER_KEYS = frozenset(("jku", "x5u", "x5c", "x5t", "x5t#S256"))

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<path>/[!-\"$->@-~]*)?(?:\?[^#]*)?(?:#.*)?",
    re.ASCII | re.IGNORECASE,
)
_PORTS = {"http": "80", "https": "443"}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]", re.ASCII)


class Expected(Frozen):
    """What a proof must fit. url: of the endpoint. now: in epoch seconds.

    token: the access token that is presented with it, where one is. algs: what may sign.
    """

    method: str
    url: str
    now: int
    token: str | None = None
    algs: tuple[str, ...] = DPOP_ALGORITHMS


class Proof(Frozen):
    """A proof that holds for one request, if it is its first use.

    thumbprint: of its key, RFC 7638. nonce: whatever was there. ends_at: no later than this would
    it be good again, in epoch seconds.
    """

    thumbprint: str
    jti: str
    nonce: Any
    ends_at: int


def verify(headers: tuple[str, ...], expected: Expected) -> Proof:
    """The proof in the DPoP headers of a request; InvalidDPoPProof, with the reason in words."""
    if len(headers) != 1:
        raise InvalidDPoPProof("There must be one DPoP header.")
    token = _parse(headers[0])
    key = _key(token, expected)
    for rule in RULES:
        rule(token, expected)
    return Proof(
        thumbprint=jwk.thumbprint(key),
        jti=token.claims["jti"],
        nonce=token.claims.get("nonce"),
        # Our clock too may be one that is ahead.
        ends_at=max(int(token.claims["iat"]), expected.now) + BEHIND + AHEAD,
    )


def type_is_ours(token: Token, expected: Expected) -> None:
    """RFC 8725 section 3.11: no other token passes for a proof."""
    if token.header.get("typ") != TYP:
        raise InvalidDPoPProof(f"The typ of the DPoP proof is not {TYP}.")


def nothing_is_critical(token: Token, expected: Expected) -> None:
    """RFC 7515 section 4.1.11: no extension is understood here."""
    if "crit" in token.header:
        raise InvalidDPoPProof("The DPoP proof has a critical extension (crit).")


def claims_are_there(token: Token, expected: Expected) -> None:
    """RFC 9449 section 4.2. A jti need not be longer than it is random."""
    for name in ("jti", "htm", "htu"):
        if not isinstance(token.claims.get(name), str) or not token.claims[name]:
            raise InvalidDPoPProof(f"The {name} of the DPoP proof is missing, or no text.")
    if len(token.claims["jti"]) > MOST_JTI:
        raise InvalidDPoPProof(f"The jti of the DPoP proof is longer than {MOST_JTI} characters.")


def method_is_this(token: Token, expected: Expected) -> None:
    """Methods are told apart by case (RFC 9110 section 9.1)."""
    if token.claims["htm"] != expected.method:
        raise InvalidDPoPProof("The htm of the DPoP proof is not the method of the request.")


def url_is_this(token: Token, expected: Expected) -> None:
    """Without query and fragment, in whatever spelling is the same (RFC 3986 section 6.2)."""
    named = normalized(token.claims["htu"])
    if named is None or named != normalized(expected.url):
        raise InvalidDPoPProof("The htu of the DPoP proof is not the URL of this endpoint.")


def time_is_now(token: Token, expected: Expected) -> None:
    """RFC 9449 section 11.1; exp and nbf are not asked for, and mean what they say."""
    times = {name: token.claims[name] for name in ("iat", "exp", "nbf") if name in token.claims}
    if "iat" not in times or not all(_is_time(time) for time in times.values()):
        raise InvalidDPoPProof("The iat of the DPoP proof is missing, or no number of seconds.")
    if times["iat"] < expected.now - BEHIND or times.get("exp", expected.now + 1) <= expected.now:
        raise InvalidDPoPProof("The DPoP proof is too old. Make a new one for each request.")
    if max(times["iat"], times.get("nbf", 0)) > expected.now + AHEAD:
        raise InvalidDPoPProof("The iat of the DPoP proof lies in the future. Set the clock.")


def token_is_this(token: Token, expected: Expected) -> None:
    """RFC 9449 section 7: a proof is good for one access token."""
    if expected.token is None:
        return
    if token.claims.get("ath") != base64url(sha256(expected.token)):
        raise InvalidDPoPProof("The ath of the DPoP proof is not the hash of the access token.")


RULES = (
    type_is_ours,
    nothing_is_critical,
    claims_are_there,
    method_is_this,
    url_is_this,
    time_is_now,
    token_is_this,
)


def normalized(url: str) -> str | None:
    """A URL without query and fragment, in one spelling; None for what is no http or https URL.

    The case of scheme, host and escapes, the port that goes without saying, needless escapes and an
    empty path are the same (RFC 3986 sections 6.2.2 and 6.2.3). Dots in a path are left as they
    are: none of our URLs has them, and no client sends them.
    """
    parts = _URL.fullmatch(url)
    if parts is None:
        return None
    scheme = parts["scheme"].lower()
    port = (parts["port"] or "").lstrip("0") or _PORTS[scheme]
    path = _ESCAPE.sub(_unescaped, parts["path"] or "/")
    return f"{scheme}://{parts['host'].lower()}:{port}{path}"


def _parse(text: str) -> Token:
    try:
        if len(text) > MOST_CHARACTERS:
            raise jwt.MalformedToken("too long")
        return jwt.parse(text)
    except (jwt.MalformedToken, RecursionError) as problem:
        raise InvalidDPoPProof(
            f"The DPoP proof is not a JWT of at most {MOST_CHARACTERS} characters.",
            detail=str(problem),
        ) from None


def _key(token: Token, expected: Expected) -> Key:
    """The key in the header, which made the signature."""
    alg, given = token.header.get("alg"), token.header.get("jwk")
    if alg not in expected.algs:
        raise InvalidDPoPProof(
            f"The alg of the DPoP proof must be one of {', '.join(expected.algs)}."
        )
    if not token.header.keys().isdisjoint(_OTHER_KEYS):
        raise InvalidDPoPProof("The DPoP proof names its key in another way than by a jwk.")
    try:
        (key,) = jwk_set.read({"keys": [given]})
    except ValueError as problem:
        raise InvalidDPoPProof(
            "The jwk of the DPoP proof is missing, or no public key for its alg.",
            detail=str(problem),
        ) from None
    if alg not in jwk_set.algorithms(key):
        raise InvalidDPoPProof("The jwk of the DPoP proof is no key for its alg.")
    if not signature.verify(alg, {**key, "alg": alg}, token.signing_input, token.signature):
        raise InvalidDPoPProof("The signature of the DPoP proof was not made with its jwk.")
    return key


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _unescaped(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if _UNRESERVED.fullmatch(character) else escape[0].upper()
