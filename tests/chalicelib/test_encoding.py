"""Bytes and text. RFC 7515 section 2, RFC 4231, RFC 6234."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import encoding
from tests import vectors


@given(st.binary(max_size=80))
def test_base64url_is_canonical(data: bytes) -> None:
    """No padding, the URL alphabet, and back."""
    text = encoding.base64url(data)
    assert text == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert encoding.from_base64url(text) == data


@given(st.text(max_size=30) | st.text("AB_-=+/ \n", max_size=12))
def test_one_text_for_each_value(text: str) -> None:
    """Any text is refused with ValueError, or is the very text that its bytes are written as."""
    try:
        data = encoding.from_base64url(text)
    except ValueError:
        return
    assert encoding.base64url(data) == text


@pytest.mark.parametrize(
    "text",
    ["A", "AAAAA", "AB", "AAB", "AA=", "AA==", "A A", "AA\n", "+/", "AA.", "é", "\ud800", "ＡＡ"],
)
def test_other_forms_are_refused(text: str) -> None:
    """Lengths that cannot be, stray bits, padding, blanks, the other alphabet, other letters."""
    with pytest.raises(ValueError):
        encoding.from_base64url(text)


@pytest.mark.parametrize("vector", vectors.load("rfc4231")["cases"], ids=lambda v: str(v["case"]))
def test_hmac_sha256(vector: dict[str, Any]) -> None:
    """The test cases of RFC 4231."""
    key, data = bytes.fromhex(vector["key"]), bytes.fromhex(vector["data"])
    assert encoding.hmac_sha256(key, data).hex() == vector["hmac"]


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_sha256_of_text_is_of_its_utf8(text: str) -> None:
    """A string and its bytes have one hash."""
    assert encoding.sha256(text) == hashlib.sha256(text.encode()).digest()
    assert encoding.sha256(text) == encoding.sha256(text.encode())


@given(st.binary(min_size=16, max_size=34), st.integers(1, 43))
def test_base62_is_of_its_length_and_alphabet(data: bytes, length: int) -> None:
    """Letters and digits only: clients disagree on how to encode anything else."""
    text = encoding.base62(data, length)
    assert len(text) == length
    assert text.isalnum()
    assert text.isascii()


@given(st.integers(0, 62**22 - 1), st.integers(0, 62**22 - 1))
def test_base62_tells_numbers_apart(left: int, right: int) -> None:
    """Identifiers collide only where their bytes do, as far as the length carries."""
    texts = [encoding.base62(number.to_bytes(17, "big"), 22) for number in (left, right)]
    assert (texts[0] == texts[1]) == (left == right)


@given(st.text(st.characters(codec="utf-8"), max_size=8), st.text("aé\0", max_size=3))
def test_equal_is_equality(left: str, right: str) -> None:
    """Any text is welcome, ASCII or not, as text or as bytes."""
    assert encoding.equal(left, right) == (left == right)
    assert encoding.equal(left, right.encode()) == (left == right)
    assert encoding.equal(left, left)


def test_half_a_character_is_a_text_too() -> None:
    """JSON can carry a lone surrogate: comparing or hashing it must not end in a bug of ours."""
    assert not encoding.equal("\ud800", "\ud801")
    assert encoding.sha256("\ud800") != encoding.sha256("\ud801")
