"""Refreshing at the same time as others, and as the end of the grant. See aws/grants.py."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from chalicelib.administration import clients, users
from tests.races.starting_line import ROUNDS, all_at_once, is_dead, racers, statuses
from tests.world import World

pytestmark = pytest.mark.emulator

End = Callable[[World, dict[str, Any]], object]


def test_parallel_refreshes_agree_on_one_successor(stage: World) -> None:
    """Tabs that refresh one token at once all get the same new one, and go on with it."""
    worlds = racers(stage)
    token = stage.tokens()["refresh_token"]
    for _ in range(ROUNDS):
        replies = all_at_once([partial(world.refresh, token) for world in worlds])
        assert statuses(replies) == {200: len(worlds)}
        (leaf,) = {reply.json["refresh_token"] for reply in replies}
        assert leaf != token
        assert all(stage.introspect(reply.json["access_token"])["active"] for reply in replies)
        token = leaf


def test_a_family_has_one_leaf_whatever_is_presented(stage: World) -> None:
    """Current and older tokens at once: whoever is served gets one and the same, or all is over."""
    worlds = racers(stage)
    for _ in range(ROUNDS):
        family = [stage.tokens()["refresh_token"]]
        for _ in range(2):
            family.append(stage.refresh(family[-1]).json["refresh_token"])
        replies = all_at_once(
            [partial(world.refresh, family[-1 - number % 3]) for number, world in enumerate(worlds)]
        )
        served = [reply.json for reply in replies if reply.status == 200]
        assert len({tokens["refresh_token"] for tokens in served} - set(family)) <= 1
        # A token two rotations old was among them: a replay, so the family is dead.
        assert all(is_dead(stage, tokens) for tokens in served)


def revoke_leaf(stage: World, tokens: dict[str, Any]) -> object:
    """The client revokes the refresh token that the others present."""
    reply = stage.revoke(tokens["refresh_token"])
    assert reply.status == 200
    return reply


def replay_code(stage: World, tokens: dict[str, Any]) -> object:
    """The code comes again."""
    reply = stage.redeem(tokens["code"])
    assert reply.json["error"] == "invalid_grant"
    return reply


def disable_user(stage: World, tokens: dict[str, Any]) -> object:
    """An operator disables the user."""
    user = users.find("demo@example.com", stage.services)
    return users.update(user, stage.services, disabled=True)


def revoke_user(stage: World, tokens: dict[str, Any]) -> object:
    """An operator ends everything of the user."""
    return users.revoke(users.find("demo@example.com", stage.services), stage.services)


def revoke_client(stage: World, tokens: dict[str, Any]) -> object:
    """An operator ends everything of the client."""
    return clients.revoke("demoweb", stage.services)


@pytest.mark.parametrize(
    "end", [revoke_leaf, replay_code, disable_user, revoke_user, revoke_client]
)
def test_the_end_of_a_grant_beats_its_refreshes(stage: World, end: End) -> None:
    """When the end has returned and the refreshes too, nothing that any of them got is accepted."""
    worlds = racers(stage, 11)
    for _ in range(3):
        code = stage.code()
        tokens = {**stage.redeem(code).json, "code": code}
        ending = partial(end, stage.twin(), tokens)
        refreshes = [partial(world.refresh, tokens["refresh_token"]) for world in worlds]
        replies = all_at_once([ending, *refreshes])[1:]
        assert is_dead(stage, tokens)
        assert all(is_dead(stage, reply.json) for reply in replies if reply.status == 200)
        assert stage.twin().redeem(code).status == 400
        users.update(users.find("demo@example.com", stage.services), stage.services, disabled=False)
        stage.clock.forward(61)
