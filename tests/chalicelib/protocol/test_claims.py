"""The claims of a user, and the `claims` parameter. OpenID Connect Core sections 5.1, 5.4, 5.5."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import InvalidRequest
from chalicelib.protocol import claims
from chalicelib.protocol.claims import Requested, Wish
from chalicelib.registration import user_metadata

# Section 5.5, as it stands there.
EXAMPLE = """
  {
   "userinfo":
    {
     "given_name": {"essential": true},
     "nickname": null,
     "email": {"essential": true},
     "email_verified": {"essential": true},
     "picture": null,
     "http://example.info/claims/groups": null
    },
   "id_token":
    {
     "auth_time": {"essential": true},
     "acr": {"values": ["urn:mace:incommon:iap:silver"] }
    }
  }
"""
# One value of each standard claim, of its type in section 5.1.
VALUES: dict[str, Any] = {
    **dict.fromkeys(("name", "given_name", "family_name", "middle_name", "nickname"), "Ann"),
    **dict.fromkeys(("preferred_username", "gender"), "ann"),
    **dict.fromkeys(("profile", "picture", "website"), "https://example.com/ann"),
    "email": "ann@example.com",
    "email_verified": True,
    "birthdate": "1980-02-29",
    "zoneinfo": "Europe/Paris",
    "locale": "en-US",
    "phone_number": "+1 (425) 555-1212",
    "phone_number_verified": False,
    "address": {"formatted": "1 Road\nTown", "country": "US"},
    "updated_at": 1_311_280_970,
}


def test_the_example_of_the_specification() -> None:
    """Section 5.5; what is not known is there, and stands for nothing."""
    requested = claims.read(EXAMPLE)
    assert requested.userinfo["given_name"] == Wish(essential=True)
    assert requested.userinfo["nickname"] == Wish()
    assert requested.id_token["acr"].values == ("urn:mace:incommon:iap:silver",)
    assert requested.within(claims.SCOPES) == {
        "userinfo": ("given_name", "nickname", "email", "email_verified", "picture")
    }


def test_every_standard_claim_can_be_registered_with_its_type() -> None:
    """Section 5.1: twenty names; `sub` is this server's to give."""
    assert set(VALUES) == set(claims.STANDARD)
    assert len(claims.STANDARD) == 19
    assert user_metadata.claims(VALUES) == VALUES


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("profile", 14),
        ("email", 2),
        ("address", 1),
        ("phone", 2),
        ("openid", 0),
        ("offline_access", 0),
        ("read", 0),
    ],
)
def test_a_scope_stands_for_claims(scope: str, names: int) -> None:
    """Section 5.4, and each claim belongs to that scope alone."""
    found = claims.of_scope([scope])
    assert len(found) == names
    assert {claims.scope_of(name) for name in found} <= {scope}


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("name#ja-Kana-JP", "profile"),
        ("address#fr", "address"),
        ("name#", None),
        ("name#a b", None),
        ("name#" + "a" * 9, None),
        ("#ja", None),
        ("sub", None),
        ("https://example.com/department", None),
        ("__class__", None),
    ],
)
def test_the_scope_of_a_claim(name: str, scope: str | None) -> None:
    """In one language (section 5.2) it belongs where it belongs in none."""
    assert claims.scope_of(name) == scope


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"userinfo":{}}',
        '{"id_token":{"email":null}}',
        '{"other":[1,2,{"a":1.5}],"userinfo":{}}',
        '{"userinfo":{"unknown":{"value":{"a":[1]}}}}',
        '{"userinfo":{"email":{"essential":false,"purpose":"x"}}}',
        '{"userinfo":{"email":{"value":null}}}',
        '{"id_token":{"sub":{"values":["a","b"]}}}',
        '{"userinfo":{"name#\\u00e9":null}}',
        '{"userinfo":{"\\ud800":null}}',
    ],
)
def test_what_is_well_formed_is_read(text: str) -> None:
    """Members and claims that are not known are ignored (section 5.5)."""
    assert set(claims.read(text).within(claims.SCOPES)) <= {"userinfo", "id_token"}


