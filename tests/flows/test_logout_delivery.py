"""What becomes of a logout token: taken, tried again, given up. Back-Channel Logout 1.0, 2.8."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.administration import clients, logouts
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.logout_delivery import MOST_TRIES, WAITS, NotDelivered
from tests.browser import Browser
from tests.emulated_aws import Fault
from tests.flows.logouts import Listener, add, deliver, enter, listening, sign_out
from tests.world import World


@pytest.fixture
def listener() -> Iterator[Listener]:
    """The endpoint of the client `notes`."""
    with listening() as made:
        yield made


@pytest.fixture
def notes(world: World, listener: Listener) -> str:
    """A client that takes logout tokens."""
    return add(world, "notes", backchannel_logout_uri=listener.url)


@pytest.fixture
def browser(world: World) -> Browser:
    """A new browser."""
    return world.browser()


@pytest.mark.parametrize("status", [200, 204])
def test_what_counts_as_taken(
    world: World, listener: Listener, notes: str, browser: Browser, status: int
) -> None:
    """And is told to the operator."""
    listener.statuses = [status]
    enter(world, browser, notes)
    sign_out(browser)
    assert deliver(world) == [None]
    (told,) = logouts.of_client(notes, world.services)
    assert (told.state, told.tries, told.reason) == ("delivered", 1, None)


@pytest.mark.parametrize("status", [201, 302, 400, 404, 500, 501, 503])
def test_what_does_not(
    world: World, listener: Listener, notes: str, browser: Browser, status: int
) -> None:
    """It is tried again, and the operator can see why."""
    listener.statuses = [status]
    enter(world, browser, notes)
    sign_out(browser)
    (problem,) = deliver(world)
    assert isinstance(problem, NotDelivered)
    (told,) = logouts.of_client(notes, world.services)
    assert (told.state, told.tries) == ("waiting", 1)
    assert told.reason == f"the client answered {status}"
    (event,) = world.events("logout.waiting")
    assert (event["client_id"], event["reason"]) == (notes, told.reason)


def test_a_later_try_has_a_new_token(
    world: World, listener: Listener, notes: str, browser: Browser
) -> None:
    """The first has expired by then, and a client that had seen it may refuse its jti."""
    listener.statuses = [503, 200]
    enter(world, browser, notes)
    sign_out(browser)
    deliver(world)
    world.clock.forward(3600)
    assert deliver(world) == [None]
    first, second = listener.told
    assert first["jti"] != second["jti"]
    assert second["iat"] == world.clock()
    assert first["sid"] == second["sid"]
    (told,) = logouts.of_client(notes, world.services)
    assert (told.state, told.tries, told.reason) == ("delivered", 2, None)


def test_each_try_waits_longer_until_the_last(
    world: World, listener: Listener, notes: str, browser: Browser
) -> None:
    """Then the message is the dead-letter queue's, and the operator is told so."""
    listener.statuses = [500]
    enter(world, browser, notes)
    sign_out(browser)
    world.aws.reset()
    for _ in range(MOST_TRIES):
        (problem,) = deliver(world)
        assert isinstance(problem, NotDelivered)
    hidden = [
        call.payload["VisibilityTimeout"]
        for call in world.aws.calls
        if call.action == "ChangeMessageVisibility" and call.payload["VisibilityTimeout"]
    ]
    assert tuple(hidden) == WAITS
    assert list(WAITS) == sorted(WAITS)
    (told,) = logouts.of_client(notes, world.services)
    assert (told.state, told.tries) == ("undelivered", MOST_TRIES)
    assert len(world.events("logout.undelivered")) == 1


def test_an_unreachable_client_is_tried_again(world: World, browser: Browser) -> None:
    """With the reason in words."""
    add(world, "gone", backchannel_logout_uri="http://127.0.0.1:9/logout")
    enter(world, browser, "gone")
    sign_out(browser)
    (problem,) = deliver(world)
    assert isinstance(problem, NotDelivered)
    (told,) = logouts.of_client("gone", world.services)
    assert told.reason is not None
    assert "refused" in told.reason


@pytest.mark.parametrize("change", [None, {"backchannel_logout_uri": None}])
def test_a_client_that_is_gone_meanwhile_is_not_called(
    world: World,
    listener: Listener,
    notes: str,
    browser: Browser,
    change: dict[str, Any] | None,
) -> None:
    """Its message is dropped; nobody waits for it."""
    enter(world, browser, notes)
    sign_out(browser)
    if change is None:
        clients.delete(notes, world.services)
    else:
        clients.update(notes, change, world.services)
    world.restart()
    assert deliver(world) == [None]
    assert listener.calls == []
    assert [event["client_id"] for event in world.events("logout.dropped")] == [notes]


@pytest.mark.parametrize("action", ["Sign", "PutItem"])
def test_a_fault_of_aws_makes_the_message_come_again(
    world: World, listener: Listener, notes: str, browser: Browser, action: str
) -> None:
    """Told twice is better than never."""
    enter(world, browser, notes)
    sign_out(browser)
    world.aws.faults.append(Fault(action, "internal"))
    (problem,) = deliver(world)
    assert isinstance(problem, TemporarilyUnavailable)
    world.aws.faults.clear()
    assert deliver(world) == [None]
    assert listener.calls
