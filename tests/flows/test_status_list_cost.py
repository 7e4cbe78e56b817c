"""What status lists cost, and that it hangs on what is revoked and not on what lives."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from chalicelib.aws.status_lists import LEASE, MOST_KEPT
from chalicelib.protocol import status_list
from chalicelib.records.status import NextPlace
from tests.flows.listed import machine_token, place, published, revoked, switch
from tests.world import World

Calls = dict[str, int]


@pytest.fixture
def world(world: World) -> World:
    """A server whose API has status lists; this process has places left."""
    switch(world)
    machine_token(world)
    return world


def asked(world: World, act: Callable[[], object]) -> Calls:
    """What an act asks of AWS, in a warm process."""
    world.aws.reset()
    act()
    return world.aws.count()


def redeem(world: World, scope: str) -> Callable[[], object]:
    code = world.code(scope=scope)
    return lambda: world.redeem(code)


SPEND = {"BatchGetItem": 1, "UpdateItem": 1, "Sign": 1}


def test_a_first_token_costs_nothing_more(world: World) -> None:
    """A place comes from memory, and is written together with the grant."""
    world.tokens()
    assert asked(world, redeem(world, "read offline_access")) == SPEND


def test_a_first_token_of_a_session_is_noted_there(world: World) -> None:
    """One write more for the first grant of a session, two for another one."""
    browser = world.browser()
    first, second = world.code(browser), world.code(browser)
    assert asked(world, lambda: world.redeem(first)) == {**SPEND, "UpdateItem": 2}
    assert asked(world, lambda: world.redeem(second)) == {**SPEND, "UpdateItem": 3}


def test_a_refresh_costs_what_it_did(world: World) -> None:
    """The grant has its place."""
    token = world.tokens()["refresh_token"]
    assert asked(world, lambda: world.refresh(token)) == SPEND


def test_places_are_fetched_by_the_lease(world: World) -> None:
    """One write for 64 tokens of machines."""
    counted = asked(world, lambda: [machine_token(world) for _ in range(2 * LEASE)])
    assert counted == {"UpdateItem": 2, "Sign": 2 * LEASE}


def test_revoking_is_one_write_more(world: World) -> None:
    """However many tokens the grant has."""
    tokens = world.tokens()
    for _ in range(5):
        tokens = world.refresh(tokens["refresh_token"]).json
    counted = asked(world, lambda: world.revoke(tokens["refresh_token"]))
    assert counted == {"UpdateItem": 1, "PutItem": 1}


def test_signing_out_is_one_write_more(world: World) -> None:
    """However many grants the session has, that are in one list."""
    browser = world.browser()
    for _ in range(6):
        world.tokens(browser, scope="read")
    hint = world.tokens(browser, scope="openid read")["id_token"]
    url = f"{world.issuer}/logout?id_token_hint={hint}"
    assert asked(world, lambda: browser.open(url)) == {
        "BatchGetItem": 1,
        "UpdateItem": 2,
        "PutItem": 1,
        "DeleteItem": 1,
    }


def test_nothing_is_noted_where_no_resource_asked(world: World) -> None:
    """Neither a place nor a session's mark."""
    switch(world, on=False)
    world.tokens()
    assert asked(world, redeem(world, "read")) == SPEND
    assert [item for item in world.items() if item["pk"]["S"].startswith("J#so#")] == []


def test_publishing_does_not_grow_with_what_lives(world: World) -> None:
    """Ten million places given out: the same calls, and the same bytes."""
    text = machine_token(world)

    def publish() -> str:
        world.clock.forward(60)
        lst: str = published(world, text)["status_list"]["lst"]
        return lst

    publish()
    before = asked(world, publish)
    lst = publish()
    world.services.table.add(
        NextPlace(), "n", 10_000_000, when="attribute_exists(n) AND n < :limit", limit=2**49
    )
    assert asked(world, publish) == before
    assert publish() == lst


def test_ten_thousand_revocations_are_read_by_the_megabyte(world: World) -> None:
    """As twenty signed-out sessions of five hundred grants each: one call."""
    text = machine_token(world)
    some = range(0, status_list.SIZE, 105)
    for start in range(20):
        world.services.status_lists.revoke([*some][start::20], 600)
    world.clock.forward(60)
    world.aws.reset()
    lst = published(world, text)["status_list"]["lst"]
    assert lst == status_list.encode(some)
    # Another is for revoked clients.
    assert world.aws.count()["Query"] == 2


def test_lists_in_memory_are_bounded(world: World) -> None:
    """The oldest goes first."""
    lists = world.services.status_lists
    for number in range(MOST_KEPT + 1):
        lists.keep(f"{number}-RS256", ("text", world.clock()))
    assert lists.kept("0-RS256", 60) is None
    assert lists.kept(f"{MOST_KEPT}-RS256", 60) is not None


def test_revoking_twice_leaves_one_item(world: World) -> None:
    """A client that repeats itself does not make a list grow."""
    text = machine_token(world)
    auth = ("demomachine", "demomachinesecret")
    for _ in range(3):
        assert world.revoke(text, auth=auth).status == 200
    noted = [item for item in world.items() if item["t"]["S"] == "revoked"]
    assert len(noted) == 1
    assert revoked(world, text) == [True]


def test_the_item_holds_no_more_than_indices(world: World) -> None:
    """Nothing in it says whose token it was."""
    text = machine_token(world)
    world.revoke(text, auth=("demomachine", "demomachinesecret"))
    (item,) = (item for item in world.items() if item["t"]["S"] == "revoked")
    assert item["ix"] == {"L": [{"N": str(place(text)[1])}]}
    assert "demomachine" not in json.dumps(item)
