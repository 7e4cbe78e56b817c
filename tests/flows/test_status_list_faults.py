"""AWS fails while a place is given out, a revocation is noted, a list is published.

No token without its place; success of a revocation only when every list will say so; no list that
leaves something out.
"""

from __future__ import annotations

import pytest

from tests.emulated_aws import Fault
from tests.flows import faults
from tests.flows.faults import Begin, Book
from tests.flows.listed import MACHINE, machine_token, place, revoked, switch
from tests.flows.story import Story, status_is
from tests.reply import Reply
from tests.world import World

CREDENTIALS = {"grant_type": "client_credentials", "scope": "read"}


@pytest.fixture(scope="module")
def listed(settled: World) -> World:
    """The module's server, whose API has status lists."""
    switch(settled)
    return settled


@pytest.fixture
def world(listed: World) -> World:
    """The same, for a story."""
    listed.next_test()
    return listed


@pytest.fixture(scope="module")
def book() -> Book:
    """What each healthy flow asked for; recorded once."""
    return {}


def machine(world: World) -> Story:
    """A token of a process that has no place left: it has one, or there is no token."""
    world.restart()

    def holds(reply: Reply) -> None:
        if reply.status == 200:
            assert place(reply.json["access_token"])
        status_is(world.post("/token", CREDENTIALS, auth=MACHINE), 200)

    return Story(lambda: world.post("/token", CREDENTIALS, auth=MACHINE), 200, holds)


def redeem(world: World) -> Story:
    """A code: what is given ends with the session; a retry is never taken for a thief's."""
    code = world.code(scope="read")

    def holds(reply: Reply) -> None:
        tokens = reply if reply.status == 200 else world.redeem(code)
        if tokens.status == 200:
            text = tokens.json["access_token"]
            assert world.revoke(tokens.json["refresh_token"]).status == 200
            assert revoked(world, text) == [True]

    return Story(lambda: world.redeem(code), 200, holds)


def revoke_refresh_token(world: World) -> Story:
    """200 only when the list says so; else the retry makes it say so."""
    tokens = world.tokens()
    return _revocation(world, tokens["refresh_token"], tokens["access_token"])


def revoke_access_token(world: World) -> Story:
    """The same for one token."""
    text = world.tokens()["access_token"]
    return _revocation(world, text, text)


def _revocation(world: World, told: str, text: str) -> Story:
    def holds(reply: Reply) -> None:
        if reply.status != 200:
            assert world.revoke(told).status == 200
        assert revoked(world, text) == [True]

    return Story(lambda: world.revoke(told), 200, holds)


def replay(world: World) -> Story:
    """An old refresh token, again: the family is dead, and the list knows before the grant does."""
    old = world.tokens()["refresh_token"]
    last = world.refresh(world.refresh(old).json["refresh_token"]).json

    def holds(reply: Reply) -> None:
        assert reply.status != 200
        again = world.refresh(old)
        assert again.status == 400
        assert revoked(world, last["access_token"]) == [True]

    return Story(lambda: world.refresh(old), 400, holds)


STORIES = (machine, redeem, revoke_refresh_token, revoke_access_token, replay)
stories = pytest.mark.parametrize("begin", STORIES, ids=lambda begin: begin.__name__)


@stories
@pytest.mark.parametrize("kind", faults.FOR_GOOD)
def test_a_call_that_fails_for_good_fails_closed(
    world: World, begin: Begin, kind: str, book: Book
) -> None:
    """Position by position; then the honest retry has its way."""
    faults.play_for_good(world, begin, kind, book)


@stories
@pytest.mark.parametrize("kind", faults.ONCE)
def test_a_call_that_fails_once_is_not_felt(
    world: World, begin: Begin, kind: str, book: Book
) -> None:
    """A place that was given out in a lost answer is nobody's."""
    faults.play_once(world, begin, kind, book)


@pytest.mark.parametrize("action", ["UpdateItem", "GetItem"])
def test_without_a_place_there_is_no_token(world: World, action: str) -> None:
    """503 where the next places cannot be had."""
    world.restart()
    world.aws.faults.append(Fault(action, "throttle"))
    reply = world.post("/token", CREDENTIALS, auth=MACHINE)
    world.aws.reset()
    assert (reply.status, reply.json["error"]) == (503, "temporarily_unavailable")


@pytest.mark.parametrize("action", ["Query", "Sign"])
def test_a_list_that_cannot_be_made_is_not_there(world: World, action: str) -> None:
    """And is made as soon as it can be."""
    text = machine_token(world)
    path = place(text)[0].removeprefix(world.issuer)
    world.aws.faults.append(Fault(action, "throttle"))
    reply = world.get(path)
    world.aws.reset()
    assert (reply.status, reply.json["error"]) == (503, "temporarily_unavailable")
    assert world.get(path).status == 200
