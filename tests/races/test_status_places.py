"""Places in token status lists, given out and revoked by many at once. docs/decisions/0034."""

from __future__ import annotations

from functools import partial

import pytest

from tests.flows.listed import machine_token, place, revoked, switch
from tests.races.starting_line import RACERS, all_at_once, racers
from tests.world import World

pytestmark = pytest.mark.emulator


@pytest.fixture
def stage(stage: World) -> World:
    """A server whose API has status lists."""
    switch(stage)
    return stage


def test_parallel_first_tokens_have_different_places(stage: World) -> None:
    """Each in a process of its own; machines and grants of one session alike."""
    browser = stage.browser()
    codes = [stage.code(browser, scope="read") for _ in range(8)]
    worlds = racers(stage)
    acts = [partial(worlds[number].redeem, code) for number, code in enumerate(codes)]
    machines = [partial(machine_token, world) for world in worlds[8:]]
    replies = all_at_once([*acts, *machines])
    served = [reply for reply in replies[:8] if reply.status == 200]
    # Who lost the session's mark ten times is told to come again.
    assert all(reply.status in (200, 503) for reply in replies[:8])
    texts = [reply.json["access_token"] for reply in served] + replies[8:]
    assert len({place(text) for text in texts}) == len(texts)
    assert len(texts) >= RACERS - 8
    browser.open(f"{stage.issuer}/logout").submit("logout")
    of_session = [reply.json["access_token"] for reply in served]
    assert all(revoked(stage, *of_session))
    assert not any(revoked(stage, *replies[8:]))


def test_parallel_refreshes_agree_on_one_place(stage: World) -> None:
    """The grant had none before: the first request has its way."""
    switch(stage, on=False)
    token = stage.tokens(scope="read offline_access")["refresh_token"]
    switch(stage)
    replies = all_at_once([partial(world.refresh, token) for world in racers(stage)])
    assert {reply.status for reply in replies} == {200}
    assert len({place(reply.json["access_token"]) for reply in replies}) == 1


def test_a_token_that_is_made_while_its_session_ends_is_dead_as_well(stage: World) -> None:
    """Whoever is first: it is not given, or the list says that it is revoked."""
    browser = stage.browser()
    codes = [stage.code(browser, scope="read") for _ in range(6)]
    browser.open(f"{stage.issuer}/logout")
    worlds = racers(stage, len(codes))
    acts = [partial(world.redeem, code) for world, code in zip(worlds, codes, strict=True)]
    replies = all_at_once([*acts, lambda: browser.submit("logout")])
    served = [reply for reply in replies[:-1] if reply.status == 200]
    assert all(revoked(stage, *[reply.json["access_token"] for reply in served]))
