"""Many with one proof, and many with proofs of their own. RFC 9449 section 11.1."""

from __future__ import annotations

from functools import partial

import pytest

from tests import dpop
from tests.dpop import ALICE, CREDENTIALS, MACHINE
from tests.races.starting_line import ROUNDS, all_at_once, racers, statuses
from tests.reply import Reply
from tests.world import REDIRECT, VERIFIER, World

pytestmark = pytest.mark.emulator


def errors(replies: list[Reply]) -> set[str]:
    """The codes of those that were refused."""
    return {reply.json["error"] for reply in replies if reply.status != 200}


def test_one_of_many_has_the_use_of_a_proof(stage: World) -> None:
    """The others are told that it was used."""
    worlds = racers(stage)
    for _ in range(ROUNDS):
        headers = dpop.header(ALICE.at(stage))
        act = {"auth": MACHINE, "headers": headers}
        replies = all_at_once(
            [partial(world.post, "/token", CREDENTIALS, **act) for world in worlds]
        )
        assert statuses(replies) == {200: 1, 400: len(worlds) - 1}
        assert errors(replies) == {"invalid_dpop_proof"}


def test_one_of_many_redeems_a_code_with_a_proof(stage: World) -> None:
    """Who sends the same request again is stopped at the proof: the tokens of the first live on."""
    worlds = racers(stage)
    for _ in range(ROUNDS):
        form = {
            "grant_type": "authorization_code",
            "code": stage.code(dpop_jkt=ALICE.jkt),
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
        }
        act = {"auth": ("demoweb", "demowebsecret"), "headers": dpop.header(ALICE.at(stage))}
        replies = all_at_once([partial(world.post, "/token", form, **act) for world in worlds])
        assert statuses(replies) == {200: 1, 400: len(worlds) - 1}
        assert errors(replies) == {"invalid_dpop_proof"}
        (winner,) = (reply.json for reply in replies if reply.status == 200)
        assert dpop.refresh(stage, winner["refresh_token"]).status == 200


def test_parallel_refreshes_of_a_bound_family_agree(stage: World) -> None:
    """Each with a proof of its own."""
    worlds = racers(stage)
    for _ in range(ROUNDS):
        token = dpop.tokens(stage, client="demospa")["refresh_token"]
        replies = all_at_once(
            [partial(dpop.refresh, world, token, client="demospa") for world in worlds]
        )
        assert statuses(replies) == {200: len(worlds)}
        assert len({reply.json["refresh_token"] for reply in replies}) == 1


def test_a_family_that_is_being_bound_has_no_way_back(stage: World) -> None:
    """Some refresh with a proof, some without: once one was bound, all that follows is."""
    worlds = racers(stage)
    for _ in range(ROUNDS):
        token = dpop.tokens(stage, None, client="demospa")["refresh_token"]
        acts = [
            partial(dpop.refresh, world, token, ALICE if number % 2 else None, client="demospa")
            for number, world in enumerate(worlds)
        ]
        given = [reply.json for reply in all_at_once(acts) if reply.status == 200]
        assert len({answer["refresh_token"] for answer in given}) == 1
        if any(answer["token_type"] == "DPoP" for answer in given):
            following = given[0]["refresh_token"]
            assert dpop.refresh(stage, following, None, client="demospa").status == 400
            assert dpop.refresh(stage, following, client="demospa").status == 200


def test_a_proof_at_userinfo_is_good_once(stage: World) -> None:
    """As at the token endpoint."""
    worlds = racers(stage)
    token = dpop.tokens(stage, scope="openid")["access_token"]
    for _ in range(ROUNDS):
        proofs = [ALICE.at(stage, "/userinfo", "GET", token=token)]
        replies = all_at_once(
            [partial(dpop.userinfo, world, token, proofs=proofs) for world in worlds]
        )
        assert statuses(replies) == {200: 1, 401: len(worlds) - 1}
        assert errors(replies) == {"invalid_dpop_proof"}
