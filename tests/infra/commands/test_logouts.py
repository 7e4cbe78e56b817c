"""`logout`: what an operator sees of logout tokens, and how those set aside are put back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.records.logout_delivery import DELIVERED, UNDELIVERED, LogoutDelivery
from chalicelib.services import Services
from infra.commands.invocation import Surroundings
from tests.infra.commands.conftest import Operator, write_local_env
from tests.infra.logout_queue import opened, send, set_aside, with_queue
from tests.world import World


@pytest.fixture
def queue(world: World) -> Iterator[Services]:
    """Services of the stage, with queues that are empty."""
    with opened(with_queue(world.environ)) as services:
        yield services


@pytest.fixture
def operator(world: World, queue: Services, tmp_path: Path) -> Operator:
    """At the command line of that stage."""
    url = queue.settings.logout_queue_url or ""
    write_local_env(tmp_path, {**world.environ, "LOGOUT_QUEUE_URL": url})
    return Operator(Surroundings({}, (tmp_path,), world.clock), world=world)


def deliver(world: World, client_id: str, **changes: object) -> None:
    """Leave the record of a delivery, as the consumer does."""
    now = world.clock()
    known: dict[str, object] = {
        "delivery_id": "d1",
        "client_id": client_id,
        "subject": "4gTptZFY4rXTOQRUrMqhhg",
        "sid": "s1",
        "asked_at": now - 10,
        "state": DELIVERED,
        "tries": 1,
        "tried_at": now,
        "expires_at": now + 60,
    }
    world.services.table.put(LogoutDelivery(**{**known, **changes}))  # type: ignore[arg-type]


def test_status_counts_the_messages(operator: Operator, queue: Services) -> None:
    """Waiting, in flight, undelivered."""
    assert operator.get("logout", "status") == {"waiting": 0, "in_flight": 0, "undelivered": 0}
    send(queue)
    set_aside(queue, "{}", "{}")
    assert operator.get("logout", "status") == {"waiting": 1, "in_flight": 0, "undelivered": 2}


def test_retry_puts_back_what_was_set_aside(operator: Operator, queue: Services) -> None:
    """And says how many there were."""
    set_aside(queue, "{}", "{}")
    assert operator.get("logout", "retry") == {"moved": 2}
    assert operator.get("logout", "status") == {"waiting": 2, "in_flight": 0, "undelivered": 0}


@pytest.mark.parametrize("verb", ["status", "retry"])
def test_a_stage_without_a_queue_is_refused(world: World, tmp_path: Path, verb: str) -> None:
    """In one sentence that names what is missing."""
    write_local_env(tmp_path, {**world.environ, "LOGOUT_QUEUE_URL": ""})
    without = Operator(Surroundings({}, (tmp_path,), world.clock), world=world)
    reason = without.refused("logout", verb)
    assert reason == "stage local has no queue of logouts: its LOGOUT_QUEUE_URL is not set"


@pytest.mark.parametrize("verb", ["status", "retry"])
def test_a_queue_that_is_gone_is_told(world: World, tmp_path: Path, verb: str) -> None:
    """It was deleted behind the stage's back: no count, and nothing is called done."""
    write_local_env(tmp_path, with_queue(world.environ))
    without = Operator(Surroundings({}, (tmp_path,), world.clock), world=world)
    assert "QueueDoesNotExist" in without.refused("logout", verb)


def test_list_shows_how_it_went(operator: Operator) -> None:
    """For one client: who was signed out where, the last try and why it failed."""
    now = operator.world.clock()
    deliver(operator.world, "demoweb", state=UNDELIVERED, tries=8, reason="it answered 500")
    deliver(operator.world, "demospa")
    assert operator.get("logout", "list", "--client", "demoweb") == [
        {
            "delivery_id": "d1",
            "client_id": "demoweb",
            "sub": "4gTptZFY4rXTOQRUrMqhhg",
            "sid": "s1",
            "state": "undelivered",
            "tries": 8,
            "asked_at": now - 10,
            "tried_at": now,
            "reason": "it answered 500",
        }
    ]


def test_list_shows_every_client(operator: Operator) -> None:
    """Where none is named."""
    for client_id in ("demoweb", "demospa"):
        deliver(operator.world, client_id, delivery_id="of-every")
    shown = operator.get("logout", "list")
    found = {one["client_id"] for one in shown if one["delivery_id"] == "of-every"}
    assert found == {"demoweb", "demospa"}


def test_what_is_two_weeks_old_is_not_shown(operator: Operator) -> None:
    """Whether it was swept or not."""
    deliver(operator.world, "demoweb", expires_at=operator.world.clock(), delivery_id="old")
    shown = operator.get("logout", "list", "--client", "demoweb")
    assert "old" not in {one["delivery_id"] for one in shown}


def test_an_unknown_client_is_refused(operator: Operator) -> None:
    """As `client get` does."""
    assert "nobody" in operator.refused("logout", "list", "--client", "nobody")
