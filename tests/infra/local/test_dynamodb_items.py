"""The short way to moto's tables says what moto's own server says, and leaves the same items."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from infra.local.dynamodb_items import with_dynamodb_items
from infra.local.emulator import environment
from infra.local.wire import Call

SCOPE = "AWS4-HMAC-SHA256 Credential=local/20270115/eu-west-1/dynamodb/aws4_request"
KEY = {"pk": {"S": "C#one"}, "sk": {"S": "M"}}
ITEM = {
    **KEY,
    "n": {"N": "3"},
    "b": {"B": "AAEC/w=="},
    "l": {"L": [{"S": "x"}, {"B": "AA=="}, {"M": {"B": {"S": "not binary"}}}]},
    "m": {"M": {"inner": {"BOOL": True}, "none": {"NULL": True}}},
    "ss": {"SS": ["a", "b"]},
    "empty": {"S": ""},
}
OTHER = {"pk": {"S": "C#one"}, "sk": {"S": "N"}, "n": {"N": "7"}}


class Road:
    """One way to a table of its own."""

    def __init__(self, app: Any, table: str) -> None:
        self.app, self.table = app, table

    def ask(self, action: str, **asked: Any) -> tuple[str, Any]:
        """The status, and what was said but for the table's name."""
        return self.send(action, json.dumps({"TableName": self.table, **asked}).encode())

    def send(self, action: str, body: bytes) -> tuple[str, Any]:
        """The same for a body as it is."""
        headers = [("Host", "dynamodb.eu-west-1.amazonaws.com"), ("Authorization", SCOPE)]
        headers += [("X-Amz-Target", f"DynamoDB_20120810.{action}")]
        headers += [("Content-Type", "application/x-amz-json-1.0")]
        said: list[Any] = []
        environ = environment(Call("POST", "/", headers, body))
        content = b"".join(self.app(environ, lambda *given: said.append(given)))
        text = content.decode().replace(self.table, "the table")
        return said[0][0].split(" ")[0], json.loads(text)

    def make(self) -> None:
        """A new table with two items."""
        names = ("pk", "sk")
        self.ask(
            "CreateTable",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
            KeySchema=[
                {"AttributeName": name, "KeyType": kind}
                for name, kind in zip(names, ("HASH", "RANGE"), strict=True)
            ],
        )
        for item in (ITEM, OTHER):
            self.ask("PutItem", Item=item)


@pytest.fixture
def roads() -> tuple[Road, Road]:
    """moto's own server, and the short way."""
    moto = DomainDispatcherApplication(create_backend_app)
    both = Road(moto, "long-way"), Road(with_dynamodb_items(moto), "short-way")
    for road in both:
        road.ask("DeleteTable")
        road.make()
    return both


def counted(limit: int, **more: Any) -> dict[str, Any]:
    """An UpdateItem as the table of the server writes it."""
    return {
        "Key": KEY,
        "UpdateExpression": "SET t = :t, #ttl = :ttl ADD n :amount",
        "ConditionExpression": "attribute_not_exists(n) OR n < :limit",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": {
            ":t": {"S": "text"},
            ":ttl": {"N": "1800000000"},
            ":amount": {"N": "1"},
            ":limit": {"N": str(limit)},
        },
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        **more,
    }


