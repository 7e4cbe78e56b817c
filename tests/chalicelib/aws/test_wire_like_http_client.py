"""Answers read by us and by http.client: alike where it is sure, refused where it guesses."""

from __future__ import annotations

import http.client
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.aws.wire import Answer, Malformed
from tests.chalicelib.aws.peer import Peer, read


def read_by_http_client(content: bytes) -> Answer:
    """The same three of an answer; HTTPException or OSError where it finds a fault."""
    peer: Any = Peer(content)
    response = http.client.HTTPResponse(peer, method="POST")
    with response:
        response.begin()
        # Without an end of its own the body goes on until the connection's.
        if response.length is None and not response.chunked:
            raise http.client.HTTPException("no length")
        body = response.read()
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        name, value = name.lower(), value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return response.status, headers, body


tokens = st.text("abcXYZ019!#$%&'*+-.^_`|~", min_size=1, max_size=12)
texts = st.text(st.sampled_from('ab :;,="\t/é~'), max_size=20)
own = ("content-length", "transfer-encoding")
header_lines = st.lists(
    st.tuples(tokens.filter(lambda name: name.lower() not in own), texts), max_size=4
)


statuses = st.sampled_from([200, 201, 206, 301, 400, 403, 404, 413, 429, 500, 503, 599])
reasons = st.sampled_from(["", " ", " OK", " not so good"])
parts = st.lists(st.binary(min_size=1, max_size=60), max_size=4)
coding = st.sampled_from(["Transfer-Encoding: chunked", "transfer-encoding:CHUNKED"])
sizes = st.sampled_from(["%x", "%03X", "%x;a", "%x ;a=b"])


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """Answers that are well formed, with a length or in chunks."""
    lines = [f"{name}:{value}" for name, value in draw(header_lines)]
    pieces = draw(parts)
    if draw(st.booleans()):
        body = b"".join(pieces)
        length = f"Content-Length: {len(body)}"
    else:
        length, size = draw(coding), draw(sizes)
        chunks = [(size % len(piece)).encode() + b"\r\n" + piece + b"\r\n" for piece in pieces]
        body = b"".join(chunks) + b"0\r\n\r\n"
    lines.insert(draw(st.integers(0, len(lines))), length)
    status = f"HTTP/1.1 {draw(statuses)}{draw(reasons)}"
    return "\r\n".join([status, *lines, "", ""]).encode("latin-1") + body


@settings(max_examples=500)
@given(answer=answers())
def test_a_whole_answer_is_read_as_http_client_reads_it(answer: bytes) -> None:
    """Status, headers and body of anything that is well formed."""
    assert read(answer) == read_by_http_client(answer)


@settings(max_examples=200)
@given(answer=answers(), data=st.data())
def test_how_it_is_cut_makes_no_difference(answer: bytes, data: st.DataObject) -> None:
    """Packets end where they like."""
    cuts = sorted(data.draw(st.sets(st.integers(1, len(answer) - 1), max_size=8)))
    pieces = [answer[low:high] for low, high in zip([0, *cuts], [*cuts, len(answer)], strict=True)]
    assert read(*pieces) == read(answer)


@settings(max_examples=200)
@given(answer=answers(), data=st.data())
def test_a_part_of_an_answer_is_none(answer: bytes, data: st.DataObject) -> None:
    """A connection that ends too early never looks like a short answer."""
    part = answer[: data.draw(st.integers(0, len(answer) - 1))]
    with pytest.raises(Malformed):
        read(part)


@settings(max_examples=150)
@given(answer=answers(), more=st.binary(min_size=1, max_size=20))
def test_nothing_follows_an_answer(answer: bytes, more: bytes) -> None:
    """What came unasked would be taken for the answer to the next question."""
    with pytest.raises(Malformed):
        read(answer + more)


junk = st.sampled_from(
    [b"a", b"a", b"0", b"1", b" ", b":", b",", b"-", b"\r\n", b"\n", b"\r", b"\0", b"X: a\r\n"]
)


@settings(max_examples=600)
@given(answer=answers(), data=st.data())
def test_a_damaged_answer_is_read_alike_or_refused(answer: bytes, data: st.DataObject) -> None:
    """There is no answer that we take for something other than http.client does."""
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(answer)))
        gone = data.draw(st.integers(0, 1))
        answer = answer[:at] + data.draw(junk) + answer[at + gone :]
    try:
        ours = read(answer)
    except Malformed:
        return
    assert ours == read_by_http_client(answer)
