"""Writing to the table: conditions, lost answers, and nothing brought back. docs/storage.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.aws.client import ConditionFailed
from chalicelib.aws.table import AlreadyExists, Gone, Table
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.records.client import Client, client_key
from chalicelib.records.record import Record
from chalicelib.records.resource import Resource
from chalicelib.records.seen_once import SeenOnce
from chalicelib.records.session import Session
from chalicelib.records.user import User
from chalicelib.values import replace
from tests.emulated_aws import Fault, Recorder
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


def test_put_new_is_once(table: Table) -> None:
    """The second one with other content is refused and changes nothing."""
    table.put_new(CLIENT)
    with pytest.raises(AlreadyExists):
        table.put_new(replace(CLIENT, client_name="Other"))
    assert table.get(Client, CLIENT.key) == CLIENT


@pytest.mark.parametrize("record", [CLIENT, USER, session(START + 1)])
def test_put_new_recognises_its_own_lost_try(table: Table, aws: Recorder, record: Record) -> None:
    """The write was carried out and its answer lost: the retry meets its own work."""
    aws.faults.append(Fault("PutItem", "drop_after", times=1))
    table.put_new(record)
    assert aws.count() == {"PutItem": 2}
    assert table.get(type(record), record.key) == record


def test_put_new_does_not_take_anothers_work_for_its_own(table: Table, aws: Recorder) -> None:
    """The first try did not arrive, and somebody else was there."""
    table.put(replace(CLIENT, client_name="Other"))
    aws.faults.append(Fault("PutItem", "drop_before", times=1))
    with pytest.raises(AlreadyExists):
        table.put_new(CLIENT)


def test_change_gives_the_whole_item(table: Table) -> None:
    """Attributes that are not named stay."""
    table.put(USER)
    changed = table.change(USER.key, {"dis": True}, when="attribute_exists(pk)")
    assert User.read(changed) == replace(USER, disabled=True) == table.get(User, USER.key)


def test_change_knows_the_time(table: Table, clock: Clock) -> None:
    """`:now` is the stage's clock, when a condition speaks of it."""
    table.put(session(START + 10))
    table.change(session(0).key, {"au": 1}, when="x > :now")
    clock.forward(10)
    with pytest.raises(ConditionFailed):
        table.change(session(0).key, {"au": 2}, when="x > :now")


def test_change_can_move_the_sweep(table: Table) -> None:
    """`ttl` is a reserved word and goes by an alias."""
    table.put(session(START + 10))
    later = session(START + 20).attributes()
    table.change(
        session(0).key, {"x": later["x"], "ttl": later["ttl"]}, when="h = :h", given={"h": b"h"}
    )
    assert table.get(Session, session(0).key) == session(START + 20)


def test_a_failed_change_shows_what_it_found(table: Table) -> None:
    """Decoded; and None where nothing was. Nothing is written, nothing made."""
    with pytest.raises(ConditionFailed) as absent:
        table.change(USER.key, {"dis": True}, when="attribute_exists(pk)")
    assert absent.value.item is None
    table.put(USER)
    with pytest.raises(ConditionFailed) as other:
        table.change(USER.key, {"dis": True}, when="nb = :nb", given={"nb": 7})
    assert other.value.item is not None
    assert User.read(other.value.item) == USER == table.get(User, USER.key)


def test_amend_writes_only_what_differs(table: Table) -> None:
    """Two operators who change different members both have their way."""
    table.put(CLIENT)
    table.amend(CLIENT, replace(CLIENT, client_name="New"))
    table.amend(CLIENT, replace(CLIENT, not_before=7, scope=None))
    expected = replace(CLIENT, client_name="New", not_before=7, scope=None)
    assert table.get(Client, CLIENT.key) == expected


RESOURCE = Resource(resource="https://a.example", name="A", scopes={"read": "Read"})
# And the end of a record, which is written twice: it has a test of its own below.
KEYS = {"client_id", "user_id", "resource", "expires_at"}


