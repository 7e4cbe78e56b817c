"""Addresses that may be registered, and pages that lead there: one takes what the other does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pages import navigable
from chalicelib.registration import InvalidMetadata
from chalicelib.registration.readers import quoted, web

PIECES = "https:// http://127.0.0.1 [::1] a.example / \\ @ ? # : 80 % & ' \" < > é \u202e"
near = st.lists(st.sampled_from([*PIECES.split(" "), " ", "\r\n", "\0"]), max_size=6).map("".join)
texts = st.one_of(near, st.text(max_size=20)).map("https://a.example".__add__)


@given(texts)
def test_a_page_can_lead_wherever_may_be_registered(uri: str) -> None:
    """Or a stranger's address would turn the page that leads there into an error."""
    try:
        web("initiate_login_uri", uri)
    except InvalidMetadata:
        return
    assert navigable(uri) == uri


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://app.example/cb", "'https://app.example/cb'"),
        ("Call us", "one"),
        ("a" * 201, "one"),
        ("", "one"),
        ("caf\u00e9", "one"),
    ],
)
def test_what_reads_like_words_is_not_repeated(text: str, said: str) -> None:
    """A refusal may stand on a page of ours."""
    assert quoted(text) == said
