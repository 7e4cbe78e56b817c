"""The ID token that is exchanged: whose, of when, and who still stands behind it.

draft-ietf-oauth-identity-assertion-authz-grant section 4.3.1, RFC 8693 section 2.2.2.
"""

from __future__ import annotations

import pytest

from chalicelib.administration import clients, grants, users
from chalicelib.protocol.grant_types import TOKEN_EXCHANGE
from tests.flows import exchanges
from tests.flows.exchanges import AUDIENCES, WIKI, exchange, given, id_token, is_refused
from tests.reply import claims
from tests.world import World


@pytest.fixture
def world(exchanging: World, signed_in: World) -> World:
    """The module's server, which makes assertions."""
    return signed_in


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_another_token_is_no_id_token(world: World, kind: str) -> None:
    """Whatever the request calls it."""
    is_refused(exchange(world, exchanges.tokens(world)[kind]))


def test_an_assertion_is_no_subject(world: World) -> None:
    """Nor is a logout token, or what another server has signed."""
    made = exchange(world, id_token(world)).json["access_token"]
    assert is_refused(exchange(world, made)).startswith("subject_token: is no ID token")
    for text in ("x", "x.y.z", made[:-4] + "AAAA"):
        is_refused(exchange(world, text))


def test_an_id_token_of_another_client(world: World) -> None:
    """Section 4.3.3: its aud must be the client that asks."""
    token = id_token(world, ("sister", "sister-secret"))
    assert is_refused(exchange(world, token)).startswith("subject_token: was issued to another")
    assert given(exchange(world, token, auth=("sister", "sister-secret")))


def test_an_id_token_from_before_the_client_had_the_grant(world: World) -> None:
    """It does not say what stands behind it."""
    late = exchanges.register(
        world,
        "late",
        grant_types=["authorization_code"],
        id_jag_audiences=None,
    )
    token = id_token(world, late)
    assert "grant" not in claims(token)
    both = {
        "grant_types": ["authorization_code", TOKEN_EXCHANGE],
        "id_jag_audiences": AUDIENCES,
    }
    clients.update("late", both, world.services)
    world.restart()
    assert "sign in again" in is_refused(exchange(world, token, auth=late))
    assert given(exchange(world, id_token(world, late), auth=late))


def test_only_who_may_exchange_is_told_the_grant(world: World) -> None:
    """ID tokens of all others stay as they were."""
    assert "grant" in claims(id_token(world))
    assert "grant" not in claims(world.tokens(scope="openid read")["id_token"])


def test_an_expired_id_token(world: World) -> None:
    """It proves a sign-in of then, and nothing of now."""
    token = id_token(world)
    world.clock.forward(599)
    assert given(exchange(world, token))
    world.clock.forward(1)
    assert is_refused(exchange(world, token)) == "subject_token: has expired."


@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
def test_who_has_signed_out(world: World, scope: str) -> None:
    """Also where the grant goes on without the user: the assertion says that somebody is here."""
    browser = world.browser()
    token = id_token(world, browser=browser, scope=scope)
    assert given(exchange(world, token))
    browser.open(f"{world.issuer}/logout?id_token_hint={token}")
    if "logout" in browser.page.forms:
        browser.submit("logout")
    assert "sign in again" in is_refused(exchange(world, token))


def test_another_sign_out_does_not_count(world: World) -> None:
    """Of another browser of the same user."""
    staying, leaving = world.browser(), world.browser()
    token = id_token(world, browser=staying)
    hint = id_token(world, browser=leaving)
    leaving.open(f"{world.issuer}/logout?id_token_hint={hint}")
    assert given(exchange(world, token))


def test_a_user_who_was_disabled_or_revoked(world: World) -> None:
    """At once."""
    user = users.find("demo@example.com", world.services)
    token = id_token(world, browser=world.browser())
    disabled = users.update(user, world.services, disabled=True)
    assert "sign in again" in is_refused(exchange(world, token))
    users.update(disabled, world.services, disabled=False)
    world.clock.forward(1)
    assert "sign in again" in is_refused(exchange(world, token))
    assert given(exchange(world, id_token(world, browser=world.browser())))


def test_a_grant_that_was_revoked(world: World) -> None:
    """By the operator, or because its code came twice."""
    token = id_token(world, browser=world.browser())
    user = users.find("demo@example.com", world.services)
    for grant in users.grants_of(user, world.services):
        if grant.client_id == WIKI[0]:
            grants.revoke(user, grant.grant_id, world.services)
    assert "sign in again" in is_refused(exchange(world, token))


def test_a_client_that_was_revoked(world: World) -> None:
    """Its ID tokens count no more."""
    ended = exchanges.register(world, "ended")
    token = id_token(world, ended, browser=world.browser())
    clients.revoke("ended", world.services)
    world.restart()
    assert "sign in again" in is_refused(exchange(world, token, auth=ended))


def test_a_client_that_took_over_a_name(world: World) -> None:
    """The token was the removed one's."""
    first = exchanges.register(world, "again")
    token = id_token(world, first)
    world.clock.forward(1)
    second = exchanges.register(world, "again")
    is_refused(exchange(world, token, auth=second))
