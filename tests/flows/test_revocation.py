"""Revocation: what dies with which token, and whose tokens a client may end. RFC 7009."""

from __future__ import annotations

import pytest

from tests.reply import Reply
from tests.world import World

WEB, MACHINE = ("demoweb", "demowebsecret"), ("demomachine", "demomachinesecret")
FORM = {"grant_type": "client_credentials", "scope": "read"}


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


def is_done(reply: Reply) -> None:
    """RFC 7009 section 2.2; the body is an object because some libraries parse every answer."""
    assert (reply.status, reply.json) == (200, {})


def test_an_access_token_dies_alone(world: World) -> None:
    """Its grant goes on, and so do its siblings."""
    tokens = world.tokens()
    is_done(world.revoke(tokens["access_token"]))
    assert world.introspect(tokens["access_token"]) == {"active": False}
    fresh = world.refresh(tokens["refresh_token"]).json
    assert world.introspect(fresh["access_token"])["active"] is True
    assert world.introspect(tokens["access_token"]) == {"active": False}


def test_a_refresh_token_takes_its_grant_along(world: World) -> None:
    """Every access token of it, and no other grant."""
    other, tokens = world.tokens(), world.tokens()
    fresh = world.refresh(tokens["refresh_token"]).json
    is_done(world.revoke(fresh["refresh_token"]))
    for token in (tokens["access_token"], fresh["access_token"], fresh["refresh_token"]):
        assert world.introspect(token) == {"active": False}
    assert world.refresh(fresh["refresh_token"]).json["error"] == "invalid_grant"
    assert world.introspect(other["access_token"])["active"] is True


@pytest.mark.parametrize("rotations", [1, 2, 5])
def test_an_old_refresh_token_of_the_family_ends_it_too(world: World, rotations: int) -> None:
    """The client may have lost the newest one."""
    old = token = world.tokens()["refresh_token"]
    for _ in range(rotations):
        token = world.refresh(token).json["refresh_token"]
    is_done(world.revoke(old))
    assert world.refresh(token).json["error"] == "invalid_grant"


def test_a_public_client_ends_its_own(world: World) -> None:
    """By naming itself: the token is the proof."""
    code = world.code(client_id="demospa")
    token = world.redeem(code, auth=None, client_id="demospa").json["refresh_token"]
    is_done(world.post("/revoke", {"token": token, "client_id": "demospa"}))
    refused = world.refresh(token, auth=None, client_id="demospa")
    assert refused.json["error"] == "invalid_grant"


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_another_clients_token_is_refused_without_effect(world: World, kind: str) -> None:
    """RFC 7009 section 2.1: the client is told; the token lives on."""
    tokens = world.tokens()
    world.aws.reset()
    for reply in (
        world.revoke(tokens[kind], MACHINE),
        world.post("/revoke", {"token": tokens[kind], "client_id": "demospa"}),
    ):
        assert (reply.status, reply.json["error"]) == (400, "invalid_grant")
    assert world.introspect(tokens[kind])["active"] is True
    assert world.refresh(tokens["refresh_token"]).status == 200


def test_an_old_token_of_another_client_is_refused_without_effect(world: World) -> None:
    """A genuine one of the family, in the wrong hands."""
    old = world.tokens()["refresh_token"]
    token = world.refresh(old).json["refresh_token"]
    reply = world.revoke(old, MACHINE)
    assert (reply.status, reply.json["error"]) == (400, "invalid_grant")
    assert world.refresh(token).status == 200


@pytest.mark.parametrize("cut", [0, 12, 24, 66])
def test_a_forged_refresh_token_ends_nothing(world: World, cut: int) -> None:
    """It is unknown, which is no error."""
    token = world.tokens()["refresh_token"]
    forged = token[:cut] + ("B" if token[cut] == "A" else "A") + token[cut + 1 :]
    is_done(world.revoke(forged))
    is_done(world.revoke(forged, MACHINE))
    assert world.refresh(token).status == 200


def test_a_code_is_unknown_to_revocation(world: World) -> None:
    """It is no token: no error, no effect, whoever sends it."""
    code = world.code()
    is_done(world.revoke(code))
    is_done(world.revoke(code, MACHINE))
    tokens = world.redeem(code).json
    is_done(world.revoke(code))
    assert world.introspect(tokens["access_token"])["active"] is True


def test_an_id_token_is_unknown_to_revocation(world: World) -> None:
    """It proves a sign-in and opens nothing."""
    tokens = world.tokens(scope="openid read")
    is_done(world.revoke(tokens["id_token"]))
    assert world.introspect(tokens["access_token"])["active"] is True


def test_revoking_twice_is_no_error(world: World) -> None:
    """Nor is an expired token."""
    tokens = world.tokens()
    for token in (tokens["access_token"], tokens["refresh_token"]):
        is_done(world.revoke(token))
        is_done(world.revoke(token))
    late = world.tokens()
    world.clock.forward(31 * 24 * 60 * 60)
    is_done(world.revoke(late["access_token"]))
    is_done(world.revoke(late["refresh_token"]))


@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "pizza"])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_the_hint_does_not_matter(world: World, kind: str, hint: str) -> None:
    """Wrong or unknown, the token is found (RFC 7009 section 2.1)."""
    token = world.tokens()[kind]
    is_done(world.post("/revoke", {"token": token, "token_type_hint": hint}, auth=WEB))
    assert world.introspect(token) == {"active": False}


def test_a_machines_token_can_be_revoked(world: World) -> None:
    """And another of the same machine lives on."""
    one, other = (world.post("/token", FORM, auth=MACHINE).json["access_token"] for _ in range(2))
    is_done(world.revoke(one, MACHINE))
    assert world.introspect(one, MACHINE) == {"active": False}
    assert world.introspect(other, MACHINE)["active"] is True


def test_a_revocation_is_remembered_by_every_process(world: World) -> None:
    """It is in the table before the answer goes out."""
    token = world.tokens()["access_token"]
    is_done(world.revoke(token))
    world.restart()
    assert world.introspect(token) == {"active": False}
