"""Playing a story again and again, with AWS failing at each of its calls in turn."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pytest

from chalicelib.aws.client import TRIES
from tests.emulated_aws import AWSCall, Fault
from tests.flows.story import Story
from tests.reply import Reply
from tests.world import World

Begin = Callable[[World], Story]
Book = dict[str, list[AWSCall]]

# What AWSClient tries again; a fault of these must last for all tries to be felt.
_TRIED_AGAIN = ("throttle", "internal", "drop_before", "drop_after")
# Dropped before, or broken, is to the table the same as throttled: once each is enough.
FOR_GOOD = ("throttle", "drop_after", "refuse")
ONCE = ("internal", "drop_before", "drop_after")
CONDITION = ("conditional", "overtaken")


def of_stories(
    *stories: Begin, but: Collection[tuple[Begin, str]] = ()
) -> tuple[Callable[..., None], ...]:
    """The three tests that every story goes through: AWS fails for good, once, or on a condition.

    They are told on the fixture `faulted`: the module's server, unless the module has its own.
    `but`: stories, each with a kind of condition that means something else to it.
    """
    told = pytest.mark.parametrize("begin", stories, ids=lambda begin: begin.__name__)

    @told
    @pytest.mark.parametrize("kind", FOR_GOOD)
    def for_good(faulted: World, begin: Begin, kind: str, book: Book) -> None:
        """Position by position; then the honest retry has its way, in a bounded number of calls."""
        play_for_good(faulted, begin, kind, book)

    @told
    @pytest.mark.parametrize("kind", ONCE)
    def once(faulted: World, begin: Begin, kind: str, book: Book) -> None:
        """A call is tried again, and a write that was carried out recognises its own work."""
        play_once(faulted, begin, kind, book)

    pairs = [(kind, begin) for kind in CONDITION for begin in stories if (begin, kind) not in but]

    @pytest.mark.parametrize(
        ("kind", "begin"), pairs, ids=[f"{kind}-{begin.__name__}" for kind, begin in pairs]
    )
    def condition(faulted: World, begin: Begin, kind: str, book: Book) -> None:
        """Somebody else was first: the item is gone, or is what it is."""
        play_condition(faulted, begin, kind, book)

    return for_good, once, condition


def play_for_good(world: World, begin: Begin, kind: str, book: Book) -> None:
    """Each call fails as often as it is tried."""
    calls = calls_of(world, begin, book)
    for position in range(len(calls)):
        # A kept connection that breaks before an answer is no try: one more.
        times = TRIES + kind.startswith("drop") if kind in _TRIED_AGAIN else 1
        story, reply, asked = play(world, begin, Fault("*", kind, skip=position, times=times))
        is_graceful(reply, story.healthy)
        assert asked <= TRIES * (len(calls) + 1)
        story.holds(reply)


def play_once(world: World, begin: Begin, kind: str, book: Book) -> None:
    """Each call fails the first time."""
    calls = calls_of(world, begin, book)
    for position, call in enumerate(calls):
        story, reply, _ = play(world, begin, Fault("*", kind, skip=position, times=1))
        assert reply.status == story.healthy, f"{call.action}: {reply.text}"
        story.holds(reply)


def play_condition(world: World, begin: Begin, kind: str, book: Book) -> None:
    """The condition of each conditional write does not hold."""
    for position, call in enumerate(calls_of(world, begin, book)):
        if "ConditionExpression" in call.payload:
            story, reply, _ = play(world, begin, Fault("*", kind, skip=position, times=1))
            is_graceful(reply, story.healthy)
            story.holds(reply)


def play(world: World, begin: Begin, fault: Fault) -> tuple[Story, Reply, int]:
    """The story until its answer, the fault ended; and how often AWS was asked."""
    story = ready(world, begin)
    world.aws.faults.append(fault)
    reply = story.act()
    asked = len(world.aws.calls)
    world.aws.faults.clear()
    assert fault.hits > fault.skip, "the fault was never played"
    return story, reply, asked


def ready(world: World, begin: Begin) -> Story:
    """The story at its beginning, in a warm process with a closed book of calls.

    Whom the last one made a suspect costs a call more, and every position after it would move.
    """
    world.clock.forward(1)
    world.services.suspects.clear()
    story = begin(world)
    world.aws.reset()
    return story


def calls_of(world: World, begin: Begin, book: Book) -> list[AWSCall]:
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
