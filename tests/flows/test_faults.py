"""AWS fails at each call of each flow, in each way: the server fails closed, and recovers.

Throttled, broken, refused, dropped before and after the call was carried out, or a condition that
does not hold. docs/storage.md, "When AWS fails".
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.aws.client import TRIES
from tests.emulated_aws import AWSCall, Fault
from tests.flows import stories_of_clients as clients
from tests.flows import stories_of_people as people
from tests.flows.story import Story
from tests.reply import Reply
from tests.world import World

STORIES: tuple[Callable[[World], Story], ...] = (
    people.sign_in,
    people.sign_in_wrongly,
    people.consent,
    people.finish,
    people.authorize,
    clients.redeem,
    clients.redeem_again,
    clients.refresh,
    clients.replay,
    clients.machine,
    clients.machine_from_cold,
    clients.wrong_secret,
    clients.revoke_refresh_token,
    clients.revoke_access_token,
    clients.introspect,
    clients.introspect_revoked,
    clients.introspect_refresh_token,
)
Book = dict[str, list[AWSCall]]
# What AWSClient tries again; a fault of these must last for all tries to be felt.
TRIED_AGAIN = ("throttle", "internal", "drop_before", "drop_after")
stories = pytest.mark.parametrize("begin", STORIES, ids=lambda begin: begin.__name__)


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


@pytest.fixture(scope="module")
def book() -> Book:
    """What each healthy flow asked for; recorded once."""
    return {}


def ready(world: World, begin: Callable[[World], Story]) -> Story:
    """The story at its beginning, in a warm process with a closed book of calls."""
    world.clock.forward(1)
    story = begin(world)
    world.aws.reset()
    return story


def calls_of(world: World, begin: Callable[[World], Story], book: Book) -> list[AWSCall]:
    """What the healthy flow asks of AWS, in order; the process is warm afterwards."""
    world.restart()
    world.post("/revoke", {"token": "x.y.z"}, auth=("demoweb", "demowebsecret"))
    form = {"grant_type": "client_credentials", "scope": "read"}
    world.post("/token", form, auth=("demomachine", "demomachinesecret"))
    if begin.__name__ not in book:
        story = ready(world, begin)
        reply = story.act()
        book[begin.__name__] = list(world.aws.calls)
        assert reply.status == story.healthy, reply.text
        story.holds(reply)
    assert book[begin.__name__]
    return book[begin.__name__]


def is_graceful(reply: Reply, healthy: int) -> None:
    """The healthy answer, an OAuth error, or 503 with the time to wait; never a bare failure."""
    assert reply.status in (healthy, 303, 400, 401, 429, 503), reply.text
    if reply.status in (429, 503):
        assert int(reply.header("Retry-After") or "") >= 1
        if not reply.is_page:
            assert reply.json["error"] == "temporarily_unavailable"


@stories
@pytest.mark.parametrize("kind", ["throttle", "drop_before", "drop_after", "refuse"])
def test_a_call_that_fails_for_good_fails_closed(
    world: World, begin: Callable[[World], Story], kind: str, book: Book
) -> None:
    """Position by position; then the honest retry has its way and a bounded number of calls."""
    calls = calls_of(world, begin, book)
    for position in range(len(calls)):
        story = ready(world, begin)
        times = TRIES if kind in TRIED_AGAIN else 1
        world.aws.faults.append(Fault("*", kind, skip=position, times=times))
        reply = story.act()
        asked = len(world.aws.calls)
        world.aws.faults.clear()
        is_graceful(reply, story.healthy)
        assert asked <= TRIES * (len(calls) + 1)
        story.holds(reply)


@stories
@pytest.mark.parametrize("kind", ["internal", "drop_after"])
def test_a_call_that_fails_once_is_not_felt(
    world: World, begin: Callable[[World], Story], kind: str, book: Book
) -> None:
    """The client tries again, and a write that was carried out recognises its own work."""
    calls = calls_of(world, begin, book)
    for position in range(len(calls)):
        story = ready(world, begin)
        world.aws.faults.append(Fault("*", kind, skip=position, times=1))
        reply = story.act()
        world.aws.faults.clear()
        assert reply.status == story.healthy, f"{calls[position].action}: {reply.text}"
        story.holds(reply)


@stories
@pytest.mark.parametrize("kind", ["conditional", "overtaken"])
def test_a_condition_that_does_not_hold_fails_closed(
    world: World, begin: Callable[[World], Story], kind: str, book: Book
) -> None:
    """Somebody else was first: the item is gone, or is what it is."""
    if (begin, kind) == (clients.revoke_refresh_token, "conditional"):
        pytest.skip("a token whose grant is gone is unknown: RFC 7009 section 2.2 wants success")
    calls = calls_of(world, begin, book)
    for position, call in enumerate(calls):
        if "ConditionExpression" not in call.payload:
            continue
        story = ready(world, begin)
        world.aws.faults.append(Fault("*", kind, skip=position, times=1))
        reply = story.act()
        world.aws.faults.clear()
        is_graceful(reply, story.healthy)
        story.holds(reply)
