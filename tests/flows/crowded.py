"""A user with far more grants and sessions than others have: more than one page of each."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

from chalicelib.administration import users
from chalicelib.aws.attribute_values import encode_item
from chalicelib.aws.table import PAGE
from chalicelib.records.record import Record
from chalicelib.records.user import User
from chalicelib.values import replace
from infra import seeds
from tests.flows.logouts import add
from tests.world import World

BATCH = 25  # the most that BatchWriteItem takes
MANY = PAGE + 20
LISTENER = "notes"


def user(world: World) -> User:
    """The user of all this."""
    return users.find(seeds.USER[0], world.services)


def crowd(world: World, *, grants: int = 1, sessions: int = 1) -> dict[str, str]:
    """Give the demo user so many of each, like those that the server made; the tokens of one.

    The other grants are another client's. The sessions are known to one that wants to hear of
    their end.
    """
    add(world, LISTENER, backchannel_logout_uri="http://127.0.0.1:9/hear")
    tokens = world.tokens(world.browser())
    (grant,) = users.grants_of(user(world), world.services)
    (session,) = users.sessions_of(user(world), world.services)
    services = world.services
    write(
        world,
        (
            replace(grant, grant_id=services.random_text(9), client_id="demospa")
            for _ in range(grants - 1)
        ),
    )
    write(
        world,
        (
            replace(session, session_id=services.random_text(9), clients=(LISTENER,))
            for _ in range(sessions - 1)
        ),
    )
    services.table.put(replace(session, clients=(LISTENER,)))
    world.clock.forward(1)
    world.aws.reset()
    return tokens


def write(world: World, records: Iterable[Record]) -> None:
    """Write many records at once."""
    puts = (
        {
            "PutRequest": {
                "Item": {
                    "pk": {"S": record.key.pk},
                    "sk": {"S": record.key.sk},
                    **encode_item(record.attributes()),
                }
            }
        }
        for record in records
    )
    while some := list(itertools.islice(puts, BATCH)):
        request = {"RequestItems": {world.table_name: some}}
        world.services.client.call("dynamodb", "BatchWriteItem", request)


def queries(world: World, prefix: str) -> list[dict[str, Any]]:
    """What was asked of the user's partition, by the beginning of the sort key."""
    return [
        call.payload
        for call in world.aws.calls
        if call.action == "Query"
        and call.payload["ExpressionAttributeValues"].get(":sk", {}).get("S") == prefix
    ]


def heard(world: World) -> set[str]:
    """The sessions whose end the client was sent word of, by what it knows them as."""
    sent = [call.payload for call in world.aws.calls if call.action == "SendMessageBatch"]
    bodies = [entry["MessageBody"] for payload in sent for entry in payload["Entries"]]
    return {body.partition('"sid":')[2].split('"')[1] for body in bodies}
