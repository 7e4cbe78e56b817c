"""Answers in the query of a redirect URI. RFC 6749 section 4.1.2."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.protocol.response_mode import in_query

uris = st.sampled_from(
    [
        "https://a.example/cb",
        "https://a.example/cb?",
        "https://a.example/cb?x=1",
        "https://a.example/cb?x=1&",
        "http://127.0.0.1:1/",
        "com.example.app:/cb",
    ]
)
parameters = st.dictionaries(
    st.sampled_from(["code", "state", "iss"]), st.text(st.characters(codec="utf-8"), min_size=1)
)


@given(uris, parameters)
def test_the_client_reads_what_was_sent(uri: str, sent: dict[str, str]) -> None:
    """Every value comes back as it was, after what the client had registered."""
    location = in_query(uri, sent)
    assert location.startswith(uri)
    assert location.isascii()
    assert location.isprintable()
    assert "#" not in location
    registered = parse_qsl(urlsplit(uri).query)
    assert parse_qsl(urlsplit(location).query) == [*registered, *sent.items()]


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://a.example/cb", "https://a.example/cb?state=a%20b%2B%26"),
        ("https://a.example/cb?x=1", "https://a.example/cb?x=1&state=a%20b%2B%26"),
        ("https://a.example/cb?", "https://a.example/cb?state=a%20b%2B%26"),
    ],
)
def test_a_blank_is_not_a_plus(uri: str, expected: str) -> None:
    """%20 is read as a blank by form decoders and by plain URI decoders alike."""
    assert in_query(uri, {"state": "a b+&"}) == expected
