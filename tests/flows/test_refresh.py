"""Refresh tokens: rotation, retries, replays, and what a refresh may ask for.

RFC 6749 section 6, RFC 9700 section 4.14, docs/storage.md.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

from chalicelib.administration import Refused, clients, resources
from tests.reply import Reply, claims
from tests.world import REDIRECT, World

DAY = 24 * 60 * 60
OTHER = {
    "resource": "https://other.example.com",
    "name": "Other",
    "scopes": {"list": "List your things"},
}


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


def is_invalid_grant(reply: Reply) -> None:
    """Refused, and the client is not told why."""
    assert (reply.status, reply.json["error"]) == (400, "invalid_grant")


def test_each_refresh_gives_a_new_token(world: World) -> None:
    """The successor works, and so does its successor."""
    token, seen = world.tokens()["refresh_token"], set()
    for _ in range(5):
        seen.add(token)
        token = world.refresh(token).json["refresh_token"]
    assert len(seen | {token}) == 6


@pytest.mark.parametrize("seconds", [0, 60])
def test_a_retry_within_the_grace_gets_the_same_successor(world: World, seconds: int) -> None:
    """The answer was lost, or two tabs were at it: no fork, no punishment."""
    token = world.tokens()["refresh_token"]
    first = world.refresh(token).json
    world.clock.forward(seconds)
    again = world.refresh(token)
    assert again.json["refresh_token"] == first["refresh_token"]
    assert world.refresh(first["refresh_token"]).status == 200


def test_a_retry_writes_nothing(world: World) -> None:
    """The successor is computed, not stored."""
    token = world.tokens()["refresh_token"]
    world.refresh(token)
    world.aws.reset()
    world.refresh(token)
    assert world.writes() == []


def test_after_the_grace_the_family_is_revoked(world: World) -> None:
    """Too late for a retry: two hold the token, and one is a thief."""
    token = world.tokens()["refresh_token"]
    successor = world.refresh(token).json
    world.clock.forward(61)
    is_invalid_grant(world.refresh(token))
    is_invalid_grant(world.refresh(successor["refresh_token"]))
    assert world.introspect(successor["access_token"]) == {"active": False}
    assert len(world.events("token.reuse_detected")) == 1


@pytest.mark.parametrize("rotations", [2, 3, 7])
def test_an_older_token_revokes_the_family_at_once(world: World, rotations: int) -> None:
    """Within the grace too: its successor was used, so the answer had arrived."""
    token = old = world.tokens()["refresh_token"]
    for _ in range(rotations):
        token = world.refresh(token).json["refresh_token"]
    is_invalid_grant(world.refresh(old))
    is_invalid_grant(world.refresh(token))


@pytest.mark.parametrize("changes", [{"scope": "unknown"}, {"resource": "https://x.example"}])
def test_a_replay_is_seen_whatever_else_it_asks_for(world: World, changes: dict[str, str]) -> None:
    """A thief's wrong scope or resource does not hide the replay."""
    old = world.tokens()["refresh_token"]
    token = world.refresh(world.refresh(old).json["refresh_token"]).json["refresh_token"]
    assert world.refresh(old, **changes).status == 400
    is_invalid_grant(world.refresh(token))


def test_a_replay_touches_no_other_family(world: World) -> None:
    """Another sign-in of the same user at the same client goes on."""
    browser = world.browser()
    other, mine = world.tokens(browser), world.tokens(browser)
    world.refresh(world.refresh(mine["refresh_token"]).json["refresh_token"])
    is_invalid_grant(world.refresh(mine["refresh_token"]))
    assert world.introspect(other["access_token"])["active"] is True
    assert world.refresh(other["refresh_token"]).status == 200


@pytest.mark.parametrize("cut", [0, 12, 24, 60, 66])
def test_a_forged_token_revokes_nothing(world: World, cut: int) -> None:
    """No change of a character finds the family, and none harms it."""
    token = world.refresh(world.tokens()["refresh_token"]).json["refresh_token"]
    world.aws.reset()
    forged = token[:cut] + ("B" if token[cut] == "A" else "A") + token[cut + 1 :]
    is_invalid_grant(world.refresh(forged))
    is_invalid_grant(world.refresh(token + "="))
    assert world.writes() == []
    assert world.refresh(token).status == 200


def test_the_scope_can_shrink_for_one_token(world: World) -> None:
    """The next refresh has the whole grant again (RFC 6749 section 6)."""
    token = world.tokens()["refresh_token"]
    smaller = world.refresh(token, scope="read").json
    assert smaller["scope"] == "read"
    assert claims(smaller["access_token"])["scope"] == "read"
    assert world.refresh(smaller["refresh_token"]).json["scope"] == "read write"


