"""JWTs taken apart, in their one canonical form. RFC 7515 section 7.1, RFC 8725."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.encoding import base64url
from chalicelib.protocol import jwt
from tests import vectors

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=8), json_values, max_size=4)
parts = st.text('ABCDabcd0189-_=+/.\n é{}"', max_size=24)


def part(text: str) -> str:
    return base64url(text.encode())


HEADER = part('{"alg":"RS256"}')


@pytest.mark.parametrize("vector", vectors.load("rfc7515")["tokens"], ids=lambda v: v["section"])
def test_the_examples_of_rfc7515(vector: dict[str, Any]) -> None:
    """Header, claims and signing input of the RFC's tokens, line breaks in their JSON and all."""
    token = jwt.parse(vector["token"])
    assert token.header == vector["header"]
    assert token.claims == vector["claims"]
    assert jwt.compact(token.signing_input, token.signature) == vector["token"]


@given(objects, objects, st.binary(max_size=70))
def test_what_was_written_is_read(
    header: dict[str, Any], claims: dict[str, Any], signature: bytes
) -> None:
    """Any JSON objects and signature come back."""
    text = jwt.compact(jwt.signing_input(header, claims), signature)
    token = jwt.parse(text)
    assert (token.header, token.claims, token.signature) == (header, claims, signature)
    assert text.startswith(token.signing_input.decode() + ".")


@given(st.text(max_size=60) | st.lists(parts, min_size=3, max_size=3).map(".".join))
def test_any_text_is_a_token_or_malformed(text: str) -> None:
    """Nothing but MalformedToken is raised, and what is read is written the same way."""
    try:
        token = jwt.parse(text)
    except jwt.MalformedToken:
        return
    assert jwt.compact(token.signing_input, token.signature) == text


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_any_bytes_are_a_document_or_malformed(header: bytes, claims: bytes) -> None:
    """The same for what the parts hold."""
    text = f"{base64url(header)}.{base64url(claims)}."
    try:
        token = jwt.parse(text)
    except jwt.MalformedToken:
        return
    assert isinstance(token.claims, dict)


GOOD = vectors.load("rfc7515")["tokens"][0]["token"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "...",
        HEADER,
        f"{HEADER}.{part('{}')}",
        f"{HEADER}.{part('{}')}.AA.AA",
        f"{HEADER}.{part('{}')}.AA.AA.AA",
        f"{HEADER}.{part('{}')}.A",
        f"{HEADER}.{part('{}')}.AB",
        f"{HEADER}.{part('{}')}.AA==",
        f"{GOOD}=",
        f"{GOOD}==",
        f"{GOOD}\n",
        f" {GOOD}",
        GOOD.replace(".", "=.", 1),
        GOOD.replace("-", "+", 1),
        GOOD.replace("_", "/", 1),
        f"{HEADER}.{part('[]')}.AA",
        f"{HEADER}.{part('1')}.AA",
        f"{HEADER}.{part('null')}.AA",
        f"{HEADER}.{part('{} {}')}.AA",
        f"{HEADER}.{base64url(bytes([0xEF, 0xBB, 0xBF]) + b'{}')}.AA",
        f"{HEADER}.{base64url('{}'.encode('utf-16'))}.AA",
        f"{HEADER}.{base64url(b'{' + bytes([34, 255, 34]) + b':1}')}.AA",
        "é" + GOOD,
        "\ud800" + GOOD,
        f"{HEADER}.{part('{}')}.{'A' * jwt.MAX_LENGTH}",
    ],
)
def test_other_forms_are_refused(text: str) -> None:
    """Three parts of unpadded canonical base64url, UTF-8, JSON objects, and not without an end."""
    with pytest.raises(jwt.MalformedToken):
        jwt.parse(text)


@pytest.mark.parametrize(
    "document",
    [
        '{"sub":"a","sub":"b"}',
        '{"a":{"sub":"a","sub":"b"}}',
        '{"s\\u0075b":"a","sub":"b"}',
        '{"exp":NaN}',
        '{"exp":Infinity}',
        '{"exp":-Infinity}',
        '{"exp":1e999}',
        '{"exp":-1e999}',
        '{"exp":' + "9" * 5000 + "}",
        '{"exp":01}',
        "{'exp':1}",
        '{"exp":1,}',
        '{"a":' + "[" * 300 + "]" * 300 + "}",
        '{"a":' * 300 + "1" + "}" * 300,
        '{"a":' + "[" * 5900 + "]" * 5900 + "}",
        "[" * 12000,
        '{"a":"\x00"}',
    ],
)
def test_documents_that_readers_take_differently_are_refused(document: str) -> None:
    """Duplicate members, numbers that are none, bottomless nesting, loose JSON."""
    for text in (f"{part(document)}.{part('{}')}.AA", f"{HEADER}.{part(document)}.AA"):
        with pytest.raises(jwt.MalformedToken):
            jwt.parse(text)


def test_a_signing_input_is_compact_json() -> None:
    """No blanks, and nothing but ASCII."""
    signed = jwt.signing_input({"typ": "at+jwt"}, {"sub": "é"})
    header, claims = (base64.urlsafe_b64decode(p + b"==") for p in signed.split(b"."))
    assert header == b'{"typ":"at+jwt"}'
    assert json.loads(claims) == {"sub": "é"}
    assert claims == b'{"sub":"\\u00e9"}'
