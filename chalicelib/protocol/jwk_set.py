"""The JWK Set of a client: what is read of a stranger's keys, and which one a token means.

RFC 7517 sections 4 and 5, RFC 7518 section 6, RFC 8037 section 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..encoding import from_base64url

Key = Mapping[str, str]
Keys = tuple[Key, ...]

MOST_KEYS = 20  # of all kinds: a client may publish keys for encryption as well
MOST_KID = 255
LEAST_BITS, MOST_BITS = 2048, 8192  # of RSA
MOST_EXPONENT = 2**32

# What each kind of key signs, and the members that make it.
_SIGNS = {"RSA": ("RS256", "PS256"), "EC": ("ES256",), "OKP": ("Ed25519", "EdDSA")}
_MADE_OF = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
_CURVES = {"EC": "P-256", "OKP": "Ed25519"}
_SECRET = frozenset(("d", "p", "q", "dp", "dq", "qi", "oth", "k"))
_KID = re.compile(rf"[\x20-\x7e]{{1,{MOST_KID}}}", re.ASCII)


def read(document: Any) -> Keys:
    """The keys of a set that sign with an algorithm of ours, each with what is needed of it only.

    ValueError, in words for a developer, for a set that is malformed, tells a secret, has a weak
    key, or has none that can be used.
    """
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list | tuple):
        raise ValueError("must be an object with a list named keys")
    if len(listed) > MOST_KEYS:
        raise ValueError(f"must hold at most {MOST_KEYS} keys")
    found: list[Key] = []
    for jwk in listed:
        if not isinstance(jwk, Mapping):
            raise ValueError("must hold keys that are objects")
        # Somebody has published it: whoever has read it can sign for the client.
        if _SECRET & jwk.keys():
            raise ValueError("must not hold a private or symmetric key: make new keys")
        if _is_for_us(jwk):
            found.append(_normalized(jwk))
    if not found:
        raise ValueError("must hold a key of 2048 bits RSA, P-256 or Ed25519 for signatures")
    for number, key in enumerate(found):
        if any(_same_name(key, other) for other in found[:number]):
            raise ValueError("must not hold two keys with the same kid")
    return tuple(found)


def choose(keys: Iterable[Key], alg: str, kid: str | None) -> Keys:
    """The keys that could have signed under `alg`; with `kid`, only those of that name."""
    return tuple(key for key in keys if alg in algorithms(key) and kid in (None, key.get("kid")))


def algorithms(key: Key) -> tuple[str, ...]:
    """What a key signs with: the one algorithm that it names, or all of its kind."""
    return (key["alg"],) if "alg" in key else _SIGNS[key["kty"]]


def _is_for_us(jwk: Mapping[str, Any]) -> bool:
    """Whether it is a key for signatures that we check. What is for others is left alone."""
    kind = jwk.get("kty")
    if not isinstance(kind, str) or kind not in _SIGNS:
        return False
    if kind in _CURVES and jwk.get("crv") != _CURVES[kind]:
        return False
    operations = jwk.get("key_ops", ["verify"])
    return (
        jwk.get("use", "sig") == "sig"
        and isinstance(operations, list | tuple)
        and "verify" in operations
        and jwk.get("alg", _SIGNS[kind][0]) in _SIGNS[kind]
    )


def _normalized(jwk: Mapping[str, Any]) -> Key:
    kind = jwk["kty"]
    key = {"kty": kind, **{name: jwk.get(name) for name in _MADE_OF[kind]}}
    key |= {name: jwk[name] for name in ("kid", "alg") if name in jwk}
    if not all(isinstance(value, str) for value in key.values()):
        raise ValueError(f"must hold the members {', '.join(_MADE_OF[kind])} of each {kind} key")
    if "kid" in key and not _KID.fullmatch(key["kid"]):
        raise ValueError(f"must hold kids of 1 to {MOST_KID} visible characters")
    if kind == "RSA":
        _check_rsa(key)
    elif kind == "EC":
        _check_ec(key)
    elif len(_bytes(key["x"])) != 32:
        raise ValueError("must hold Ed25519 keys of 32 bytes")
    return key


def _check_rsa(key: Key) -> None:
    modulus, exponent = _number(key["n"]), _number(key["e"])
    if not LEAST_BITS <= modulus.bit_length() <= MOST_BITS or modulus % 2 == 0:
        raise ValueError(f"must hold RSA keys of {LEAST_BITS} to {MOST_BITS} bits")
    # A large exponent makes each check slow, and an even one is none.
    if not 3 <= exponent < MOST_EXPONENT or exponent % 2 == 0:
        raise ValueError("must hold RSA keys with an odd exponent from 3 to 32 bits")


def _check_ec(key: Key) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers

    x, y = _bytes(key["x"]), _bytes(key["y"])
    numbers = (int.from_bytes(x, "big"), int.from_bytes(y, "big"))
    try:
        if len(x) != 32 or len(y) != 32:  # RFC 7518 section 6.2.1.2
            raise ValueError
        EllipticCurvePublicNumbers(*numbers, SECP256R1()).public_key()
    except ValueError:
        raise ValueError("must hold EC keys that are points of P-256") from None


def _number(text: str) -> int:
    """RFC 7518 section 2: a Base64urlUInt, in as few bytes as it takes."""
    data = _bytes(text)
    if data[:1] in (b"", b"\0"):
        raise ValueError("must hold RSA numbers without zeros in front")
    return int.from_bytes(data, "big")


def _bytes(text: str) -> bytes:
    # Longer is no key; and decoding is not for free.
    if len(text) > MOST_BITS // 4:
        raise ValueError("must hold keys of a usual size")
    try:
        return from_base64url(text)
    except ValueError:
        raise ValueError("must hold numbers in base64url, without padding") from None


def _same_name(key: Key, other: Key) -> bool:
    """RFC 7517 section 4.5: the same kid only where nothing could mean both."""
    if "kid" not in key or key["kid"] != other.get("kid"):
        return False
    return not set(algorithms(key)).isdisjoint(algorithms(other))
