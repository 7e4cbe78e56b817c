"""Authorization codes: once, for one client, for one request, for a minute.

RFC 6749 sections 4.1.2 and 4.1.3, RFC 7636, RFC 9700 section 2.1.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

from chalicelib.administration import Refused, clients
from tests.reply import Reply, challenge
from tests.world import REDIRECT, World

SPA = {"client_id": "demospa"}


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


def is_invalid_grant(reply: Reply) -> None:
    """Refused, and the client is not told why."""
    assert (reply.status, reply.json["error"]) == (400, "invalid_grant")


def test_a_code_is_redeemed_once(world: World) -> None:
    """The second presentation is refused and revokes what the first obtained."""
    code = world.code()
    tokens = world.redeem(code).json
    is_invalid_grant(world.redeem(code))
    assert world.introspect(tokens["access_token"]) == {"active": False}
    assert world.introspect(tokens["refresh_token"]) == {"active": False}
    is_invalid_grant(world.refresh(tokens["refresh_token"]))
    assert len(world.events("token.reuse_detected")) == 1


def test_a_second_presentation_revokes_what_was_refreshed_since(world: World) -> None:
    """Every token that came from the code is dead, however late."""
    code = world.code()
    first = world.redeem(code).json
    second = world.refresh(first["refresh_token"]).json
    is_invalid_grant(world.redeem(code))
    assert world.introspect(second["access_token"]) == {"active": False}
    is_invalid_grant(world.refresh(second["refresh_token"]))


def test_a_second_presentation_touches_no_other_grant(world: World) -> None:
    """Another sign-in of the same user at the same client goes on."""
    browser = world.browser()
    other = world.tokens(browser)
    code = world.code(browser)
    world.redeem(code)
    world.redeem(code)
    assert world.introspect(other["access_token"])["active"] is True
    assert world.refresh(other["refresh_token"]).status == 200


def test_a_second_presentation_with_a_wrong_verifier_revokes_as_well(world: World) -> None:
    """Who has a used code and no verifier is no less suspicious."""
    code = world.code()
    tokens = world.redeem(code).json
    is_invalid_grant(world.redeem(code, code_verifier="x" * 43))
    is_invalid_grant(world.refresh(tokens["refresh_token"]))


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"auth": ("demoweb", "wrong")}, 401, "invalid_client"),
        ({"auth": ("demomachine", "demomachinesecret")}, 400, "unauthorized_client"),
        ({"auth": None}, 401, "invalid_client"),
        ({"auth": None, "client_id": "demoweb"}, 401, "invalid_client"),
        ({"auth": None, "client_id": "demospa"}, 400, "invalid_grant"),
        ({"redirect_uri": "https://evil.example/"}, 400, "invalid_grant"),
        ({"redirect_uri": REDIRECT + "/"}, 400, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:9000/demo/callback"}, 400, "invalid_grant"),
        ({"code_verifier": "x" * 43}, 400, "invalid_grant"),
        ({"code_verifier": "short"}, 400, "invalid_grant"),
        ({"code_verifier": "é" * 43}, 400, "invalid_grant"),
        ({"code_verifier": "v" * 10_240}, 400, "invalid_grant"),
        ({"code_verifier": ""}, 400, "invalid_grant"),
        ({"resource": "https://other.example.com"}, 400, "invalid_target"),
        ({"resource": "not a uri"}, 400, "invalid_target"),
    ],
    ids=repr,
)
def test_a_refused_request_does_not_burn_the_code(
    world: World, changes: dict[str, str], status: int, error: str
) -> None:
    """Prove first, spend last: the honest request that follows succeeds."""
    code = world.code()
    world.aws.reset()
    reply = world.redeem(code, **changes)  # type: ignore[arg-type]  # auth among them
    assert (reply.status, reply.json["error"]) == (status, error)
    assert world.writes() == []
    assert world.redeem(code).status == 200


def test_a_code_does_not_shift_to_another_client(world: World) -> None:
    """Another confidential client with the grant is refused, without effect."""
    register(world, {"client_id": "other", "client_secret": "other-secret"})
    code = world.code()
    is_invalid_grant(world.redeem(code, auth=("other", "other-secret")))
    tokens = world.redeem(code).json
    is_invalid_grant(world.redeem(code, auth=("other", "other-secret")))
    assert world.introspect(tokens["access_token"])["active"] is True


def test_a_code_lives_for_a_minute(world: World) -> None:
    """It is good in its last second and dead in the next."""
    early, late = world.code(), world.code()
    world.clock.forward(59)
    assert world.redeem(early).status == 200
    world.clock.forward(1)
    is_invalid_grant(world.redeem(late))


def test_the_redirect_uri_may_be_left_out_with_pkce(world: World) -> None:
    """OAuth 2.1 does not send it any more; RFC 6749 clients still do."""
    assert world.redeem(world.code(), redirect_uri="").status == 200


def test_the_verifier_belongs_to_its_own_code(world: World) -> None:
    """Two sign-ins of one client with different challenges do not mix."""
    one, other = "a" * 43, "b" * 43
    browser = world.browser()
    first = world.code(browser, code_challenge=challenge(one))
    second = world.code(browser, code_challenge=challenge(other))
    is_invalid_grant(world.redeem(first, code_verifier=other))
    assert world.redeem(first, code_verifier=one).status == 200
    assert world.redeem(second, code_verifier=other).status == 200


def register(world: World, metadata: dict[str, object]) -> None:
    """A client of the module's; the first test that needs it makes it."""
    with suppress(Refused):
        clients.create({**metadata, "redirect_uris": [REDIRECT]}, world.services)


@pytest.mark.parametrize("cut", [0, 12, 24, 66])
def test_a_changed_code_is_refused_without_effect(world: World, cut: int) -> None:
    """No other character in any part of it finds the grant, or burns it."""
    code = world.code()
    world.aws.reset()
    changed = code[:cut] + ("B" if code[cut] == "A" else "A") + code[cut + 1 :]
    is_invalid_grant(world.redeem(changed))
    is_invalid_grant(world.redeem(code + "="))
    is_invalid_grant(world.refresh(code))
    assert world.writes() == []
    assert world.redeem(code).status == 200


def test_a_code_is_no_refresh_token_and_a_refresh_token_no_code(world: World) -> None:
    """They look alike; each is refused in the other's place, without effect."""
    code = world.code()
    tokens = world.redeem(code).json
    world.aws.reset()
    is_invalid_grant(world.redeem(tokens["refresh_token"]))
    is_invalid_grant(world.refresh(code))
    assert world.writes() == []
    assert world.refresh(tokens["refresh_token"]).status == 200


def test_parameters_of_another_grant_are_ignored(world: World) -> None:
    """Only the grant's own parameters reach it: a scope here widens nothing."""
    tokens = world.redeem(world.code(scope="read"), scope="write", refresh_token="x").json
    assert tokens["scope"] == "read"