@pytest.mark.parametrize(
    "scope", ["read write admin", "openid read", "admin", "READ", "read  write"]
)
def test_the_scope_cannot_grow(world: World, scope: str) -> None:
    """Refused without effect."""
    token = world.tokens()["refresh_token"]
    world.aws.reset()
    assert world.refresh(token, scope=scope).json["error"] == "invalid_scope"
    assert world.writes() == []
    assert world.refresh(token).status == 200


def test_the_scope_does_not_grow_back_to_what_the_user_declined(world: World) -> None:
    """What was unticked stays out of reach."""
    browser = world.browser().open(world.authorize_url(prompt="consent"))
    browser.sign_in().allow(["read"])
    assert browser.arrived is not None
    tokens = world.redeem(browser.arrived["code"]).json
    assert tokens["scope"] == "read"
    refused = world.refresh(tokens["refresh_token"], scope="read write")
    assert refused.json["error"] == "invalid_scope"
    assert world.refresh(tokens["refresh_token"]).json["scope"] == "read"


@pytest.mark.parametrize(
    "resource",
    ["https://other.example.com", "https://id.example.com", "x", "https://api.example.com/x"],
)
def test_the_resource_cannot_change(world: World, resource: str) -> None:
    """Only one that the user was asked for; refused without effect."""
    with suppress(Refused):
        resources.create(OTHER, world.services)
    token = world.tokens()["refresh_token"]
    assert world.refresh(token, resource=resource).json["error"] == "invalid_target"
    assert world.refresh(token).status == 200


def test_two_resources_at_once_are_refused(world: World) -> None:
    """A token has one audience."""
    token = world.tokens()["refresh_token"]
    form = [("grant_type", "refresh_token"), ("refresh_token", token)]
    twice = [("resource", "https://api.example.com")] * 2
    reply = world.post("/token", form + twice, auth=("demoweb", "demowebsecret"))
    assert reply.json["error"] == "invalid_target"
    assert world.refresh(token, resource="https://api.example.com").status == 200


def test_another_client_is_refused_without_effect(world: World) -> None:
    """Also with a token that would revoke the family in its owner's hands."""
    clients.create(
        {
            "client_id": "other",
            "client_secret": "other-secret",
            "redirect_uris": [REDIRECT],
            "grant_types": ["authorization_code", "refresh_token"],
        },
        world.services,
    )
    old = world.tokens()["refresh_token"]
    token = world.refresh(world.refresh(old).json["refresh_token"]).json["refresh_token"]
    world.aws.reset()
    for stolen in (old, token):
        is_invalid_grant(world.refresh(stolen, auth=("other", "other-secret")))
        is_invalid_grant(world.refresh(stolen, auth=None, client_id="demospa"))
        assert world.refresh(stolen, auth=("demoweb", "wrong")).status == 401
    assert world.writes() == []
    assert world.refresh(token).status == 200


def test_an_unused_token_ends_after_thirty_days(world: World) -> None:
    """Each refresh starts the thirty days anew."""
    token = world.tokens()["refresh_token"]
    for _ in range(2):
        world.clock.forward(30 * DAY - 1)
        token = world.refresh(token).json["refresh_token"]
    world.clock.forward(30 * DAY)
    is_invalid_grant(world.refresh(token))


def test_a_grant_ends_after_a_year_however_often_it_is_refreshed(world: World) -> None:
    """The absolute end."""
    token = world.tokens()["refresh_token"]
    for _ in range(14):
        world.clock.forward(26 * DAY)
        token = world.refresh(token).json["refresh_token"]
    world.clock.forward(DAY)
    is_invalid_grant(world.refresh(token))


def test_a_client_without_the_grant_gets_no_refresh_token(world: World) -> None:
    """Neither with offline_access, nor may it present one."""
    clients.create(
        {"client_id": "short", "client_secret": "short-secret", "redirect_uris": [REDIRECT]},
        world.services,
    )
    code = world.code(client_id="short", scope="openid read offline_access")
    tokens = world.redeem(code, auth=("short", "short-secret")).json
    assert "refresh_token" not in tokens
    assert tokens["scope"] == "openid read"
    other = world.tokens()["refresh_token"]
    reply = world.refresh(other, auth=("short", "short-secret"))
    assert reply.json["error"] == "unauthorized_client"
