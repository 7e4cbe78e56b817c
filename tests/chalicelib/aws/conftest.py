"""A table on the emulator, empty, with a clock of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from chalicelib.aws.client import AWSClient
from chalicelib.aws.credentials import Credentials
from chalicelib.aws.table import Table
from tests.emulated_aws import Recorder
from tests.stage import Clock

Emulated = tuple[str, Recorder, dict[str, dict[str, str]]]


@pytest.fixture
def clock() -> Clock:
    """A clock that moves when it is told to."""
    return Clock()


@pytest.fixture
def aws(emulated: Emulated) -> Recorder:
    """What the emulator is asked, and how it fails."""
    emulated[1].reset()
    return emulated[1]


@pytest.fixture
def client(emulated: Emulated) -> Iterator[AWSClient]:
    """A client at the emulator."""
    client = AWSClient("eu-west-1", lambda: Credentials("local", "local"), endpoint=emulated[0])
    yield client
    client.close()


@pytest.fixture
def table_name(client: AWSClient, aws: Recorder) -> str:
    """The name of a table that was just made."""
    name = f"table-{secrets.token_hex(8)}"
    keys = (("pk", "HASH"), ("sk", "RANGE"))
    client.call(
        "dynamodb",
        "CreateTable",
        {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": key, "AttributeType": "S"} for key, _ in keys
            ],
            "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in keys],
        },
    )
    aws.reset()
    return name


@pytest.fixture
def table(client: AWSClient, table_name: str, clock: Clock) -> Table:
    """An empty table."""
    return Table(client, table_name, clock)


@pytest.fixture
def tables(emulated: Emulated, table_name: str, clock: Clock) -> Iterator[list[Table]]:
    """The same table eight times, each over a connection of its own: one for each thread."""
    clients = [
        AWSClient("eu-west-1", lambda: Credentials("local", "local"), endpoint=emulated[0])
        for _ in range(8)
    ]
    yield [Table(client, table_name, clock) for client in clients]
    for client in clients:
        client.close()
