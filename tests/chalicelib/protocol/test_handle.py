"""Codes, refresh tokens and session cookies as opaque strings that carry their own key."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.encoding import base64url
from chalicelib.protocol import handle
from chalicelib.protocol.handle import Handle

SALT = bytes(range(32))
ids = st.binary(min_size=9, max_size=9).map(base64url)
handles = st.builds(Handle, ids, ids, st.binary(min_size=32, max_size=32))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(handles)
def test_what_was_written_is_read(one: Handle) -> None:
    """67 characters of base64url, and back."""
    text = handle.write(one, SALT)
    assert len(text) == 67
    assert set(text) <= set(ALPHABET)
    assert handle.read(text, SALT) == one


@given(handles, handles)
def test_two_handles_are_two_texts(one: Handle, other: Handle) -> None:
    """Writing is injective."""
    same = handle.write(one, SALT) == handle.write(other, SALT)
    assert same == (one == other)


@given(handles, st.integers(0, 66), st.sampled_from([*ALPHABET, "=", "+", "/", " ", "é", "\n", ""]))
def test_no_mutation_of_a_text_finds_it(one: Handle, place: int, character: str) -> None:
    """A text that differs in one character is no handle, or another one."""
    text = handle.write(one, SALT)
    changed = text[:place] + character + text[place + 1 :]
    found = handle.read(changed, SALT)
    assert found != one or changed == text


@given(handles, st.sampled_from(["=", "==", "\n", " ", "A", "AA"]))
def test_nothing_may_stand_around_it(one: Handle, extra: str) -> None:
    """Padding, blanks and longer texts are no handles."""
    text = handle.write(one, SALT)
    assert handle.read(text + extra, SALT) is None
    assert handle.read(extra + text, SALT) is None


@given(st.text(max_size=80))
def test_any_text_may_be_asked(text: str) -> None:
    """Reading never raises; what it reads, it would write so."""
    found = handle.read(text, SALT)
    assert found is None or handle.write(found, SALT) == text
    located = handle.read_locator(text, SALT)
    assert located is None or handle.locator(*located, SALT) == text


@given(ids, ids)
def test_a_locator_is_read_again(user_id: str, own_id: str) -> None:
    """Introspection finds user and grant by the claim, and a handle starts with it."""
    locator = handle.locator(user_id, own_id, SALT)
    assert handle.read_locator(locator, SALT) == (user_id, own_id)
    assert handle.write(Handle(user_id, own_id, bytes(32)), SALT).startswith(locator)


@given(ids, ids, ids)
def test_the_user_does_not_show(user_id: str, one: str, other: str) -> None:
    """Two grants of one user carry different masks, and neither holds the user's id."""
    masks = [handle.locator(user_id, own_id, SALT)[12:] for own_id in (one, other)]
    assert (masks[0] == masks[1]) == (one == other)
    assert user_id not in masks


@given(handles)
def test_another_stage_reads_another_user(one: Handle) -> None:
    """The mask needs the stage's salt."""
    found = handle.read(handle.write(one, SALT), bytes(32))
    assert found is not None
    assert found.user_id != one.user_id


def test_a_handle_does_not_print_its_secret() -> None:
    """A trace in the log must not hold it."""
    one = Handle("A" * 12, "B" * 12, secrets.token_bytes(32))
    assert repr(one.secret) not in repr(one)
    assert base64url(one.secret) not in repr(one)


@pytest.mark.parametrize("size", [0, 17, 18, 49, 51, 100])
def test_other_lengths_are_no_handles(size: int) -> None:
    """9 + 9 + 32 bytes, and nothing else."""
    assert handle.read(base64url(bytes(size)), SALT) is None
