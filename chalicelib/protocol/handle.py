"""Codes, refresh tokens and session cookies: opaque strings that carry their own key.

A handle is base64url(id || masked user id || secret): 9 + 9 + 32 bytes, 67 characters. The user id
is masked with a keyed hash of the id, so that two handles of one user show nothing in common, and
the table needs no look-up rows. What is stored is the secret's SHA-256.
"""

from __future__ import annotations

from ..encoding import base64url, from_base64url, hmac_sha256, sha256
from ..values import Frozen

ID_BYTES = 9
SECRET_BYTES = 32
LENGTH = 67  # characters


class Handle(Frozen):
    """What a handle says: whose it is, which one, and the secret that proves it."""

    HIDDEN = ("user_id", "own_id", "secret")

    user_id: str
    own_id: str
    secret: bytes

    @property
    def secret_hash(self) -> bytes:
        """What the table holds of the secret."""
        return sha256(self.secret)


def write(handle: Handle, salt: bytes) -> str:
    """The string that goes out."""
    return base64url(_locator_bytes(handle.user_id, handle.own_id, salt) + handle.secret)


def read(text: str, salt: bytes) -> Handle | None:
    """The handle in a string, or None when it is not one. Nothing is proved yet."""
    try:
        data = from_base64url(text)
    except ValueError:
        return None
    if len(data) != 2 * ID_BYTES + SECRET_BYTES:
        return None
    user_id, own_id = _read_locator(data[: 2 * ID_BYTES], salt)
    return Handle(user_id, own_id, data[2 * ID_BYTES :])


def locator(user_id: str, own_id: str, salt: bytes) -> str:
    """A handle without its secret: the claim by which introspection finds a token's grant."""
    return base64url(_locator_bytes(user_id, own_id, salt))


def read_locator(text: str, salt: bytes) -> tuple[str, str] | None:
    """(user id, grant id) of a locator, or None when it is not one."""
    try:
        data = from_base64url(text)
    except ValueError:
        return None
    return _read_locator(data, salt) if len(data) == 2 * ID_BYTES else None


def _locator_bytes(user_id: str, own_id: str, salt: bytes) -> bytes:
    own = from_base64url(own_id)
    return own + _mask(from_base64url(user_id), own, salt)


def _read_locator(data: bytes, salt: bytes) -> tuple[str, str]:
    own, masked = data[:ID_BYTES], data[ID_BYTES:]
    return base64url(_mask(masked, own, salt)), base64url(own)


def _mask(user_id: bytes, own: bytes, salt: bytes) -> bytes:
    """Its own inverse: a one-time pad, since every id is random and used once."""
    pad = hmac_sha256(salt, b"user-id" + own)
    return bytes(a ^ b for a, b in zip(user_id, pad[:ID_BYTES], strict=True))
