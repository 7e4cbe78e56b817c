"""Records: stored and read again, their keys, their attributes' names. docs/storage.md."""

from __future__ import annotations

import importlib
import pkgutil
import types
import typing
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from chalicelib import records
from chalicelib.aws.attribute_values import decode_item, encode_item
from chalicelib.encoding import base64url, sha256
from chalicelib.records.authorization_request import authorization_request_key
from chalicelib.records.client import client_key
from chalicelib.records.consent import consent_key
from chalicelib.records.counter import Counter
from chalicelib.records.directory_entry import DirectoryEntry
from chalicelib.records.grant import grant_key
from chalicelib.records.keyring import KEYRING_KEY
from chalicelib.records.record import Key, Record, Value, attribute_names
from chalicelib.records.resource import resource_key
from chalicelib.records.seen_once import SeenOnce, revoked_access_token
from chalicelib.records.session import session_key
from chalicelib.records.user import User, login_name_key, password_key, user_key

MODULES = [
    importlib.import_module(f"{records.__name__}.{module.name}")
    for module in pkgutil.iter_modules(records.__path__)
]
RECORDS = [
    kind
    for module in MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Record) and kind.__module__ == module.__name__
    if kind is not Record
]

texts = st.text(st.characters(codec="utf-8"), max_size=8)
integers = st.integers(-(2**63), 2**63)
scalars = texts | integers | st.booleans() | st.binary(max_size=8)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=6,
)


def strategy(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    if kind is Value:
        return values
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return strategy(arguments[0])
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(strategy(argument) for argument in arguments))
    if origin is tuple:
        return st.lists(strategy(arguments[0]), max_size=3).map(tuple)
    if origin is Mapping:
        return st.dictionaries(texts, strategy(arguments[1]), max_size=3)
    plain = {str: texts, int: integers, bool: st.booleans(), bytes: st.binary(max_size=40)}
    return {**plain, type(None): st.none()}[kind]


def records_of(kind: Any) -> st.SearchStrategy[Any]:
    fields = {name: strategy(kind.__annotations__[name]) for name in kind.MEMBERS}
    return st.builds(kind, **fields)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_a_record_is_stored_and_read_again(kind: type[Record]) -> None:
    """Every field survives DynamoDB's own form, whatever is in it; types stay apart."""

    @settings(max_examples=40)
    @given(records_of(kind))
    def check(record: Record) -> None:
        stored = encode_item(record.attributes())
        assert all(len(attribute) == 1 for attribute in stored.values())
        item = decode_item(stored)
        assert kind.read(item) == record
        for other in RECORDS:
            if other is not kind:
                with pytest.raises(ValueError, match="expected a"):
                    other.read(item)

    check()


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_the_sweep_comes_after_the_expiry(kind: type[Record]) -> None:
    """`ttl` is the expiry and a retention; a record without an expiry stays."""

    @settings(max_examples=20)
    @given(records_of(kind))
    def check(record: Record) -> None:
        item = record.attributes()
        if record.expiry is None:
            assert "ttl" not in item
        else:
            assert item["x"] == record.expiry
            assert item["ttl"] == record.expiry + kind.RETENTION > record.expiry

    check()


def test_every_type_has_its_own_name() -> None:
    """What an item is cannot be mistaken."""
    assert len(RECORDS) > 10
    assert len({kind.TYPE for kind in RECORDS}) == len(RECORDS)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_attribute_names_are_short_and_free(kind: Any) -> None:
    """Each stands for one field, and none is a word that DynamoDB reserves.

    Expressions name attributes plainly; only `ttl` goes by an alias.
    """
    names = list(attribute_names(kind).values())
    assert len(set(names)) == len(names)
    assert not {"t", "ttl", "pk", "sk"} & set(names)
    reserved = {word.lower() for word in ReservedKeywords.get_reserved_keywords()}
    assert {"ttl", "status", "user", "scope", "name", "url", "add"} <= reserved
    assert not {"pk", "sk", "t", *names} & reserved
    assert all(1 <= len(name) <= 3 for name in names)


