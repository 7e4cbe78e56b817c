"""What takes messages to the consumer on this machine, as Lambda does on AWS."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from chalice.app import Chalice
from chalice.test import Client

from chalicelib.administration import clients, logouts
from chalicelib.services import Services
from infra import queues
from infra.local.cloud import Parts
from infra.local.deliveries import Consumer, Deliveries
from infra.local.events import Event
from tests.infra.logout_queue import BODY, opened, send, status, with_queue
from tests.world import World


class Stage:
    """A stage with a queue, and deliveries that are running."""

    def __init__(self, environ: dict[str, str], services: Services) -> None:
        self.environ = environ
        self.services = services
        self.taken: list[Event] = []

    @contextmanager
    def running(self, consume: Consumer, grace: float = 20) -> Iterator[None]:
        """With a consumer; what it is handed is kept."""

        def keep(event: Event, services: Services) -> bool:
            self.taken.append(event)
            return consume(event, services)

        with Deliveries(opened(self.environ, made=False), keep, grace=grace):
            yield

    def reaches(self, wanted: tuple[int, int, int]) -> None:
        """Wait for a count of the messages."""
        until(lambda: status(self.services) == wanted)


def until(true: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def stage(world: World) -> Iterator[Stage]:
    """A stage whose queue is empty."""
    environ = with_queue(world.environ)
    with opened(environ) as services:
        yield Stage(environ, services)


def taken(event: Event, services: Services) -> bool:
    return True


def refused(event: Event, services: Services) -> bool:
    return False


def test_a_message_that_was_taken_is_removed(stage: Stage) -> None:
    """With what was sent in it."""
    send(stage.services)
    with stage.running(taken):
        stage.reaches((0, 0, 0))
    (event,) = stage.taken
    assert json.loads(event["Records"][0]["body"]) == BODY


def test_a_message_that_was_not_taken_stays(stage: Stage) -> None:
    """Hidden for the queue's own time-out, where the consumer has set no other."""
    send(stage.services)
    with stage.running(refused):
        stage.reaches((0, 1, 0))
    assert len(stage.taken) == 1


def test_it_comes_again_as_often_as_on_aws(stage: Stage) -> None:
    """Where the consumer hides it for no time; then it is set aside."""

    def at_once(event: Event, services: Services) -> bool:
        receipt = event["Records"][0]["receiptHandle"]
        shown = {"QueueUrl": queues.url_of(services), "ReceiptHandle": receipt}
        services.client.call("sqs", "ChangeMessageVisibility", {**shown, "VisibilityTimeout": 0})
        return False

    send(stage.services)
    with stage.running(at_once):
        stage.reaches((0, 0, 1))
    counts = [event["Records"][0]["attributes"]["ApproximateReceiveCount"] for event in stage.taken]
    assert counts == [str(number) for number in range(1, queues.RECEIVES + 1)]


def test_the_event_has_what_lambdas_has(stage: Stage) -> None:
    """By the events that Chalice makes for tests."""
    send(stage.services)
    with stage.running(taken):
        stage.reaches((0, 0, 0))
    with Client(Chalice("any")) as client:
        theirs: dict[str, Any] = client.events.generate_sqs_event(["body"])
    (ours,), (known,) = stage.taken[0]["Records"], theirs["Records"]
    assert set(ours) == set(known)
    assert set(known["attributes"]) <= set(ours["attributes"])
    assert {name: type(value) for name, value in ours.items()} == {
        name: type(value) for name, value in known.items()
    }


def test_a_consumer_that_breaks_is_shown_and_not_the_end(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its message stays, and the next is taken."""

    def breaks(event: Event, services: Services) -> bool:
        if "first" in event["Records"][0]["body"]:
            raise KeyError("no such key")
        return True

    send(stage.services, {"n": "first"})
    with stage.running(breaks):
        stage.reaches((0, 1, 0))
        send(stage.services, {"n": "second"})
        until(lambda: len(stage.taken) == 2)
        stage.reaches((0, 1, 0))
    assert "KeyError: 'no such key'" in capsys.readouterr().err


def test_a_queue_that_is_not_there_is_asked_again(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a word: nothing else of the run hangs on it."""
    environ = with_queue(world.environ)
    with opened(environ, made=False) as services:
        late = Stage(environ, services)
        with late.running(taken):
            until(lambda: world.aws.count().get("ReceiveMessage", 0) > 0)
            queues.create(services.client, queues.url_of(services))
            send(services)
            late.reaches((0, 0, 0))
    assert len(late.taken) == 1
    assert capsys.readouterr().err == ""


def test_the_thread_ends_with_the_run(stage: Stage) -> None:
    """Its connections are closed by then."""
    with stage.running(taken):
        assert "deliveries" in {thread.name for thread in threading.enumerate()}
    assert "deliveries" not in {thread.name for thread in threading.enumerate()}


def test_a_delivery_that_hangs_does_not_hold_up_the_end(stage: Stage) -> None:
    """A client that never answers is no reason to wait at Ctrl-C."""
    with ExitStack() as later:
        over, begun = threading.Event(), threading.Event()
        later.callback(lambda: until(lambda: threading.active_count() <= before))
        later.callback(over.set)
        before = threading.active_count()

        def hangs(event: Event, services: Services) -> bool:
            begun.set()
            return over.wait(20)

        send(stage.services)
        with stage.running(hangs, grace=0.01):
            assert begun.wait(20)
        assert not over.is_set()


def test_the_real_consumer_drops_what_has_no_client(stage: Stage) -> None:
    """It was removed since: nobody is left to tell."""
    send(stage.services)
    with stage.running(Parts().deliver):
        stage.reaches((0, 0, 0))
    assert len(stage.taken) == 1


def test_the_real_consumer_keeps_what_was_not_delivered(stage: Stage) -> None:
    """For its next try, with the reason on record; no trace is printed."""
    clients.create(
        {
            "client_id": "closed",
            "redirect_uris": ["https://client.invalid/callback"],
            "backchannel_logout_uri": "https://client.invalid/logout",
        },
        stage.services,
    )
    send(stage.services, {**BODY, "client_id": "closed"})
    with stage.running(Parts().deliver):
        stage.reaches((0, 1, 0))
        until(lambda: bool(list(logouts.of_client("closed", stage.services))))
    (delivery,) = logouts.of_client("closed", stage.services)
    assert (delivery.state, delivery.tries) == ("waiting", 1)
