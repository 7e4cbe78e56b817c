"""Every way in which a token is revoked shows in its list, and ends it at every resource server.

draft-ietf-oauth-status-list-21; docs/decisions/0034.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.administration import clients, grants, sessions, users
from tests.browser import Browser
from tests.emulated_aws import Fault
from tests.flows.listed import API, ResourceServer, machine_token, place, revoked, switch
from tests.reply import claims
from tests.stage import CHEAPEST
from tests.world import World

TTL = 60


@pytest.fixture
def world(world: World) -> World:
    """A server whose API has status lists."""
    switch(world)
    return world


@dataclass
class Given:
    """A token and what came with it, another grant of the same browser, and a stranger's."""

    world: World
    browser: Browser
    code: str
    tokens: dict[str, Any]

    @property
    def text(self) -> str:
        return str(self.tokens["access_token"])

    @property
    def user(self) -> Any:
        return users.find("demo@example.com", self.world.services)


def revoke_refresh_token(given: Given) -> None:
    assert given.world.revoke(given.tokens["refresh_token"]).status == 200


def revoke_access_token(given: Given) -> None:
    assert given.world.revoke(given.text).status == 200


def replay_code(given: Given) -> None:
    assert given.world.redeem(given.code).status == 400


def replay_refresh_token(given: Given) -> None:
    first = given.tokens["refresh_token"]
    second = given.world.refresh(first).json["refresh_token"]
    given.world.refresh(second)
    assert given.world.refresh(first).status == 400


def sign_out(given: Given) -> None:
    given.browser.open(f"{given.world.issuer}/logout").submit("logout")


def end_sessions(given: Given) -> None:
    assert sessions.end(given.user, None, given.world.services)


def revoke_grant(given: Given) -> None:
    mine = given.world.introspect(given.tokens["refresh_token"])
    assert mine["active"]
    found = [
        grant
        for grant in users.grants_of(given.user, given.world.services)
        if given.world.services.table and place_in(grant) == place(given.text)[1]
    ]
    (grant,) = found
    grants.revoke(given.user, grant.grant_id, given.world.services)


def place_in(grant: Any) -> int | None:
    return None if grant.place is None else grant.place % 2**20


def disconnect(given: Given) -> None:
    assert grants.disconnect(given.user, "demoweb", given.world.services)


def revoke_user(given: Given) -> None:
    users.revoke(given.user, given.world.services)


def change_password(given: Given) -> None:
    users.update(given.user, given.world.services, password="another-one", cost=CHEAPEST)


def disable_user(given: Given) -> None:
    users.update(given.user, given.world.services, disabled=True)


def delete_user(given: Given) -> None:
    users.delete("demo@example.com", given.world.services)


def revoke_client(given: Given) -> None:
    clients.revoke("demoweb", given.world.services)


def delete_client(given: Given) -> None:
    clients.delete("demoweb", given.world.services)


Act = Callable[[Given], None]
ITS_OWN: list[Act] = [
    revoke_refresh_token,
    revoke_access_token,
    replay_code,
    replay_refresh_token,
    revoke_grant,
]
ALL_OF_THE_USER: list[Act] = [
    sign_out,
    end_sessions,
    disconnect,
    revoke_user,
    change_password,
    disable_user,
    delete_user,
]
ALL_OF_THE_CLIENT: list[Act] = [revoke_client, delete_client]


def given_token(world: World) -> Given:
    """A user's token of demoweb, in a browser that is signed in."""
    browser = world.browser()
    code = world.code(browser)
    reply = world.redeem(code)
    assert reply.status == 200, reply.text
    world.clock.forward(1)
    return Given(world, browser, code, reply.json)


@pytest.mark.parametrize("act", ITS_OWN + ALL_OF_THE_USER + ALL_OF_THE_CLIENT)
def test_a_revoked_token_ends_everywhere_within_the_cache_time(world: World, act: Act) -> None:
    """No stranger does; another grant of the same session, only where that is meant."""
    given = given_token(world)
    sibling = world.tokens(given.browser)["access_token"]
    stranger = machine_token(world)
    server = ResourceServer(world)
    assert [server.refusal(text) for text in (given.text, sibling, stranger)] == [None] * 3
    act(given)
    world.clock.forward(TTL)
    assert server.refusal(given.text) == "NotActive"
    assert server.refusal(sibling) == (None if act in ITS_OWN else "NotActive")
    assert server.refusal(stranger) is None


@pytest.mark.parametrize("act", ITS_OWN + ALL_OF_THE_USER)
def test_the_bit_is_set_for_any_verifier(world: World, act: Act) -> None:
    """Nothing of our own is needed to see it."""
    given = given_token(world)
    stranger = machine_token(world)
    act(given)
    assert revoked(world, given.text, stranger) == [True, False]


def test_a_machines_token_is_revoked_alone(world: World) -> None:
    """Each has a place of its own."""
    one, other = machine_token(world), machine_token(world)
    assert world.revoke(one, auth=("demomachine", "demomachinesecret")).status == 200
    assert revoked(world, one, other) == [True, False]


