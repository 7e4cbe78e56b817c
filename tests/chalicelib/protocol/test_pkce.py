"""Proof Key for Code Exchange. RFC 7636."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.protocol import pkce
from tests import vectors

RFC7636 = vectors.load("rfc7636")
UNRESERVED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
verifiers = st.text(UNRESERVED, min_size=43, max_size=128)


def test_appendix_b() -> None:
    """The verifier of the RFC's example has the RFC's challenge."""
    assert pkce.challenge(RFC7636["verifier"]) == RFC7636["challenge"]
    assert pkce.matches(RFC7636["verifier"], RFC7636["challenge"])


@given(verifiers)
def test_a_verifier_matches_its_challenge(verifier: str) -> None:
    """S256 is the base64url of the SHA-256 of the ASCII."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert pkce.is_challenge(challenge)
    assert pkce.matches(verifier, challenge)


@given(verifiers, verifiers)
def test_no_other_verifier_matches(verifier: str, other: str) -> None:
    """One verifier a challenge."""
    assert pkce.matches(other, pkce.challenge(verifier)) == (other == verifier)


@given(st.text(max_size=140), st.text(max_size=60))
def test_any_texts_may_be_compared(verifier: str, expected: str) -> None:
    """A malformed verifier never matches, and nothing raises."""
    assert not pkce.matches(verifier, expected) or pkce.is_verifier(verifier)
    assert not pkce.is_challenge(expected) or len(expected) == 43


@pytest.mark.parametrize(
    "verifier",
    [
        "",
        "a" * 42,
        "a" * 129,
        "a" * 42 + "+",
        "a" * 42 + "=",
        "a" * 42 + "é",
        "a" * 43 + "\n",
        "a" * 42 + " ",
        "a" * 42 + "\x00",
        "a" * 42 + "٣",
    ],
)
def test_malformed_verifiers(verifier: str) -> None:
    """Section 4.1: 43 to 128 unreserved characters; its hash alone is not enough."""
    assert not pkce.is_verifier(verifier)
    assert not pkce.matches(verifier, pkce.challenge(verifier))


@pytest.mark.parametrize(
    "text",
    [
        RFC7636["challenge"] + "=",
        RFC7636["challenge"][:-1],
        RFC7636["challenge"] + "A",
        RFC7636["challenge"][:-1] + "N",
        RFC7636["challenge"][:-1] + "+",
        RFC7636["challenge"] + "\n",
        "",
    ],
)
def test_malformed_challenges(text: str) -> None:
    """43 characters of canonical base64url: the last one has two spare bits, both zero."""
    assert not pkce.is_challenge(text)


def test_only_s256_is_offered() -> None:
    """`plain` proves nothing to who has seen the request."""
    assert pkce.METHODS == ("S256",)
