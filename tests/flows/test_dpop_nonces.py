"""Nonces that the server has clients put into their proofs. RFC 9449 sections 8 and 9."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.administration import clients
from chalicelib.possession.dpop import NONCE_PERIOD
from chalicelib.values import replace
from tests import dpop
from tests.dpop import ALICE, LEFT_OUT, MACHINE
from tests.emulated_aws import Recorder
from tests.reply import Reply
from tests.world import REDIRECT, World

HEADER = "DPoP-Nonce"


@pytest.fixture(scope="module")
def demanding(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[World]:
    """A stage that wants a nonce in every proof."""
    world = World(*emulated)
    world.settings = replace(world.settings, dpop_nonce=True)
    world.restart()
    world.member = world.browser()
    world.code(world.member)
    yield world
    world.close()


@pytest.fixture
def world(demanding: World) -> World:
    demanding.next_test()
    return demanding


def machine(world: World, **changes: object) -> Reply:
    """A machine's request with a new proof."""
    return dpop.post(world, dpop.CREDENTIALS, auth=MACHINE, **changes)


def needs(reply: Reply, status: int = 400) -> str:
    """The nonce that a refusal asks for."""
    assert (reply.status, reply.json["error"]) == (status, "use_dpop_nonce"), reply.text
    return str(reply.header(HEADER))


def test_a_nonce_is_asked_for_and_taken(world: World) -> None:
    """RFC 9449 section 8: refused with one, and good with it."""
    nonce = needs(machine(world))
    answer = machine(world, nonce=nonce)
    assert answer.json["token_type"] == "DPoP"
    assert answer.header(HEADER) == nonce


def test_one_nonce_is_good_for_many_proofs(world: World) -> None:
    """At the token endpoint, of any client, in any process."""
    nonce = needs(machine(world))
    world.restart()
    assert machine(world, nonce=nonce).status == 200
    assert dpop.redeem(world, world.code(), nonce=nonce).status == 200


def test_nonces_rotate(world: World) -> None:
    """Each is given for a period and taken for two; every answer has the newest."""
    world.clock.forward(NONCE_PERIOD - world.clock() % NONCE_PERIOD)
    first = needs(machine(world))
    world.clock.forward(NONCE_PERIOD - 1)
    assert machine(world, nonce=first).header(HEADER) == first
    world.clock.forward(1)
    second = machine(world, nonce=first).header(HEADER)
    assert second not in (None, first)
    world.clock.forward(NONCE_PERIOD - 1)
    assert machine(world, nonce=first).status == 200
    world.clock.forward(1)
    third = needs(machine(world, nonce=first))
    assert third not in (first, second)
    assert machine(world, nonce=second).status == machine(world, nonce=third).status == 200


@pytest.mark.parametrize("nonce", ["", "x", 1, None, [], {}, True, "é", "A" * 43, "x" * 2000])
def test_a_nonce_that_is_not_ours_is_refused(world: World, nonce: object) -> None:
    """Of whatever type; and nothing is written."""
    world.aws.reset()
    assert len(needs(machine(world, nonce=nonce))) == 43
    assert world.writes() == []


def test_a_nonce_in_a_list_or_cut_short_is_refused(world: World) -> None:
    """It is compared whole."""
    nonce = needs(machine(world))
    for wrong in ([nonce], nonce[:-1], f"{nonce}=", f" {nonce}", nonce.lower()):
        needs(machine(world, nonce=wrong))


def test_the_nonce_of_another_stage_is_refused(
    world: World, emulated: tuple[str, Recorder, dict[str, dict[str, str]]]
) -> None:
    """It is keyed with the stage's salt."""
    other = World(*emulated)
    other.settings = replace(other.settings, dpop_nonce=True)
    other.restart()
    other.clock.forward(world.clock() - other.clock())
    nonce = needs(machine(other))
    other.close()
    assert needs(machine(world, nonce=nonce)) != nonce


def test_what_is_wrong_besides_is_told_first(world: World) -> None:
    """A nonce would not help."""
    for changes in ({"htm": "GET"}, {"iat": 0}, {"header": {"typ": "JWT"}}):
        assert machine(world, **changes).json["error"] == "invalid_dpop_proof"


def test_a_code_waits_for_the_second_try(world: World) -> None:
    """The refusal burns nothing of it, and the same jti may come again with the nonce."""
    code = world.code()
    world.aws.reset()
    nonce = needs(dpop.redeem(world, code))
    assert world.writes() == []
    given = dpop.redeem(world, code, nonce=nonce).json
    needs(dpop.refresh(world, given["refresh_token"]))
    assert dpop.refresh(world, given["refresh_token"], nonce=nonce).status == 200


def test_a_nonce_is_no_licence_to_replay(world: World) -> None:
    """A proof is good once, its nonce or not."""
    proof = ALICE.at(world, nonce=needs(machine(world)))
    form, headers = dpop.CREDENTIALS, dpop.header(proof)
    assert world.post("/token", form, auth=MACHINE, headers=headers).status == 200
    again = world.post("/token", form, auth=MACHINE, headers=headers)
    assert again.json["error"] == "invalid_dpop_proof"


def test_userinfo_asks_for_one_as_well(world: World) -> None:
    """RFC 9449 section 9: with 401 and a challenge; every answer has the newest."""
    nonce = needs(machine(world))
    given = dpop.redeem(world, world.code(scope="openid email"), nonce=nonce).json
    refused = dpop.userinfo(world, given["access_token"])
    assert needs(refused, 401) == nonce
    (challenge,) = refused.headers_of("x-amzn-Remapped-WWW-Authenticate") or refused.headers_of(
        "WWW-Authenticate"
    )
    assert challenge.startswith("DPoP ")
    assert 'error="use_dpop_nonce"' in challenge
    answer = dpop.userinfo(world, given["access_token"], nonce=nonce)
    assert (answer.status, answer.header(HEADER)) == (200, nonce)


def test_bearer_tokens_are_left_alone(world: World) -> None:
    """Who sends no proof needs no nonce, and is given none."""
    reply = world.post("/token", dpop.CREDENTIALS, auth=MACHINE)
    assert (reply.status, reply.header(HEADER)) == (200, None)
    token = world.tokens(scope="openid")["access_token"]
    assert world.userinfo(token).header(HEADER) is None


def test_scripts_may_read_the_nonce(world: World) -> None:
    """Of other sites as well."""
    reply = machine(world)
    assert HEADER in (reply.header("Access-Control-Expose-Headers") or "").split(", ")


def test_a_single_client_can_be_held_to_it(signed_in: World) -> None:
    """require_dpop_nonce, on a stage that asks nobody else; at /userinfo too."""
    world, name = signed_in, "nonces"
    metadata = {"client_id": name, "client_secret": f"{name}secret", "redirect_uris": [REDIRECT]}
    clients.create({**metadata, "require_dpop_nonce": True}, world.services)
    world.clock.forward(1)
    code = world.code(client_id=name, scope="openid")
    nonce = needs(dpop.redeem(world, code, client=name))
    given = dpop.redeem(world, code, client=name, nonce=nonce)
    assert given.header(HEADER) == nonce
    token = given.json["access_token"]
    assert needs(dpop.userinfo(world, token), 401) == nonce
    assert dpop.userinfo(world, token, nonce=nonce).header(HEADER) == nonce
    assert machine(world, nonce=LEFT_OUT).status == machine(world, nonce="x").status == 200
    assert machine(world).header(HEADER) is None
