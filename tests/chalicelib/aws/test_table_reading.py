"""Reading the table: strong, whole, and never what has expired. docs/storage.md."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from chalicelib.aws.attribute_values import encode_item
from chalicelib.aws.client import AWSClient
from chalicelib.aws.table import Table
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.records.client import Client
from chalicelib.records.directory_entry import DirectoryEntry, directory_partition
from chalicelib.records.record import Key, Record
from chalicelib.records.session import Session
from chalicelib.records.user import User, user_key
from tests.chalicelib.aws.stand_in import StandIn, says
from tests.emulated_aws import Recorder
from tests.stage import START, Clock

USER = User(user_id="u1", subject="s1", username="ann", created_at=START, claims={"name": "Ann"})
CLIENT = Client(client_id="c1", created_at=START, secret_hash=b"\0\xff", scope=("read",))


def session(expires_at: int, session_id: str = "s1") -> Session:
    return Session(
        user_id="u1",
        session_id=session_id,
        secret_hash=b"h",
        auth_time=START,
        amr=("pwd",),
        expires_at=expires_at,
    )


@pytest.mark.parametrize("record", [USER, CLIENT, session(START + 1)])
def test_what_was_put_is_got(table: Table, record: Record) -> None:
    """By every way of reading."""
    table.put(record)
    assert table.get(type(record), record.key) == record
    assert table.get_all((type(record), record.key)) == (record,)
    assert list(table.query(type(record), record.key.pk)) == [record]


def test_absent_is_none(table: Table) -> None:
    """By every way of reading."""
    assert table.get(User, USER.key) is None
    assert table.get_all((User, USER.key), (Client, CLIENT.key)) == (None, None)
    assert list(table.query(User, USER.key.pk)) == []


@pytest.mark.parametrize(
    ("key", "asked"),
    [
        (Key("A#" + "a" * 2046), 1),
        (Key("A#" + "a" * 2047), 0),
        (Key("A#" + "\u00e9" * 1024), 0),
        (Key("A#a", "s" * 1024), 1),
        (Key("A#a", "s" * 1025), 0),
        (Key("A#" + "\ud800" * 2047), 0),
    ],
    ids=["2048", "2049", "bytes", "1024", "1025", "half"],
)
def test_a_key_that_no_item_can_have_is_not_looked_for(
    table: Table, aws: Recorder, key: Key, asked: int
) -> None:
    """DynamoDB calls it an error, in bytes of UTF-8; strangers write names into paths."""
    aws.reset()
    assert table.get(Client, key) is None
    assert len(aws.calls) == asked


@pytest.mark.parametrize(("age", "found"), [(-1, True), (0, False), (1, False), (10**6, False)])
def test_what_has_expired_is_never_returned(
    table: Table, clock: Clock, age: int, found: bool
) -> None:
    """Whenever DynamoDB sweeps it: the expiry itself is too late."""
    record = session(START)
    table.put(record)
    clock.time = START + age
    expected = record if found else None
    assert table.get(Session, record.key) == expected
    assert table.get_all((Session, record.key)) == (expected,)
    assert list(table.query(Session, record.key.pk)) == ([record] if found else [])


def test_an_item_of_another_type_is_not_read(table: Table) -> None:
    """A key that means another thing is a bug to stop at."""
    table.put(USER)
    with pytest.raises(ValueError, match="expected a client item, found 'user'"):
        table.get(Client, USER.key)


def test_get_all_keeps_the_order(table: Table) -> None:
    """As it was asked, whatever order DynamoDB answers in; absent ones in their places."""
    for record in (USER, CLIENT, session(START + 1)):
        table.put(record)
    wanted = [(Session, session(0).key), (User, user_key("no")), (Client, CLIENT.key)]
    for order in (wanted, wanted[::-1]):
        found = table.get_all(*order)
        assert [type(record) for record in found] == [
            type(None) if key == user_key("no") else kind for kind, key in order
        ]


def test_reads_are_strong(table: Table, aws: Recorder) -> None:
    """A revocation bites at once."""
    table.get(User, USER.key)
    table.get_all((User, USER.key))
    list(table.query(User, USER.key.pk))
    single, batch, query = (call.payload for call in aws.calls)
    (keys,) = batch["RequestItems"].values()
    assert [single["ConsistentRead"], keys["ConsistentRead"], query["ConsistentRead"]] == [True] * 3


def scripted(*answers: dict[str, Any]) -> tuple[StandIn, AWSClient, Table]:
    """A table at a server that says these things."""
    server = StandIn([says(200, answer) for answer in answers])
    client = server.client()
    return server, client, Table(client, "t", lambda: START)


def item(record: Record) -> dict[str, Any]:
    """The record as DynamoDB holds it."""
    key = {"pk": record.key.pk, "sk": record.key.sk}
    return encode_item({**key, **record.attributes()})


def test_an_unfinished_batch_is_asked_for_again() -> None:
    """DynamoDB may leave keys unprocessed; only those are asked for again."""
    left = {"t": {"Keys": [{"pk": {"S": "U#u1"}, "sk": {"S": "U"}}], "ConsistentRead": True}}
    server, client, table = scripted(
        {"Responses": {"t": [item(CLIENT)]}, "UnprocessedKeys": left},
        {"Responses": {"t": [item(USER)]}, "UnprocessedKeys": {}},
    )
    with server, closing(client):
        assert table.get_all((User, USER.key), (Client, CLIENT.key)) == (USER, CLIENT)
    assert server.payloads[1] == {"RequestItems": left}


def test_a_batch_that_never_ends_is_no_answer() -> None:
    """A key that was not read is not an absent record: fail closed."""
    left = {"t": {"Keys": [{"pk": {"S": "U#u1"}, "sk": {"S": "U"}}], "ConsistentRead": True}}
    server, client, table = scripted({"Responses": {}, "UnprocessedKeys": left})
    with server, closing(client), pytest.raises(TemporarilyUnavailable, match="unprocessed keys"):
        table.get_all((User, USER.key))
    assert len(server.calls) == 3


def test_a_query_goes_on_to_its_end() -> None:
    """Page by page, also over one that is empty."""
    last = {"pk": {"S": "U#u1"}, "sk": {"S": "S#s1"}}
    server, client, table = scripted(
        {"Items": [item(session(START + 1))], "LastEvaluatedKey": last},
        {"Items": [], "LastEvaluatedKey": last},
        {"Items": [item(session(START + 1, "s2")), item(session(START, "s3"))]},
    )
    with server, closing(client):
        found = list(table.query(Session, "U#u1", "S#"))
    assert [record.session_id for record in found] == ["s1", "s2"]
    assert ["ExclusiveStartKey" in payload for payload in server.payloads] == [False, True, True]


def test_a_query_stays_in_its_partition_and_prefix(table: Table) -> None:
    """In order of sort key."""
    for name in ("b", "a", "c"):
        table.put(DirectoryEntry(directory="client", name=name))
    table.put(DirectoryEntry(directory="user", name="x"))
    names = [e.name for e in table.query(DirectoryEntry, directory_partition("client"))]
    assert names == ["a", "b", "c"]
    table.put(USER)
    table.put(session(START + 1))
    assert list(table.query(Session, USER.key.pk, "S#")) == [session(START + 1)]