BAD = [
    "",
    "null",
    "[]",
    '"userinfo"',
    "userinfo",
    "{",
    "{} {}",
    '{"userinfo":null}',
    '{"userinfo":[]}',
    '{"userinfo":"email"}',
    '{"id_token":true}',
    '{"userinfo":{"email":true}}',
    '{"userinfo":{"email":"x"}}',
    '{"userinfo":{"email":[]}}',
    '{"userinfo":{"unknown":1}}',
    '{"userinfo":{"email":{"essential":"true"}}}',
    '{"userinfo":{"email":{"essential":null}}}',
    '{"userinfo":{"email":{"essential":1}}}',
    '{"userinfo":{"email":{"values":"a"}}}',
    '{"userinfo":{"email":{"values":[]}}}',
    '{"userinfo":{"email":{"values":null}}}',
    '{"userinfo":{"email":{"value":"a","values":["a"]}}}',
    '{"id_token":{"sub":{"value":7}}}',
    '{"id_token":{"sub":{"value":null}}}',
    '{"id_token":{"sub":{"values":["a",7]}}}',
    '{"userinfo":{},"userinfo":{}}',
    '{"userinfo":{"email":null,"email":null}}',
    '{"userinfo":{"email":{"value":NaN}}}',
    '{"userinfo":{"email":{"value":1e999}}}',
    '{"userinfo":{"email":{"value":-Infinity}}}',
    '{"userinfo":{"email":{"value":' + "[" * 201 + "]" * 201 + "}}}",
    '{"userinfo":{"email":{"value":"' + "x" * 4096 + '"}}}',
    '{"userinfo":{"email":null}}\0',
    "{'userinfo':{}}",
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_malformed_is_refused(text: str) -> None:
    """InvalidRequest, whatever it is."""
    with pytest.raises(InvalidRequest):
        claims.read(text)


SUB = {"value": "ann"}


@pytest.mark.parametrize(
    ("document", "subject", "is_for"),
    [
        ({}, "ann", True),
        ({"id_token": {"sub": None}}, "ann", True),
        ({"id_token": {"sub": {"essential": True}}}, "ann", True),
        ({"id_token": {"sub": SUB}}, "ann", True),
        ({"id_token": {"sub": SUB}}, "Ann", False),
        ({"id_token": {"sub": SUB}}, "", False),
        ({"userinfo": {"sub": SUB}}, "bob", False),
        ({"id_token": {"sub": {"values": ["ann", "bob"]}}}, "bob", True),
        ({"id_token": {"sub": {"values": ["ann", "bob"]}}}, "eve", False),
        ({"id_token": {"sub": SUB}, "userinfo": {"sub": {"value": "bob"}}}, "ann", False),
        ({"other": {"sub": SUB}}, "bob", True),
    ],
)
def test_whom_a_request_is_for(document: dict[str, Any], subject: str, is_for: bool) -> None:
    """Sections 3.1.2.2 and 5.5.1: a `sub` with a value is a condition."""
    assert claims.read(json.dumps(document)).is_for(subject) is is_for


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but InvalidRequest is raised."""
    try:
        requested = claims.read(text)
    except InvalidRequest:
        return
    assert isinstance(requested, Requested)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
NAMES = st.sampled_from([*claims.STANDARD, "sub", "acr", "name#de"]) | st.text()
WISHES = st.none() | st.fixed_dictionaries(
    {}, optional={"essential": st.booleans(), "value": st.text()}
)


@given(st.dictionaries(st.sampled_from(["userinfo", "id_token", "x"]), JSON))
def test_any_document_is_read_or_refused(document: dict[str, Any]) -> None:
    """As the parser of JSON gives it, with any members."""
    try:
        claims.read(json.dumps(document))
    except InvalidRequest:
        return
    assert all(isinstance(document.get(place, {}), dict) for place in ("userinfo", "id_token"))


@given(
    st.dictionaries(NAMES, WISHES, max_size=12),
    st.lists(st.sampled_from([*claims.SCOPES, "openid"])),
)
def test_what_is_kept_was_asked_for_and_belongs_to_the_scope(
    wishes: dict[str, Any], scope: list[str]
) -> None:
    """Never a claim more, never one of another scope, each once."""
    kept = claims.keep(wishes, scope)
    assert set(kept) <= set(wishes)
    assert len(set(kept)) == len(kept)
    assert {claims.scope_of(name) for name in kept} <= set(scope)


@given(st.dictionaries(NAMES, st.text()), st.lists(NAMES))
def test_what_is_picked_was_named_and_known(known: dict[str, str], names: list[str]) -> None:
    """Section 5.3.2: what is not known is left out, not null."""
    picked = claims.pick(known, names)
    assert picked == {name: known[name] for name in set(names) & set(known)}
