"""JSON Web Tokens in compact form, taken apart. RFC 7519, RFC 7515 section 7.1, RFC 8725."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import strict_json
from .encoding import from_base64url

MOST_CHARACTERS = 16 * 1024


@dataclass(frozen=True, slots=True)
class JWT:
    """A token taken apart; nothing about it is proved yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signing_input: bytes
    signature: bytes


def parse(text: str, most: int = MOST_CHARACTERS) -> JWT:
    """Take a token apart; ValueError for anything but the canonical form of a signed JWT."""
    if len(text) > most:
        raise ValueError("too long")
    parts = text.split(".")
    if len(parts) != 3:
        raise ValueError("not three parts")
    header, claims = (strict_json.read_object(from_base64url(part).decode()) for part in parts[:2])
    # RFC 7515 section 4.1.11: what is critical must be understood, and no extension is known here.
    if "crit" in header:
        raise ValueError("a critical extension")
    return JWT(header, claims, f"{parts[0]}.{parts[1]}".encode(), from_base64url(parts[2]))


def is_type(typ: object, expected: str) -> bool:
    """Whether a `typ` is this media type: the case is free, `application/` may be left out.

    RFC 7515 section 4.1.9.
    """
    return isinstance(typ, str) and typ.lower() in (expected, f"application/{expected}")
