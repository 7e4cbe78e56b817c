"""Scope algebra: it never widens. RFC 6749 sections 3.3 and 6."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import InvalidScope
from chalicelib.protocol import scope

words = st.sampled_from(["openid", "email", "read", "write", "admin", "offline_access"])
scopes = st.lists(words, unique=True).map(tuple)


@given(asked=scopes, allowed=scopes)
def test_keep_never_widens(asked: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    """What is kept was asked for and is allowed, in its order, and nothing else is lost."""
    kept = scope.keep(asked, allowed)
    assert set(kept) == set(asked) & set(allowed)
    assert [word for word in asked if word in kept] == list(kept)


@given(asked=scopes, granted=scopes)
def test_shrink_gives_no_more_than_was_granted(
    asked: tuple[str, ...], granted: tuple[str, ...]
) -> None:
    """A refresh gets what it asks for when all of it was granted, and nothing otherwise."""
    if set(asked) <= set(granted):
        assert scope.shrink(asked, granted) == asked
    else:
        with pytest.raises(InvalidScope):
            scope.shrink(asked, granted)


@given(asked=scopes)
def test_openid_scopes_are_of_no_resource(asked: tuple[str, ...]) -> None:
    """The scopes fall into those that a resource defines, and those of OpenID Connect."""
    of_resources = scope.of_resources(asked)
    assert not set(of_resources) & set(scope.OPENID)
    assert set(asked) - set(of_resources) <= set(scope.OPENID)


@given(text=st.text(max_size=60))
def test_parse_gives_scope_tokens_or_refuses(text: str) -> None:
    """Any text is either refused or a list of different tokens that joins to a scope again."""
    try:
        parsed = scope.parse(text)
    except InvalidScope:
        return
    assert parsed
    assert len(set(parsed)) == len(parsed)
    assert all(scope.is_token(word) for word in parsed)
    assert scope.parse(scope.join(parsed)) == parsed
    assert set(parsed) == set(text.split(" "))


@given(parsed=st.lists(st.text("abc:/._-!#[]~", min_size=1), min_size=1, unique=True))
def test_what_was_joined_is_parsed_again(parsed: list[str]) -> None:
    """Scopes keep their order."""
    assert scope.parse(scope.join(parsed)) == tuple(parsed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        " read",
        "read ",
        "read  write",
        "read\twrite",
        "read\nwrite",
        're"ad',
        "re\\ad",
        "réad",
        "read\x00",
        "a" * 129,
        " ".join(f"s{n}" for n in range(101)),
    ],
)
def test_malformed_scopes_are_refused(text: str) -> None:
    """RFC 6749 section 3.3: NQCHAR tokens with one blank between them; and there is an end."""
    with pytest.raises(InvalidScope):
        scope.parse(text)


@pytest.mark.parametrize("word", ["read", "!", "~", "https://api.example.com/read", "a" * 128])
def test_a_scope_token_may_be_anything_visible(word: str) -> None:
    """Only the quotation mark and the backslash are left out."""
    assert scope.parse(word) == (word,)
