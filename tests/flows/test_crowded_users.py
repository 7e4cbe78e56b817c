"""A user with many grants and sessions: read in pages, none long, and done again after a failure.

What users themselves do does not grow with them: tests/flows/test_aws_calls.py has its calls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.administration import grants, sessions, users
from chalicelib.administration.users import ENDED_AT_ONCE
from chalicelib.aws.table import PAGE
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.protocol import status_list
from chalicelib.values import replace
from infra import seeds
from tests.emulated_aws import Fault
from tests.flows import crowded, listed
from tests.flows.crowded import MANY, user
from tests.stage import CHEAPEST
from tests.world import World

Act = Callable[[World], object]
SOME = 12  # sessions, or grants, of which some are done when it fails
ALL_TRIES = 3  # of one call: so often it has to fail

ENDINGS: dict[str, Act] = {
    "session end": lambda world: sessions.end(user(world), None, world.services),
    "grant revoke": lambda world: users.revoke(user(world), world.services),
    "user disable": lambda world: users.update(user(world), world.services, disabled=True),
    "user set-password": lambda world: users.update(
        user(world), world.services, password="another-password", cost=CHEAPEST
    ),
    "user delete": lambda world: users.delete(seeds.USER[0], world.services),
}
READ_GRANTS: dict[str, Act] = {
    "grant list": lambda world: list(users.grants_of(user(world), world.services)),
    "grant revoke --client": lambda world: grants.disconnect(
        user(world), "demoweb", world.services
    ),
}


def fail(world: World, action: str, skip: int, act: Act) -> None:
    """Do what fails on the way, at one call in all its tries."""
    world.aws.faults.append(Fault(action, "internal", skip=skip, times=ALL_TRIES))
    with pytest.raises(TemporarilyUnavailable):
        act(world)
    world.aws.faults.clear()


def test_sessions_are_read_in_pages(world: World) -> None:
    """Each call has its limit and asks for sessions only, and all are read."""
    crowded.crowd(world, sessions=MANY)
    assert len(list(sessions.living(user(world), world.services))) == MANY
    assert [payload["Limit"] for payload in crowded.queries(world, "S#")] == [PAGE, PAGE]


@pytest.mark.parametrize("act", READ_GRANTS)
def test_grants_are_read_in_pages(world: World, act: str) -> None:
    """Each call has its limit, and asks for grants only."""
    tokens = crowded.crowd(world, grants=MANY)
    READ_GRANTS[act](world)
    assert [payload["Limit"] for payload in crowded.queries(world, "G#")] == [PAGE, PAGE]
    assert world.introspect(tokens["access_token"])["active"] is (act == "grant list")


@pytest.mark.parametrize("act", ["session end", "grant revoke", "user disable"])
def test_without_lists_no_grant_is_read(world: World, act: str) -> None:
    """One write ends them, however many there are."""
    tokens = crowded.crowd(world)
    ENDINGS[act](world)
    assert crowded.queries(world, "G#") == []
    assert world.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


@pytest.mark.parametrize("act", ENDINGS)
@pytest.mark.parametrize("action", ["DeleteItem", "SendMessageBatch"])
def test_a_failure_on_the_way_loses_no_session(world: World, act: str, action: str) -> None:
    """Those before it have ended, doing it again ends the rest, and the client hears of each."""
    crowded.crowd(world, sessions=SOME)
    fail(world, action, SOME // 2, ENDINGS[act])
    assert len(partition(world, "S#")) == SOME - SOME // 2
    ENDINGS[act](world)
    assert partition(world, "S#") == []
    assert len(crowded.heard(world)) == SOME


def test_a_page_that_fails_loses_no_session(world: World) -> None:
    """What the page before held has ended, and doing it again ends the rest."""
    crowded.crowd(world, sessions=MANY)
    # The first query is for the resources, of which one may have a list.
    fail(world, "Query", 2, ENDINGS["grant revoke"])
    assert len(partition(world, "S#")) == MANY - PAGE
    ENDINGS["grant revoke"](world)
    assert partition(world, "S#") == []
    assert len(crowded.heard(world)) == MANY
    assert {payload["Limit"] for payload in crowded.queries(world, "S#")} == {PAGE}


def test_a_failure_on_the_way_leaves_nothing_of_a_deleted_user(world: World) -> None:
    """The name goes last, so that doing it again finds the rest."""
    crowded.crowd(world, grants=SOME)
    fail(world, "DeleteItem", SOME // 2, ENDINGS["user delete"])
    assert 0 < len(partition(world, "G#")) < SOME
    ENDINGS["user delete"](world)
    assert partition(world, "G#") == []


def test_one_session_of_many_is_read_alone(world: World) -> None:
    """Not the rest of them to find it."""
    crowded.crowd(world, sessions=3)
    found = user(world)
    one = next(iter(sessions.living(found, world.services))).session_id
    world.aws.reset()
    assert sessions.end(found, one, world.services) == (one,)
    assert "Query" not in world.aws.count()
    assert f"S#{one}" not in partition(world, "S#")


def test_the_user_signs_in_and_out_without_a_query(world: World) -> None:
    """What people do costs the same in a crowd."""
    crowded.crowd(world, grants=SOME, sessions=SOME)
    browser = world.browser()
    world.tokens(browser)
    browser.open(f"{world.issuer}/logout").submit("logout")
    assert "__Host-session" not in browser.cookies
    assert "Query" not in world.aws.count()


def test_lists_hear_of_every_grant(world: World) -> None:
    """Of the first ones before the last is ended; of those a failure has left, the next time."""
    listed.switch(world)
    crowded.crowd(world)
    (grant,) = users.grants_of(user(world), world.services)
    placed = [
        replace(grant, grant_id=f"g{at:08}", place=world.services.status_lists.allocate())
        for at in range(ENDED_AT_ONCE + SOME)
    ]
    crowded.write(world, placed)
    # The user is written first.
    fail(world, "UpdateItem", 1 + ENDED_AT_ONCE + SOME // 2, ENDINGS["grant revoke"])
    assert len(noted(world, placed)) in (ENDED_AT_ONCE - 1, ENDED_AT_ONCE)
    ENDINGS["grant revoke"](world)
    assert noted(world, placed) == {one.place for one in placed}


def partition(world: World, prefix: str) -> list[str]:
    """What is in the table of this kind."""
    keys: list[str] = [item["sk"]["S"] for item in items(world)]
    return [key for key in keys if key.startswith(prefix)]


def items(world: World) -> list[dict[str, Any]]:
    """Everything in the table, page by page."""
    found: list[dict[str, Any]] = []
    start: dict[str, Any] = {}
    while True:
        asked = {"TableName": world.table_name, **start}
        answer = world.services.client.call("dynamodb", "Scan", asked)
        found += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return found
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def noted(world: World, placed: list[Any]) -> set[int]:
    """The places of grants that their lists have as revoked."""
    split = {one.place: status_list.split(one.place) for one in placed}
    told = {
        at: set(world.services.status_lists.revoked(at)) for at in {at for at, _ in split.values()}
    }
    return {place for place, (at, index) in split.items() if index in told[at]}
