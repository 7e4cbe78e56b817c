"""Registrations that clean themselves up: unused they lapse, used they outlive what they have."""

from __future__ import annotations

import pytest

from chalicelib.administration import clients
from chalicelib.records.client import Client, client_key
from chalicelib.settings import DAY, HOUR
from tests.flows import registrations as tell
from tests.flows.registrations import CONFIDENTIAL, PUBLIC, manage
from tests.world import World

MONTH = 30 * DAY


def expiry(world: World, client: dict[str, str]) -> int:
    """When the registration lapses, as it is stored."""
    found = world.services.table.get(Client, client_key(client["client_id"]))
    assert found is not None
    assert found.expires_at is not None
    return found.expires_at


def is_known(world: World, client: dict[str, str]) -> bool:
    """Whether /authorize takes it."""
    uri = client["redirect_uris"][0]
    url = world.authorize_url(client_id=client["client_id"], redirect_uri=uri)
    return world.browser().open(url).page.forms.keys() == {"sign-in"}


@pytest.mark.parametrize("start", ["warm", "cold"])
def test_an_unused_registration_lapses_after_a_day(world: World, start: str) -> None:
    """Also where a process has it in memory; then it is not there for anyone."""
    client = tell.registered(world)
    world.clock.forward(DAY - 30)
    assert is_known(world, client)
    world.clock.forward(30)
    if start == "cold":
        world.restart()
    assert not is_known(world, client)
    assert manage(world, "GET", client).status == 401
    names = [one.client_id for one in clients.list_all(world.services)]
    assert client["client_id"] not in names


def test_a_stage_may_say_for_how_long(world: World) -> None:
    """REGISTRATION_UNUSED."""
    tell.set_up(world, registration_unused=HOUR)
    client = tell.registered(world)
    world.clock.forward(HOUR)
    assert not is_known(world, client)


def test_a_code_makes_it_outlive_the_refresh_token(world: World) -> None:
    """The client stands as long as anything that it was given, and a day more."""
    client = tell.registered(world)
    given = tell.redeem(world, client, tell.code(world, client)).json
    assert expiry(world, client) == world.clock() + MONTH + DAY
    world.clock.forward(MONTH - 1)
    assert tell.refresh(world, client, given["refresh_token"]).status == 200


def test_refreshing_keeps_it(world: World) -> None:
    """For a year and more, if need be: the grant ends it, never the registration."""
    client = tell.registered(world)
    token = tell.redeem(world, client, tell.code(world, client)).json["refresh_token"]
    for _ in range(12):
        world.clock.forward(29 * DAY)
        reply = tell.refresh(world, client, token)
        assert reply.status == 200
        token = reply.json["refresh_token"]
        names = [one.client_id for one in clients.list_all(world.services)]
        assert client["client_id"] in names


def test_it_is_written_at_most_once_a_day(world: World) -> None:
    """However often it refreshes; its name in the directory about once a month."""
    client = tell.registered(world)
    token = tell.redeem(world, client, tell.code(world, client)).json["refresh_token"]
    moved = []
    for _ in range(60):
        world.clock.forward(2 * HOUR)
        world.aws.reset()
        token = tell.refresh(world, client, token).json["refresh_token"]
        moved.append(sum(name.startswith("A#") for name in world.writes()))
        assert sum(moved) <= 1 + len(moved) // 12
    assert sum(moved) in (4, 5)


def test_the_name_in_the_directory_outlives_it(world: World) -> None:
    """It lapses by itself as well, and needs no look at what it names."""
    client = tell.registered(world)
    (entry,) = [
        item
        for item in world.items()
        if item["pk"]["S"] == "I#self-registered client" and item["sk"]["S"] == client["client_id"]
    ]
    assert expiry(world, client) + MONTH <= int(entry["x"]["N"]) <= world.clock() + 3 * MONTH
    tell.code(world, client)
    world.clock.forward(2 * MONTH + 2 * DAY)
    names = [one.client_id for one in clients.list_all(world.services)]
    assert client["client_id"] not in names


def test_a_code_of_a_lapsed_registration_is_not_made(world: World) -> None:
    """The page was open for too long: nothing is issued to what is not there."""
    client = tell.registered(world)
    world.clock.forward(DAY - 5)
    uri = client["redirect_uris"][0]
    url = world.authorize_url(client_id=client["client_id"], redirect_uri=uri, scope="read")
    browser = world.browser().open(url).sign_in()
    world.clock.forward(10)
    browser.allow()
    assert browser.arrived is None
    assert "not known" in browser.page.text


def test_one_that_was_removed_meanwhile_gets_nothing(world: World) -> None:
    """Another process has it in memory still: the write says that it is gone."""
    client = tell.registered(world, CONFIDENTIAL)
    asked = {"client_id": client["client_id"], "redirect_uri": tell.WEB, "scope": "read"}
    browser = world.browser().open(world.authorize_url(**asked)).sign_in()
    clients.delete(client["client_id"], world.new_services())
    browser.allow()
    assert (browser.arrived or {}).get("error") == "unauthorized_client"


def test_clients_of_operators_never_lapse(world: World) -> None:
    """And nothing is written for them."""
    world.code()
    world.aws.reset()
    world.tokens()
    assert not [name for name in world.writes() if name.startswith("A#")]


def test_an_operator_sees_who_registered_itself(world: World) -> None:
    """After the others, from a directory of their own: a flood does not hide those."""
    client = tell.registered(world, PUBLIC)
    found = list(clients.list_all(world.services))
    assert found[-1].client_id == client["client_id"]
    assert [one.registered_by for one in found] == ["operator"] * 3 + ["dynamic"]