# Few values for each part, so that two keys often share all parts but one.
ids = st.sampled_from([base64url(bytes([number]) * 9) for number in range(3)])
visible = st.sampled_from(["a", "b", "#", "a#b", "~" * 255])
hashes = st.sampled_from([base64url(sha256(bytes([number]))) for number in range(3)])
directories = st.sampled_from(["client", "resource", "user"])
limits = st.sampled_from(["sign-in-account", "client-caller"])
PARTS: dict[str, tuple[st.SearchStrategy[Any], ...]] = {
    "user": (ids,),
    "password": (ids,),
    "login": (hashes,),
    "session": (ids, ids),
    "grant": (ids, ids),
    "consent": (ids, visible),
    "client": (visible,),
    "resource": (texts,),
    "request": (texts,),
    "seen": (texts,),
    "counter": (limits, hashes, st.integers(0, 3)),
    "entry": (directories, visible),
    "keyring": (),
}
keys = st.sampled_from(sorted(PARTS)).flatmap(lambda kind: st.tuples(st.just(kind), *PARTS[kind]))


def key_of(kind: str, *parts: Any) -> Key:
    """The key that each record's own function gives."""
    match kind:
        case "seen":
            return revoked_access_token(parts[0], 0).key
        case "counter":
            what, who, window = parts
            return Counter(what=what, who=who, window=window, expires_at=0).key
        case "entry":
            return DirectoryEntry(directory=parts[0], name=parts[1]).key
        case "keyring":
            return KEYRING_KEY
    functions: dict[str, Any] = {
        "user": user_key,
        "password": password_key,
        "login": login_name_key,
        "session": session_key,
        "grant": grant_key,
        "consent": consent_key,
        "client": client_key,
        "resource": resource_key,
        "request": authorization_request_key,
    }
    key: Key = functions[kind](*parts)
    return key


@pytest.mark.parametrize("kind", PARTS)
def test_two_of_a_kind_never_share_a_key(kind: str) -> None:
    """Every part of a key counts."""
    parts = st.tuples(st.just(kind), *PARTS[kind])

    @given(parts, parts)
    def check(left: tuple[Any, ...], right: tuple[Any, ...]) -> None:
        assert (key_of(*left) == key_of(*right)) == (left == right)

    check()


@given(keys, keys)
def test_two_kinds_never_share_a_key(left: tuple[Any, ...], right: tuple[Any, ...]) -> None:
    """Nor does one thing lie where another is looked for."""
    assert (key_of(*left) == key_of(*right)) == (left == right)


@given(keys)
def test_keys_are_bounded(parts: tuple[Any, ...]) -> None:
    """2048 bytes of partition key, 1024 of sort key, neither empty: DynamoDB's limits."""
    key = key_of(*parts)
    assert 1 <= len(key.pk.encode()) <= 2048
    assert 1 <= len(key.sk.encode()) <= 1024


def test_a_mark_does_not_show_what_it_marks() -> None:
    """AWS writes keys into its own logs."""
    assert "secret-jti" not in str(revoked_access_token("secret-jti", 1).key)
    assert revoked_access_token("a", 1) == SeenOnce(
        kind="at", value_hash=base64url(sha256("a")), expires_at=1
    )


@pytest.mark.parametrize(
    ("issued_at", "not_before", "disabled", "counts"),
    [
        (100, 0, False, True),
        (100, 99, False, True),
        (100, 100, False, False),
        (100, 101, False, False),
        (100, 0, True, False),
    ],
)
def test_what_a_user_still_accepts(
    issued_at: int, not_before: int, disabled: bool, counts: bool
) -> None:
    """What was issued in the very second of a revocation is dead."""
    user = User(
        user_id="u",
        subject="s",
        username="n",
        created_at=0,
        disabled=disabled,
        not_before=not_before,
    )
    assert user.accepts(issued_at) is counts