def another(value: Any) -> Any:
    """A value of the same type; where none was, any."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, Mapping):
        return {**value, "x": "y"}
    extra: dict[type, Any] = {int: 1, str: "x", bytes: b"x", tuple: ("x",)}
    return "x" if value is None else value + extra[type(value)]


@pytest.mark.parametrize("before", [CLIENT, USER, RESOURCE], ids=lambda record: record.TYPE)
def test_amend_can_write_every_member(table: Table, before: Any) -> None:
    """And take away what was absent before: no name is a word that DynamoDB reserves."""
    names = [name for name in before.MEMBERS if name not in KEYS]
    after = replace(before, **{name: another(getattr(before, name)) for name in names})
    table.put(before)
    for one, other in ((before, after), (after, before)):
        table.amend(one, other)
        assert table.get(type(before), before.key) == other


def test_amend_does_not_bring_back_the_dead(table: Table) -> None:
    """A record that was removed meanwhile stays removed."""
    with pytest.raises(Gone):
        table.amend(CLIENT, replace(CLIENT, client_name="New"))
    assert table.get(Client, client_key("c1")) is None


def test_amend_without_a_difference_asks_nobody(table: Table, aws: Recorder) -> None:
    """Nothing to write, nothing to pay."""
    table.amend(CLIENT, CLIENT)
    assert aws.calls == []


def test_delete_is_idempotent(table: Table) -> None:
    """What is not there is gone."""
    table.put(USER)
    table.delete(USER.key)
    table.delete(USER.key)
    assert table.get(User, USER.key) is None


@pytest.mark.parametrize("kind", ["throttle", "internal", "refuse", "drop_before"])
@pytest.mark.parametrize("action", ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"])
def test_a_table_that_cannot_be_asked_is_no_empty_table(
    table: Table, aws: Recorder, action: str, kind: str
) -> None:
    """Every verb fails closed, and never says that nothing is there."""
    aws.faults.append(Fault(action, kind))
    verbs = {
        "GetItem": lambda: table.get(User, USER.key),
        "BatchGetItem": lambda: table.get_all((User, USER.key)),
        "Query": lambda: list(table.query(User, USER.key.pk)),
        "PutItem": lambda: table.put_new(USER),
        "UpdateItem": lambda: table.change(USER.key, {"dis": True}, when="attribute_exists(pk)"),
    }
    with pytest.raises(TemporarilyUnavailable):
        verbs[action]()


def test_a_mark_outlives_what_it_guards(table: Table, aws: Recorder) -> None:
    """DynamoDB is told to sweep a day after the expiry."""
    table.put(SeenOnce(kind="at", value_hash="h", expires_at=START + 60))
    (call,) = aws.calls
    assert call.payload["Item"]["ttl"] == {"N": str(START + 60 + 24 * 60 * 60)}


def test_put_over_takes_an_empty_place_and_one_of_which_the_condition_holds(table: Table) -> None:
    """Otherwise nothing is written, and what is there is told."""
    one, two, three = (replace(CLIENT, client_name=name) for name in ("One", "Two", "Three"))
    table.put_over(one, when="nm = :name", given={"name": "nobody"})
    table.put_over(two, when="nm = :name", given={"name": "One"})
    with pytest.raises(ConditionFailed) as failed:
        table.put_over(three, when="nm = :name", given={"name": "One"})
    assert failed.value.item is not None
    assert failed.value.item["nm"] == "Two"
    assert table.get(Client, client_key("c1")) == two


def test_an_amendment_may_have_a_condition_of_its_own(table: Table) -> None:
    """What was changed since by another is not changed again."""
    table.put_new(CLIENT)
    named = replace(CLIENT, client_name="One", fresh_until=1)
    table.amend(CLIENT, named, when="attribute_not_exists(fu)")
    with pytest.raises(Gone):
        table.amend(CLIENT, replace(CLIENT, client_name="Two"), when="attribute_not_exists(fu)")
    table.amend(named, replace(named, fresh_until=2), when="fu = :seen", given={"seen": 1})
    assert table.get(Client, client_key("c1")) == replace(named, fresh_until=2)


def test_an_amendment_may_take_the_end_of_a_record_away(table: Table) -> None:
    """`ttl` is a word of DynamoDB's own."""
    lapsing = replace(CLIENT, expires_at=START + 60)
    table.put_new(lapsing)
    table.amend(lapsing, CLIENT)
    assert table.get(Client, client_key("c1")) == CLIENT
