"""A logout message that comes more than once, and tries that end in another order than they began.

SQS brings a message at least once; a slow client's try may end after the next one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import logout_delivery
from chalicelib.administration import logouts
from chalicelib.logout_delivery import MOST_TRIES, NotDelivered
from tests.emulated_aws import Fault
from tests.flows.logouts import Listener, add, enter, listening, received, sign_out
from tests.world import World


@pytest.fixture
def listener() -> Iterator[Listener]:
    """The endpoint of the client `notes`."""
    with listening() as made:
        yield made


class Message:
    """The one message of a logout of `notes`; `try_` brings it for the n-th time."""

    def __init__(self, world: World, listener: Listener) -> None:
        self.world, self.listener = world, listener
        add(world, "notes", backchannel_logout_uri=listener.url)
        browser = world.browser()
        enter(world, browser, "notes")
        sign_out(browser)
        (self.record,) = received(world)

    def try_(self, number: int, status: int) -> bool:
        """Whether the message may go, and does not come again."""
        self.listener.statuses = [status]
        counted = {**self.record["attributes"], "ApproximateReceiveCount": str(number)}
        record = {**self.record, "attributes": counted}
        try:
            logout_delivery.handle({"Records": [record]}, self.world.services)
        except NotDelivered:
            return False
        return True

    @property
    def state(self) -> tuple[str, int]:
        """What operators see, and of which try."""
        (told,) = logouts.of_client("notes", self.world.services)
        return told.state, told.tries


@pytest.fixture
def message(world: World, listener: Listener) -> Message:
    """Not tried yet."""
    return Message(world, listener)


@pytest.mark.parametrize("late", [1, 2, 3, MOST_TRIES])
def test_what_was_delivered_stays_delivered(message: Message, late: int) -> None:
    """Whichever try fails after it: the client has the token, and the message may go."""
    assert message.try_(2, 200)
    assert message.try_(late, 503)
    assert message.state == ("delivered", 2)
    assert [event["event"] for event in message.world.events() if "logout." in event["event"]] == [
        "logout.delivered"
    ]


def test_it_is_hidden_no_more(message: Message) -> None:
    """What was delivered is not to come again."""
    message.try_(1, 200)
    message.world.aws.reset()
    message.try_(1, 503)
    assert "ChangeMessageVisibility" not in message.world.aws.count()


@pytest.mark.parametrize("late", [1, MOST_TRIES - 1])
def test_a_late_failure_does_not_count_a_try_back(message: Message, late: int) -> None:
    """The message was given up; an earlier try that ends now must not promise another one."""
    message.try_(MOST_TRIES, 500)
    assert not message.try_(late, 503)
    assert message.state == ("undelivered", MOST_TRIES)


def test_a_late_success_counts(message: Message) -> None:
    """After it was given up, or after a later try had failed: the client has the token."""
    message.try_(MOST_TRIES, 500)
    assert message.try_(3, 200)
    assert message.state == ("delivered", 3)


def test_a_try_whose_answer_was_lost_is_noted_once(message: Message) -> None:
    """The second write of the same try is none of another's."""
    message.world.aws.faults.append(Fault("PutItem", "drop_after", times=1))
    assert not message.try_(1, 503)
    message.world.aws.faults.clear()
    assert message.state == ("waiting", 1)
    assert len(message.world.events("logout.waiting")) == 1
