"""Token Status Lists: where a token stands in one, and how one is written.

draft-ietf-oauth-status-list-21 sections 4, 5.1 and 6.2. A position is one number for both: the list
that it is in, and the index there. Sizes and their reasons: docs/decisions/0034.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from ..encoding import base64url, sha256
from .signing_keys import ALGORITHMS

TYP = "statuslist+jwt"
MEDIA_TYPE = f"application/{TYP}"
PATH = "/status-lists/"
BITS = 1  # valid or revoked: nothing is ever suspended here
SIZE = 2**20  # entries of a list: 128 KiB, at worst 234 KB when it is signed
# How long after its `ttl` a list may still be believed where no newer one can be had, in seconds.
GRACE = 600

_HALF = 10  # bits of an index's halves
_MASK: int = 2**_HALF - 1
_ROUNDS = 6
_NAME = re.compile(r"(0|[1-9][0-9]{0,8})-([A-Za-z0-9]{1,10})", re.ASCII)


def position(number: int, salt: bytes) -> int:
    """The place of the `number`-th that asked for one: its own, and in no order that is seen.

    Section 12.5.2: an index must not tell when a token was issued, or next to which other one.
    """
    in_list, place = divmod(number, SIZE)
    left, right = place >> _HALF, place & _MASK
    table = _tables(salt, in_list)
    for start in range(0, _ROUNDS << _HALF, 1 << _HALF):
        left, right = right, left ^ table[start + right]
    return in_list * SIZE + ((left << _HALF) | right)


def split(place: int) -> tuple[int, int]:
    """The list of a position, and the index in it."""
    return divmod(place, SIZE)


def name(in_list: int, alg: str) -> str:
    """What a list is called in its URI: verifiers of a resource know its algorithm, and no other
    may be asked of them."""
    return f"{in_list}-{alg}"


def read_name(text: str) -> tuple[int, str] | None:
    """The list and the algorithm of a name, or None when it is none."""
    found = _NAME.fullmatch(text)
    if found is None or found[2] not in ALGORITHMS:
        return None
    return int(found[1]), found[2]


def reference(base: str, place: int, alg: str) -> dict[str, object]:
    """The `status` claim of a token (section 6.2). base: the URL of this server's lists."""
    in_list, index = split(place)
    return {"status_list": {"idx": index, "uri": base + name(in_list, alg)}}


def place_of(status: Mapping[str, Any]) -> int:
    """The position in a `status` claim that `reference` made."""
    told = status["status_list"]
    found = read_name(told["uri"].rpartition("/")[2])
    assert found is not None
    return found[0] * SIZE + int(told["idx"])


def encode(revoked: Iterable[int], size: int = SIZE) -> str:
    """The `lst` of a list in which these indices are INVALID, and all others VALID."""
    import zlib

    bits = bytearray(size // 8)
    for index in revoked:
        bits[index >> 3] |= 1 << (index & 7)
    return base64url(zlib.compress(bits, 9))


def claims(
    issuer: str, uri: str, lst: str, now: int, ttl: int, clients: Mapping[str, int]
) -> dict[str, object]:
    """The claims of a list (section 5.1). `ttl` in seconds, from `iat`.

    revoked_clients is our own: for each client that was revoked as a whole, until when what it was
    issued is revoked, in epoch seconds.
    """
    status = {"bits": BITS, "lst": lst}
    told: dict[str, object] = {"revoked_clients": dict(clients)} if clients else {}
    return {
        "iss": issuer,
        "sub": uri,
        "iat": now,
        "exp": now + ttl + GRACE,
        "ttl": ttl,
        "status_list": status,
        **told,
    }


def client_digest(client_id: str) -> str:
    """What a list calls a client: nobody learns names from it that they do not know."""
    return base64url(sha256(client_id))


@lru_cache(maxsize=8)
def _tables(salt: bytes, in_list: int) -> tuple[int, ...]:
    """The round functions of a Feistel network, written out: a secret order for each list."""
    seed = b"status-list\0" + salt + in_list.to_bytes(8, "big")
    drawn = array("H", hashlib.shake_256(seed).digest((_ROUNDS << _HALF) * 2))
    return tuple(int(number) & _MASK for number in drawn)
