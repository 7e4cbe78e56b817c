"""Bytes and text: base64url (RFC 7515 section 2), base62 names, hashes, equality in equal time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def base64url(data: bytes) -> str:
    """Encode without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Decode the one canonical form; ValueError for padding, odd characters or stray bits."""
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


def base62(data: bytes, length: int) -> str:
    """Write `data` as `length` characters of [0-9A-Za-z]; take 8 bits for 5.95 of each character.

    Client identifiers and secrets are base62 because clients disagree on how to encode any other
    character in HTTP Basic (RFC 6749 section 2.3.1 and Appendix B).
    """
    number = int.from_bytes(data, "big")
    characters = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        characters.append(BASE62[digit])
    return "".join(characters)


def sha256(data: bytes | str) -> bytes:
    """SHA-256 of bytes, or of a string's UTF-8."""
    return hashlib.sha256(_bytes(data)).digest()


def sha512(data: bytes | str) -> bytes:
    """SHA-512 of bytes, or of a string's UTF-8."""
    return hashlib.sha512(_bytes(data)).digest()


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA-256 (RFC 2104)."""
    return hmac.digest(key, data, "sha256")


def equal(left: bytes | str, right: bytes | str) -> bool:
    """Compare in time that does not tell where two values part; any text is welcome."""
    return hmac.compare_digest(_bytes(left), _bytes(right))


def _bytes(data: bytes | str) -> bytes:
    # JSON can carry half a character (a lone surrogate): a text like any other here.
    return data.encode(errors="surrogatepass") if isinstance(data, str) else data
