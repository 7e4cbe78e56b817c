"""A table on the emulator, empty, with a clock of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from chalicelib.aws.client import AWSClient
from chalicelib.aws.credentials import Credentials
from chalicelib.aws.table import Table
from tests.emulated_aws import Recorder
from tests.world import Clock

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
def table(client: AWSClient, clock: Clock, aws: Recorder) -> Table:
    """An empty table."""
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
    return Table(client, name, clock)
