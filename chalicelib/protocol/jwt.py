"""JSON Web Tokens in compact form. RFC 7519, RFC 7515 section 7.1, RFC 8725.

Only the form lives here: who signs is aws/signer.py, who checks is signature.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..encoding import base64url, from_base64url
from ..values import Frozen
from . import strict_json

MAX_LENGTH = 16 * 1024


class MalformedToken(ValueError):
    """The text is not a compact JWT in its one canonical form."""


class Token(Frozen):
    """A JWT taken apart; nothing about it is proved yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signing_input: bytes
    signature: bytes


def signing_input(header: Mapping[str, object], claims: Mapping[str, object]) -> bytes:
    """The bytes to sign: base64url(header) . base64url(claims)."""
    return f"{_encode(header)}.{_encode(claims)}".encode("ascii")


def compact(signed: bytes, signature: bytes) -> str:
    """The token: the signing input and its signature."""
    return f"{signed.decode('ascii')}.{base64url(signature)}"


def parse(text: str) -> Token:
    """Take a token apart; MalformedToken for anything but the canonical form."""
    parts = text.split(".")
    if len(text) > MAX_LENGTH or len(parts) != 3:
        raise MalformedToken("not three parts")
    try:
        header, claims = _decode(parts[0]), _decode(parts[1])
        signature = from_base64url(parts[2])
    except ValueError as problem:
        raise MalformedToken(str(problem)) from None
    return Token(header, claims, f"{parts[0]}.{parts[1]}".encode("ascii"), signature)


def _encode(document: Mapping[str, object]) -> str:
    return base64url(json.dumps(document, separators=(",", ":")).encode())


def _decode(part: str) -> Mapping[str, Any]:
    text = from_base64url(part).decode("utf-8")
    return strict_json.read_object(text)