def test_an_access_token_that_is_revoked_takes_its_siblings_along(world: World) -> None:
    """They share a place; what is refreshed afterwards has another one, and lives."""
    given = given_token(world)
    refreshed = world.refresh(given.tokens["refresh_token"]).json
    assert place(refreshed["access_token"]) == place(given.text)
    assert world.revoke(given.text).status == 200
    again = world.refresh(refreshed["refresh_token"]).json["access_token"]
    assert revoked(world, given.text, refreshed["access_token"], again) == [True, True, False]


@pytest.mark.parametrize("act", [sign_out, revoke_refresh_token, revoke_user])
def test_a_later_place_ends_as_well(world: World, act: Act) -> None:
    """One that the grant got after another one was revoked."""
    given = given_token(world)
    world.revoke(given.text)
    given.tokens = world.refresh(given.tokens["refresh_token"]).json
    world.clock.forward(1)
    act(given)
    assert revoked(world, given.text) == [True]


def test_a_grant_for_when_the_user_is_away_outlives_the_session(world: World) -> None:
    """Its place is not noted there (docs/decisions/0023)."""
    browser = world.browser()
    away = world.tokens(browser, scope="read offline_access")["access_token"]
    bound = world.tokens(browser, scope="read")["access_token"]
    browser.open(f"{world.issuer}/logout").submit("logout")
    assert revoked(world, away, bound) == [False, True]


def test_a_session_that_signs_in_again_keeps_its_places(world: World) -> None:
    """What was given before ends with the session that took the old one's place."""
    browser = world.browser()
    before = world.tokens(browser, scope="read")["access_token"]
    world.clock.forward(1)
    world.code(browser, scope="read", prompt="login")
    browser.open(f"{world.issuer}/logout").submit("logout")
    assert revoked(world, before) == [True]


def test_tokens_of_a_grant_share_a_place_and_grants_do_not(world: World) -> None:
    """However they were made."""
    browser = world.browser()
    first, second = world.tokens(browser), world.tokens(browser)
    refreshed = world.refresh(first["refresh_token"]).json
    texts = [first["access_token"], refreshed["access_token"]]
    others = [second["access_token"], machine_token(world), machine_token(world)]
    assert len({place(text) for text in texts}) == 1
    assert len({place(text) for text in texts + others}) == 4


def test_a_revoked_place_is_forgotten_when_its_last_token_has_ended(world: World) -> None:
    """So lists do not grow with all that ever was."""
    given = given_token(world)
    revoke_refresh_token(given)
    assert revoked(world, given.text) == [True]
    # Its longest token lives 600 seconds, and some minutes are for requests on their way.
    world.clock.forward(600 + 240)
    assert revoked(world, given.text) == [False]


def test_a_longer_life_is_noted_before_a_token_has_it(world: World) -> None:
    """An operator has made the resource's tokens live longer meanwhile."""
    browser = world.browser()
    tokens = world.tokens(browser)
    switch(world, access_token_lifetime=7200)
    longer = world.refresh(tokens["refresh_token"]).json["access_token"]
    assert place(longer) == place(tokens["access_token"])
    browser.open(f"{world.issuer}/logout").submit("logout")
    world.clock.forward(7200 - 60)
    assert revoked(world, longer) == [True]


def test_a_resource_that_did_not_ask_has_no_places(world: World) -> None:
    """Nor does a token for this server itself."""
    switch(world, on=False)
    tokens = world.tokens(scope="openid read")
    assert "status" not in claims(tokens["access_token"])
    switch(world)
    own = world.refresh(tokens["refresh_token"], resource=world.issuer).json["access_token"]
    assert "status" not in claims(own)
    later = world.refresh(world.tokens()["refresh_token"], resource=API).json["access_token"]
    assert place(later)


def test_a_grant_gets_its_place_with_its_first_listed_token(world: World) -> None:
    """Also when it had lived long without."""
    switch(world, on=False)
    browser = world.browser()
    tokens = world.tokens(browser)
    switch(world)
    refreshed = world.refresh(tokens["refresh_token"]).json
    browser.open(f"{world.issuer}/logout").submit("logout")
    assert revoked(world, refreshed["access_token"]) == [True]


def test_a_retry_within_the_grace_has_the_same_place(world: World) -> None:
    """The first answer was lost."""
    switch(world, on=False)
    tokens = world.tokens()
    switch(world)
    first = world.refresh(tokens["refresh_token"]).json
    again = world.refresh(tokens["refresh_token"]).json
    assert place(first["access_token"]) == place(again["access_token"])


def test_introspection_tells_the_place(world: World) -> None:
    """As it tells what a token is bound to."""
    text = world.tokens()["access_token"]
    assert world.introspect(text)["status"] == claims(text)["status"]


def test_processes_share_no_places(world: World) -> None:
    """Each has a lease of its own, and an answer that is lost gives none out twice."""
    lists = [world.new_services().status_lists for _ in range(4)]
    world.aws.faults.append(Fault("UpdateItem", "drop_after", skip=2, times=3))
    found = [one.allocate() for _ in range(80) for one in lists]
    world.aws.reset()
    assert len(set(found)) == len(found) == 320