def setting(value: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An UpdateItem that sets one attribute."""
    return {
        "Key": KEY,
        "UpdateExpression": "SET v = :v",
        "ExpressionAttributeValues": {":v": value},
        "ReturnValues": "ALL_NEW",
        **more,
    }


ABSENT = {"pk": {"S": "C#two"}, "sk": {"S": "M"}}
EXISTS = "attribute_exists(pk)"
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "get": ("GetItem", {"Key": KEY, "ConsistentRead": True}),
    "get-absent": ("GetItem", {"Key": ABSENT}),
    "get-empty-key": ("GetItem", {"Key": {"pk": {"S": ""}, "sk": {"S": "M"}}}),
    "get-other-key": ("GetItem", {"Key": {"id": {"S": "x"}}}),
    "get-other-table": ("GetItem", {"TableName": "nowhere", "Key": KEY}),
    "put": ("PutItem", {"Item": {**OTHER, "n": {"N": "8"}}}),
    "put-old": ("PutItem", {"Item": OTHER, "ReturnValues": "ALL_OLD"}),
    "put-new": ("PutItem", {"Item": ABSENT, "ConditionExpression": "attribute_not_exists(pk)"}),
    "put-refused": (
        "PutItem",
        {
            "Item": KEY,
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
    ),
    "put-other-table": ("PutItem", {"TableName": "nowhere", "Item": KEY}),
    "put-unused-name": ("PutItem", {"Item": KEY, "ExpressionAttributeNames": {"#n": "n"}}),
    "delete": ("DeleteItem", {"Key": KEY}),
    "delete-old": ("DeleteItem", {"Key": KEY, "ReturnValues": "ALL_OLD"}),
    "delete-refused": ("DeleteItem", {"Key": ABSENT, "ConditionExpression": EXISTS}),
    "scan": ("Scan", {}),
    "scan-limited": ("Scan", {"Limit": 1}),
    "query": (
        "Query",
        {
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": "C#one"}},
        },
    ),
    "query-malformed": ("Query", {"KeyConditionExpression": "pk ="}),
    "count": ("UpdateItem", counted(9)),
    "count-refused": ("UpdateItem", counted(3)),
    "count-new": ("UpdateItem", counted(9, Key=ABSENT)),
    "count-quietly": ("UpdateItem", counted(9, ReturnValues="NONE")),
    "count-updated": ("UpdateItem", counted(9, ReturnValues="UPDATED_NEW")),
    **{
        f"set-{next(iter(value))}": ("UpdateItem", setting(value))
        for value in (
            {"B": "AAEC"},
            {"BOOL": False},
            {"BS": ["AAEC"]},
            {"L": [{"N": "1"}]},
            {"M": {"x": {"S": "y"}}},
            {"N": "12"},
            {"NS": ["1", "2"]},
            {"NULL": True},
            {"S": ""},
            {"SS": ["x"]},
        )
    },
    "set-empty-set": ("UpdateItem", setting({"SS": []})),
    "set-refused": ("UpdateItem", setting({"S": "x"}, Key=ABSENT, ConditionExpression=EXISTS)),
    "set-key": ("UpdateItem", setting({"S": "x"}, UpdateExpression="SET pk = :v")),
    "set-reserved": ("UpdateItem", setting({"S": "x"}, UpdateExpression="SET status = :v")),
    "set-unused-value": ("UpdateItem", setting({"S": "x"}, UpdateExpression="SET v = v")),
    "set-sum": ("UpdateItem", setting({"N": "2"}, UpdateExpression="SET n = n + :v")),
    "set-inside": ("UpdateItem", setting({"N": "2"}, UpdateExpression="SET m.inner = :v")),
    "remove": ("UpdateItem", {"Key": KEY, "UpdateExpression": "REMOVE n, m"}),
}


@pytest.mark.parametrize("name", CALLS)
def test_both_ways_say_the_same(roads: tuple[Road, Road], name: str) -> None:
    """Each call is answered alike, also again and again, and leaves the same items."""
    action, asked = CALLS[name]
    long, short = ([road.ask(action, **asked) for _ in range(3)] for road in roads)
    assert short == long
    left = [road.ask("Scan")[1]["Items"] for road in roads]
    assert left[0] == left[1]


def test_a_batch_is_read_alike(roads: tuple[Road, Road]) -> None:
    """BatchGetItem gives the items that are there."""
    long, short = (
        road.ask("BatchGetItem", RequestItems={road.table: {"Keys": [KEY, ABSENT]}})
        for road in roads
    )
    assert short == long
    assert short[1]["Responses"]["the table"] == [ITEM]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"'])
def test_what_is_no_object_goes_on(body: bytes) -> None:
    """A body that cannot be read goes to the next application as it came."""
    passed: list[bytes] = []

    def following(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        passed.append(environ["wsgi.input"].read())
        start_response("400 Bad Request", [])
        return [b"{}"]

    assert Road(with_dynamodb_items(following), "any").send("GetItem", body) == ("400", {})
    assert passed == [body]


def test_a_batch_is_written_alike(roads: tuple[Road, Road]) -> None:
    """BatchWriteItem puts and deletes."""
    requests = [{"PutRequest": {"Item": {**ABSENT, "b": ITEM["b"]}}}]
    requests.append({"DeleteRequest": {"Key": KEY}})
    long, short = (
        road.ask("BatchWriteItem", RequestItems={road.table: requests}) for road in roads
    )
    assert short == long
    left = [road.ask("Scan")[1]["Items"] for road in roads]
    assert left[0] == left[1] == [OTHER, {**ABSENT, "b": ITEM["b"]}]


def test_an_update_that_was_carried_out_is_carried_out_again(roads: tuple[Road, Road]) -> None:
    """The counter goes on where it was, in the older form as in the newer."""
    numbers = [roads[1].ask("UpdateItem", **counted(6))[1] for _ in range(4)]
    assert [said.get("Attributes", said.get("Item"))["n"]["N"] for said in numbers] == [
        "4",
        "5",
        "6",
        "6",
    ]
