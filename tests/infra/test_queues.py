"""The queue of logouts on an emulator: made, counted, and what was set aside put back."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from chalicelib.administration import Refused
from chalicelib.aws.failures import ResourceNotFound
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.services import Services
from infra import queues
from tests.emulated_aws import Fault
from tests.infra.logout_queue import opened, received, send, set_aside, status, with_queue
from tests.world import World


@pytest.fixture
def services(world: World) -> Iterator[Services]:
    """Of a stage whose queues are empty."""
    with opened(with_queue(world.environ)) as stage:
        yield stage
        world.aws.reset()


def put_back(services: Services) -> int:
    """What an operator does, without waiting for more."""
    return queues.retry(services.client, queues.url_of(services), look=0)


def test_making_them_again_changes_nothing(services: Services) -> None:
    """What waits in them stays."""
    send(services)
    queues.create(services.client, queues.url_of(services))
    assert status(services) == (1, 0, 0)


def test_each_message_is_counted_where_it_is(services: Services) -> None:
    """Waiting, with somebody, set aside."""
    send(services)
    received(services, 60)
    send(services)
    send(services)
    set_aside(services, "{}")
    assert status(services) == (2, 1, 1)


def test_after_eight_receipts_a_message_is_set_aside(services: Services) -> None:
    """By the queue itself, at the ninth."""
    send(services)
    for _ in range(queues.RECEIVES):
        assert len(received(services, 0)) == 1
    assert received(services, 0) == []
    assert status(services) == (0, 0, 1)


def test_what_was_set_aside_is_put_back(services: Services) -> None:
    """All of it, whatever stands in it, in more than one batch; for eight receipts anew."""
    bodies = [f'{{"number":{number}}}' for number in range(2 * queues.MOST_IN_A_BATCH + 1)]
    set_aside(services, "no JSON", *bodies)
    assert put_back(services) == len(bodies) + 1
    assert status(services) == (len(bodies) + 1, 0, 0)
    found = [received(services, 60) for _ in range(3)]
    assert sorted(m["Body"] for some in found for m in some) == sorted(["no JSON", *bodies])


def test_with_nothing_set_aside_nothing_is_done(services: Services) -> None:
    """And what waits is left alone."""
    send(services)
    assert put_back(services) == 0
    assert status(services) == (1, 0, 0)


@pytest.mark.parametrize(("action", "in_queue"), [("SendMessageBatch", 0), ("DeleteMessage", 2)])
def test_a_message_is_never_lost_on_its_way(
    world: World, services: Services, action: str, in_queue: int
) -> None:
    """Broken off before it was sent or before it was removed, each is still where it was."""
    set_aside(services, "1", "2")
    world.aws.faults.append(Fault(action, "internal"))
    with pytest.raises(TemporarilyUnavailable):
        put_back(services)
    assert status(services) == (in_queue, 0, 2)


def test_a_stage_without_a_queue_says_so(world: World) -> None:
    """Its name, and the variable that is missing."""
    with (
        opened({**world.environ, "LOGOUT_QUEUE_URL": ""}, made=False) as stage,
        pytest.raises(Refused, match=r"stage local has no queue.*LOGOUT_QUEUE_URL"),
    ):
        queues.url_of(stage)


def test_a_queue_that_is_not_there_is_trouble(world: World) -> None:
    """Never a count of nothing."""
    with opened(with_queue(world.environ), made=False) as stage, pytest.raises(ResourceNotFound):
        status(stage)


def test_what_is_put_back_is_what_was_sent(services: Services) -> None:
    """To the byte: it is read by another."""
    body = json.dumps({"sub": "é\u2028", "asked_at": 1})
    set_aside(services, body)
    put_back(services)
    (message,) = received(services, 60)
    assert message["Body"] == body
