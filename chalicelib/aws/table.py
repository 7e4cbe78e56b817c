"""The table: reading and writing records. docs/storage.md shows every item.

Reads are strong unless they say otherwise, and never return what has expired: DynamoDB sweeps when
it likes. A write of one item is the only unit; each is idempotent, because its answer may be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from ..errors import TemporarilyUnavailable
from ..records.record import Attributes, Key, Record, Value
from .attribute_values import decode_item, encode, encode_item
from .client import AWSClient, ConditionFailed

R = TypeVar("R", bound=Record)
MOST_BATCHES = 3
# Items. Of the usual size they are some 150 kB on the wire; DynamoDB alone would send a megabyte,
# which takes longer than a call may where the operator's line is slow.
PAGE = 250


class AlreadyExists(TemporarilyUnavailable):
    """A record that was to be new is there already; the next try has another random key."""


class Gone(Exception):
    """A record that was to be changed is there no more."""


class Table:
    """Records in one DynamoDB table. `clock` gives epoch seconds, as an int."""

    def __init__(self, client: AWSClient, name: str, clock: Callable[[], int]) -> None:
        self._client = client
        self._name = name
        self._clock = clock

    def get(self, kind: type[R], key: Key, *, strong: bool = True) -> R | None:
        """The record at a key, unless it is absent or has expired."""
        if not key.is_possible:
            return None  # a stranger's word, from a path
        answer = self._call("GetItem", Key=_key(key), ConsistentRead=strong)
        return self._read(kind, answer.get("Item"))

    def get_all(self, *wanted: tuple[type[Record], Key]) -> tuple[Any, ...]:
        """The records at several keys, in order, None for each that is absent or has expired."""
        pending: Any = {self._name: {"Keys": [_key(key) for _, key in wanted]}}
        pending[self._name]["ConsistentRead"] = True
        found: dict[Key, Mapping[str, Any]] = {}
        for _ in range(MOST_BATCHES):
            answer = self._client.call("dynamodb", "BatchGetItem", {"RequestItems": pending})
            for item in answer["Responses"].get(self._name, ()):
                found[Key(item["pk"]["S"], item["sk"]["S"])] = item
            pending = answer.get("UnprocessedKeys")
            if not pending:
                return tuple(self._read(kind, found.get(key)) for kind, key in wanted)
        raise TemporarilyUnavailable(detail="dynamodb BatchGetItem: unprocessed keys")

    def put(self, record: Record) -> None:
        """Write a record, over any that is there."""
        self._call("PutItem", Item=_item(record))

    def put_new(self, record: Record) -> None:
        """Write a record where none is; AlreadyExists. Our own lost first try is recognised."""
        try:
            self._call(
                "PutItem",
                Item=_item(record),
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ConditionFailed as failed:
            if failed.item != _item(record):
                raise AlreadyExists(detail=f"the {record.TYPE} exists already") from None

    def put_first(self, record: Record) -> bool:
        """Write a record where no living one is; False where one is.

        A lost answer is recognised by what the record holds, so it must hold something of this very
        request.
        """
        try:
            self._call(
                "PutItem",
                Item=_item(record),
                ConditionExpression="attribute_not_exists(pk) OR x <= :now",
                ExpressionAttributeValues=encode_item({":now": self._clock()}),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ConditionFailed as failed:
            return failed.item == _item(record)
        return True

    def put_over(self, record: Record, *, when: str, given: Attributes) -> None:
        """Write a record where none is, or over one `when` a condition holds of that.

        `when` may speak of the names in `given`. ConditionFailed carries the item as it was found,
        decoded. A lost answer is written once more: the condition must hold of the record itself.
        """
        self._unless_other("PutItem", when, given, Item=_item(record))

    def change(
        self, key: Key, assign: Attributes, *, when: str, given: Attributes | None = None
    ) -> Mapping[str, Value]:
        """Set attributes of an item `when` a condition holds, and return the whole item.

        `when` may speak of `:now` and of the names in `given`, with a colon before each.
        ConditionFailed carries the item as it was found, decoded, or None.
        """
        names = {"#ttl": "ttl"} if "ttl" in assign else {}
        sets = ", ".join(f"{'#ttl' if name == 'ttl' else name} = :set_{name}" for name in assign)
        values: dict[str, Value] = {f":set_{name}": value for name, value in assign.items()}
        values |= {f":{name}": value for name, value in (given or {}).items()}
        if ":now" in when:
            values[":now"] = self._clock()
        return self._update(
            key,
            UpdateExpression=f"SET {sets}",
            ConditionExpression=when,
            ExpressionAttributeValues=encode_item(values),
            **({"ExpressionAttributeNames": names} if names else {}),
        )

    def amend(
        self, before: R, after: R, *, when: str = "", given: Attributes | None = None
    ) -> None:
        """Write what differs between two states of a record, and nothing else; Gone.

        Two that change different members at once both have their way, and none brings back a
        record that another has removed. `when` is one more condition, of the names in `given`.
        """
        old, new = before.attributes(), after.attributes()
        assign = {name: value for name, value in new.items() if old.get(name) != value}
        gone = [name for name in old if name not in new]
        names = {"#ttl": "ttl"} if "ttl" in (*assign, *gone) else {}
        sets = ", ".join(f"{'#ttl' if name == 'ttl' else name} = :set_{name}" for name in assign)
        removes = ", ".join("#ttl" if name == "ttl" else name for name in gone)
        expressions = (sets and f"SET {sets}", removes and f"REMOVE {removes}")
        values = encode_item(
            {f":set_{name}": value for name, value in assign.items()}
            | {f":{name}": value for name, value in (given or {}).items()}
        )
        if not any(expressions):
            return
        try:
            self._update(
                before.key,
                UpdateExpression=" ".join(filter(None, expressions)),
                ConditionExpression="attribute_exists(pk)" + (f" AND {when}" if when else ""),
                **({"ExpressionAttributeValues": values} if values else {}),
                **({"ExpressionAttributeNames": names} if names else {}),
            )
        except ConditionFailed:
            raise Gone(before.key.pk) from None

    def add(self, record: Record, attribute: str, amount: int, *, when: str, limit: int) -> int:
        """Add to a number of a record, made if absent, `when` a condition on :limit holds.

        Returns the new number; ConditionFailed otherwise.
        """
        fixed = {
            name: value
            for name, value in record.attributes().items()
            if name not in (attribute, "ttl")
        }
        sets = ", ".join(f"{name} = :set_{name}" for name in fixed)
        values = {f":set_{name}": value for name, value in fixed.items()}
        values |= {":amount": amount, ":limit": limit}
        if record.expiry is not None:
            sets += ", #ttl = :set_ttl"
            values[":set_ttl"] = record.expiry + record.RETENTION
        item = self._update(
            record.key,
            UpdateExpression=f"SET {sets} ADD {attribute} :amount",
            ConditionExpression=when,
            ExpressionAttributeValues=encode_item(values),
            **({"ExpressionAttributeNames": {"#ttl": "ttl"}} if record.expiry is not None else {}),
        )
        number = item[attribute]
        assert isinstance(number, int)
        return number

    def delete(self, key: Key) -> None:
        """Remove an item, if it is there."""
        self._call("DeleteItem", Key=_key(key))

    def delete_when(self, key: Key, *, when: str, given: Attributes) -> None:
        """Remove an item `when` a condition holds, which may speak of the names in `given`.

        ConditionFailed carries the item as it was found, decoded. One that is not there, as after a
        lost answer, is no failure.
        """
        self._unless_other("DeleteItem", when, given, Key=_key(key))

    def query(self, kind: type[R], pk: str, sk_prefix: str = "") -> Iterator[R]:
        """The records of one partition in order of sort key, PAGE at a time as they are taken.

        For operators, not for requests. What is taken may be deleted meanwhile.
        """
        wanted = "pk = :pk AND begins_with(sk, :sk)" if sk_prefix else "pk = :pk"
        return self._query(kind, wanted, pk, sk_prefix, Limit=PAGE)

    def query_from(self, kind: type[R], pk: str, sk: str) -> Iterator[R]:
        """The records of one partition from a sort key on, and none before is read."""
        return self._query(kind, "pk = :pk AND sk >= :sk", pk, sk)

    def page(self, kind: type[R], pk: str, after: str, most: int) -> tuple[R, ...]:
        """At most so many records of one partition, from behind a sort key on: one call.

        `after` need not be there any more; with "" it begins at the beginning.
        """
        answer = self._call(
            "Query",
            KeyConditionExpression="pk = :pk AND sk > :sk" if after else "pk = :pk",
            ExpressionAttributeValues={
                ":pk": encode(pk),
                **({":sk": encode(after)} if after else {}),
            },
            ConsistentRead=True,
            Limit=most,
        )
        found = (self._read(kind, item) for item in answer["Items"])
        return tuple(record for record in found if record is not None)

    def _unless_other(self, action: str, when: str, given: Attributes, **place: object) -> None:
        """Act on one item that is not there, or of which a condition holds; ConditionFailed."""
        values = encode_item({f":{name}": value for name, value in given.items()})
        try:
            self._call(
                action,
                **place,
                ConditionExpression=f"attribute_not_exists(pk) OR {when}",
                ExpressionAttributeValues=values,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ConditionFailed as failed:
            raise ConditionFailed(decode_item(failed.item) if failed.item else None) from None

    def _query(self, kind: type[R], wanted: str, pk: str, sk: str, **limit: object) -> Iterator[R]:
        start: Mapping[str, Any] = {}
        while True:
            answer = self._call(
                "Query",
                KeyConditionExpression=wanted,
                ExpressionAttributeValues={":pk": encode(pk)} | ({":sk": encode(sk)} if sk else {}),
                ConsistentRead=True,
                **limit,
                **({"ExclusiveStartKey": start} if start else {}),
            )
            for item in answer["Items"]:
                record = self._read(kind, item)
                if record is not None:
                    yield record
            start = answer.get("LastEvaluatedKey") or {}
            if not start:
                return

    def _update(self, key: Key, **request: object) -> Mapping[str, Value]:
        try:
            answer = self._call(
                "UpdateItem",
                Key=_key(key),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **request,
            )
        except ConditionFailed as failed:
            raise ConditionFailed(decode_item(failed.item) if failed.item else None) from None
        return decode_item(answer["Attributes"])

    def _call(self, action: str, **request: object) -> dict[str, Any]:
        return self._client.call("dynamodb", action, {"TableName": self._name, **request})

    def _read(self, kind: type[R], item: Mapping[str, Any] | None) -> R | None:
        if not item:
            return None
        record = kind.read(decode_item(item))
        return None if record.is_over(self._clock()) else record


def _key(key: Key) -> dict[str, Any]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def _item(record: Record) -> dict[str, Any]:
    return {**_key(record.key), **encode_item(record.attributes())}
