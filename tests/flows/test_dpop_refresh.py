"""Refresh tokens that are bound to a key, and stay so. RFC 9449 section 5."""

from __future__ import annotations

import pytest

from tests import dpop
from tests.dpop import ALICE, MALLORY
from tests.reply import Reply, claims
from tests.world import World


@pytest.fixture
def world(signed_in: World) -> World:
    return signed_in


def is_refused(reply: Reply, error: str, words: str = "") -> None:
    assert (reply.status, reply.json["error"]) == (400, error), reply.text
    assert words in reply.json["error_description"]


def test_a_public_clients_refresh_token_is_bound_to_its_key(world: World) -> None:
    """Section 5: another key, or none, changes nothing; the right one goes on, time after time."""
    token = dpop.tokens(world, client="demospa")["refresh_token"]
    for _ in range(2):
        world.aws.reset()
        reply = dpop.refresh(world, token, MALLORY, client="demospa")
        is_refused(reply, "invalid_grant", "another key")
        is_refused(dpop.refresh(world, token, None, client="demospa"), "invalid_grant", "none")
        assert world.writes() == []
        answer = dpop.refresh(world, token, client="demospa").json
        assert answer["token_type"] == "DPoP"
        token = answer["refresh_token"]


def test_a_confidential_client_may_change_its_key(world: World) -> None:
    """Its secret binds the refresh token; but a bound family gives no bearer token, ever."""
    token = dpop.tokens(world)["refresh_token"]
    for prover in (ALICE, MALLORY, ALICE):
        world.aws.reset()
        is_refused(dpop.refresh(world, token, None), "invalid_grant", "shows none")
        assert world.writes() == []
        answer = dpop.refresh(world, token, prover).json
        assert claims(answer["access_token"])["cnf"] == {"jkt": prover.jkt}
        token = answer["refresh_token"]


@pytest.mark.parametrize("client", ["demoweb", "demospa"])
def test_an_unbound_family_is_bound_by_its_first_proof(world: World, client: str) -> None:
    """From then on there is no way back."""
    token = dpop.tokens(world, None, client=client)["refresh_token"]
    first = dpop.refresh(world, token, None, client=client).json
    assert first["token_type"] == "Bearer"
    second = dpop.refresh(world, first["refresh_token"], client=client).json
    assert second["token_type"] == "DPoP"
    is_refused(dpop.refresh(world, second["refresh_token"], None, client=client), "invalid_grant")
    stranger = dpop.refresh(world, second["refresh_token"], MALLORY, client=client)
    assert stranger.status == (200 if client == "demoweb" else 400)


@pytest.mark.parametrize("client", ["demoweb", "demospa"])
def test_a_lost_answer_is_asked_for_again_with_a_new_proof(world: World, client: str) -> None:
    """It is the same refresh token, and the right to it is the key's alone."""
    token = dpop.tokens(world, client=client)["refresh_token"]
    answer = dpop.refresh(world, token, client=client).json
    again = dpop.refresh(world, token, client=client).json
    assert again["refresh_token"] == answer["refresh_token"]
    assert again["token_type"] == "DPoP"
    is_refused(dpop.refresh(world, token, None, client=client), "invalid_grant")
    assert dpop.refresh(world, again["refresh_token"], client=client).status == 200


@pytest.mark.parametrize("client", ["demoweb", "demospa"])
def test_a_lost_answer_of_an_unbound_family_binds_it_as_well(world: World, client: str) -> None:
    """The refresh token that comes with a bound token is bound."""
    token = dpop.tokens(world, None, client=client)["refresh_token"]
    dpop.refresh(world, token, None, client=client)
    answer = dpop.refresh(world, token, client=client).json
    assert answer["token_type"] == "DPoP"
    is_refused(dpop.refresh(world, answer["refresh_token"], None, client=client), "invalid_grant")
    assert dpop.refresh(world, answer["refresh_token"], client=client).status == 200


def test_an_old_refresh_token_ends_its_family_with_any_proof_or_none(world: World) -> None:
    """Whoever has it has stolen it, or was stolen from."""
    for prover in (ALICE, MALLORY, None):
        old = dpop.tokens(world, client="demospa")["refresh_token"]
        second = dpop.refresh(world, old, client="demospa").json["refresh_token"]
        newest = dpop.refresh(world, second, client="demospa").json["refresh_token"]
        is_refused(dpop.refresh(world, old, prover, client="demospa"), "invalid_grant")
        is_refused(dpop.refresh(world, newest, client="demospa"), "invalid_grant")


def test_the_key_changes_nothing_of_a_users_rights(world: World) -> None:
    """A revoked grant is over, whoever holds the key."""
    given = dpop.tokens(world)
    world.revoke(given["refresh_token"])
    is_refused(dpop.refresh(world, given["refresh_token"]), "invalid_grant")
    assert world.introspect(given["access_token"]) == {"active": False}
