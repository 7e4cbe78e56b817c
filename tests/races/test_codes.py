"""Many who redeem one code at the same time. RFC 6749 section 4.1.2: a code is used once."""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pytest

from chalicelib.administration import users
from chalicelib.values import replace
from tests.races.other_process import at_the_line, redeem
from tests.races.starting_line import ROUNDS, all_at_once, is_dead, racers, statuses
from tests.world import REDIRECT, VERIFIER, World

pytestmark = pytest.mark.emulator

RACERS_EACH = 16  # in each of two processes


def test_one_of_many_redeems_a_code(stage: World) -> None:
    """One succeeds; the others' presentations are replays, so what it got is dead at the end."""
    worlds = racers(stage)
    for _ in range(ROUNDS):
        code = stage.code()
        replies = all_at_once([partial(world.redeem, code) for world in worlds])
        assert statuses(replies) == {200: 1, 400: len(worlds) - 1}
        assert {reply.json["error"] for reply in replies if reply.status == 400} == {
            "invalid_grant"
        }
        (winner,) = (reply for reply in replies if reply.status == 200)
        assert is_dead(stage, winner.json)


def test_two_processes_redeem_a_code_once(stage: World) -> None:
    """The same, with nothing shared but the table."""
    context = multiprocessing.get_context("spawn")
    line = context.Barrier(2 * RACERS_EACH)
    with ProcessPoolExecutor(
        2, mp_context=context, initializer=at_the_line, initargs=(line,)
    ) as pool:
        for _ in range(ROUNDS):
            form = {
                "grant_type": "authorization_code",
                "code": stage.code(),
                "redirect_uri": REDIRECT,
                "code_verifier": VERIFIER,
            }
            given = (stage.endpoint, stage.settings, stage.clock(), form, RACERS_EACH)
            running = [pool.submit(redeem, *given) for _ in range(2)]
            answers = [answer for one in running for answer in one.result(timeout=120)]
            assert Counter(status for status, _ in answers) == {200: 1, 400: 2 * RACERS_EACH - 1}
            (won,) = (json.loads(body) for status, body in answers if status == 200)
            assert is_dead(stage, won)


def test_codes_of_their_own_do_not_disturb_each_other(stage: World) -> None:
    """Each of many redeems its own code, at the same time, and all live on."""
    browser = stage.browser()
    worlds = racers(stage)
    codes = [stage.code(browser) for _ in worlds]
    replies = all_at_once(
        [partial(world.redeem, code) for world, code in zip(worlds, codes, strict=True)]
    )
    assert statuses(replies) == {200: len(worlds)}
    assert all(stage.introspect(reply.json["access_token"])["active"] for reply in replies)


def test_wrong_proofs_do_not_burn_a_code(stage: World) -> None:
    """Before the right one comes, any number may try with a wrong verifier or redirect URI."""
    worlds = racers(stage)
    wrong = [{"code_verifier": "x" * 43}, {"redirect_uri": "http://127.0.0.1:8000/other"}]
    for _ in range(ROUNDS):
        code = stage.code()
        replies = all_at_once(
            [
                partial(world.redeem, code, **wrong[number % 2])
                for number, world in enumerate(worlds)
            ]
        )
        assert statuses(replies) == {400: len(worlds)}
        assert stage.introspect(stage.redeem(code).json["access_token"])["active"]


def test_a_redemption_races_with_the_end_of_its_user(stage: World) -> None:
    """Once the user has been disabled, nothing of a code is accepted, whoever was first."""
    worlds = racers(stage, 8)
    for _ in range(ROUNDS):
        code = stage.code()
        user = users.find("demo@example.com", stage.services)
        disable = partial(users.update, user, stage.twin().services, disabled=True)
        replies = all_at_once([disable, *(partial(world.redeem, code) for world in worlds)])[1:]
        assert all(is_dead(stage, reply.json) for reply in replies if reply.status == 200)
        assert stage.twin().redeem(code).status == 400
        users.update(replace(user, disabled=True), stage.services, disabled=False)
        stage.clock.forward(1)
