"""What a consent covers, and what a new one adds. docs/storage.md, "Consent"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.protocol import consent
from chalicelib.records.resource import Resource

ISSUER = "https://id.example.com"
words = st.lists(st.sampled_from(["openid", "email", "read", "write"]), min_size=1, unique=True)
consented = st.dictionaries(
    st.sampled_from([ISSUER, "https://a.example", "https://b.example"]), words.map(tuple)
)
chosen_words = st.sets(st.sampled_from(["openid", "email", "read", "write", "admin"]))


@given(consented, consented, chosen_words)
def test_merge_adds_no_more_than_was_asked_and_chosen(
    given_before: consent.Consented, asked: consent.Consented, chosen: set[str]
) -> None:
    """For each audience: what was asked is as chosen, and what was not asked is as before."""
    merged = consent.merge(given_before, asked, chosen)
    for audience in {*given_before, *asked}:
        before, now = set(given_before.get(audience, ())), set(merged.get(audience, ()))
        questions = set(asked.get(audience, ()))
        assert now == (before - questions) | (questions & chosen)
    assert set(merged) <= {*given_before, *asked}
    assert all(merged.values())


@given(consented, consented)
def test_what_was_merged_whole_is_covered(
    given_before: consent.Consented, asked: consent.Consented
) -> None:
    """Saying yes to all means not to be asked again, and nothing said before is lost."""
    everything = {word for scope in asked.values() for word in scope}
    merged = consent.merge(given_before, asked, everything)
    assert consent.covers(merged, asked)
    assert consent.covers(merged, given_before)


@given(consented, consented)
def test_covers_is_per_audience(given_before: consent.Consented, asked: consent.Consented) -> None:
    """A scope given for one resource says nothing of another that has one of the same name."""
    missing = {
        (audience, word)
        for audience, scope in asked.items()
        for word in scope
        if word not in given_before.get(audience, ())
    }
    assert consent.covers(given_before, asked) == (not missing)


def test_scopes_lie_under_the_audience_they_are_for() -> None:
    """OpenID's under the issuer, others under each resource that defines them, none under none."""
    a = Resource(resource="https://a.example", name="A", scopes={"read": "Read", "write": "Write"})
    b = Resource(resource="https://b.example", name="B", scopes={"read": "Read"})
    asked = consent.by_audience(("openid", "read", "write"), (a, b), ISSUER)
    assert asked == {ISSUER: ("openid",), a.resource: ("read", "write"), b.resource: ("read",)}
    assert consent.by_audience(("write",), (a, b), ISSUER) == {a.resource: ("write",)}


@pytest.mark.parametrize(
    ("asked", "chosen", "enough"),
    [
        (("read",), ("read",), True),
        (("read", "write"), ("write",), True),
        (("read",), (), False),
        (("openid",), ("openid",), True),
        (("openid", "read"), ("openid",), True),
        (("openid", "read"), ("openid", "read"), True),
        (("read",), ("write",), False),
    ],
)
def test_leaving_out_everything_is_a_no(
    asked: tuple[str, ...], chosen: tuple[str, ...], enough: bool
) -> None:
    """What cannot be declined is not an answer by itself, but a sign-in is worth having."""
    assert consent.is_enough(asked, chosen) is enough
