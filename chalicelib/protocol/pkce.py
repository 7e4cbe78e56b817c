"""Proof Key for Code Exchange. RFC 7636; S256 only."""

from __future__ import annotations

import re

from ..encoding import base64url, equal, sha256

# RFC 7636 section 4.1: 43 to 128 unreserved characters.
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
# The base64url of a SHA-256 is 43 characters long, and the last one carries two spare bits.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)

METHODS = ("S256",)


def is_challenge(text: str) -> bool:
    """Whether this can be an S256 code_challenge."""
    return _CHALLENGE.fullmatch(text) is not None


def is_verifier(text: str) -> bool:
    """Whether this can be a code_verifier."""
    return _VERIFIER.fullmatch(text) is not None


def challenge(verifier: str) -> str:
    """The S256 code_challenge of a verifier (RFC 7636 section 4.2)."""
    return base64url(sha256(verifier))


def matches(verifier: str, expected: str) -> bool:
    """Whether the verifier is the one that the challenge was made of (section 4.6)."""
    return is_verifier(verifier) and equal(challenge(verifier), expected)
