"""base64url in its one canonical spelling, and digests in it. RFC 7515 section 2."""

from __future__ import annotations

import base64
import hashlib
import re

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")


def base64url(data: bytes) -> str:
    """The text of some bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """The bytes of a text; ValueError when these bytes have another spelling than this one."""
    # Decoders differ in what they drop, take or warn of.
    if not _ALPHABET.fullmatch(text):
        raise ValueError("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # The last character may hold bits that stand for nothing.
    if base64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


def digest(data: bytes) -> str:
    """The SHA-256 of some bytes, as `ath`, `jkt` and `x5t#S256` write it."""
    return base64url(hashlib.sha256(data).digest())
