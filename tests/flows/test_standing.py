"""A token is only good while its user, its client and its grant stand, at the moment of issue."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.administration import clients, resources, users
from tests.reply import Reply
from tests.world import World

MACHINE = ("demomachine", "demomachinesecret")


def disable(world: World) -> None:
    """The operator disables the user."""
    users.update(users.find("demo@example.com", world.services), world.services, disabled=True)


def change_password(world: World) -> None:
    """The operator gives the user a new password."""
    user = users.find("demo@example.com", world.services)
    users.update(user, world.services, password="another-password")


def delete_user(world: World) -> None:
    """The operator removes the user."""
    users.delete("demo@example.com", world.services)


def revoke_client(world: World) -> None:
    """The operator ends everything the client has; processes notice within a minute."""
    clients.revoke("demoweb", world.services)
    world.clock.forward(60)


def is_invalid_grant(reply: Reply) -> None:
    """Refused, and the client is not told why."""
    assert (reply.status, reply.json["error"]) == (400, "invalid_grant")


ENDS = pytest.mark.parametrize("end", [disable, change_password, delete_user, revoke_client])


@ENDS
def test_a_refresh_is_refused_afterwards(world: World, end: Callable[[World], None]) -> None:
    """And the token of before is inactive."""
    tokens = world.tokens()
    end(world)
    is_invalid_grant(world.refresh(tokens["refresh_token"]))
    assert world.introspect(tokens["access_token"]) == {"active": False}
    assert world.introspect(tokens["refresh_token"]) == {"active": False}


@pytest.mark.parametrize("end", [disable, change_password, delete_user])
def test_a_code_is_refused_afterwards(world: World, end: Callable[[World], None]) -> None:
    """A code is no safer place than a token."""
    code = world.code()
    end(world)
    is_invalid_grant(world.redeem(code))


def test_a_code_is_refused_when_the_client_was_revoked(world: World) -> None:
    """By a process that has not kept the client."""
    code = world.code()
    clients.revoke("demoweb", world.services)
    world.restart()
    is_invalid_grant(world.redeem(code))


def test_a_revoked_client_can_start_anew(world: World) -> None:
    """Only what was issued before is dead."""
    revoke_client(world)
    tokens = world.tokens()
    assert world.introspect(tokens["access_token"])["active"] is True


def test_a_process_that_kept_the_client_serves_it_for_less_than_a_minute(world: World) -> None:
    """The documented limit of the cache, to the second."""
    token = world.tokens()["refresh_token"]
    world.restart()
    token = world.refresh(token).json["refresh_token"]
    clients.revoke("demoweb", world.new_services())
    world.clock.forward(59)
    token = world.refresh(token).json["refresh_token"]
    world.clock.forward(1)
    is_invalid_grant(world.refresh(token))


def test_a_deleted_client_is_unknown(world: World) -> None:
    """Within a minute, at every endpoint."""
    tokens = world.tokens()
    clients.delete("demoweb", world.services)
    world.clock.forward(60)
    assert world.refresh(tokens["refresh_token"]).status == 401
    assert world.revoke(tokens["refresh_token"]).status == 401
    browser = world.browser().open(world.authorize_url())
    assert browser.reply is not None
    assert browser.reply.status == 400


def test_the_tokens_of_a_deleted_client_are_inactive(world: World) -> None:
    """Also to a client that may look into all of them."""
    clients.create(
        {
            "client_id": "gate",
            "client_secret": "gate-secret",
            "grant_types": ["client_credentials"],
            "scope": "read",
            "introspection": "all",
        },
        world.services,
    )
    tokens = world.tokens()
    gate = ("gate", "gate-secret")
    assert world.introspect(tokens["access_token"], gate)["active"] is True
    clients.delete("demoweb", world.services)
    world.clock.forward(60)
    assert world.introspect(tokens["access_token"], gate) == {"active": False}
    assert world.introspect(tokens["refresh_token"], gate) == {"active": False}


def test_a_client_made_anew_under_the_same_name_inherits_nothing(world: World) -> None:
    """What was issued to the one before stays dead."""
    tokens, code = world.tokens(), world.code()
    clients.delete("demoweb", world.services)
    world.clock.forward(2)
    again = {
        "client_id": "demoweb",
        "client_secret": "demowebsecret",
        "redirect_uris": ["http://127.0.0.1:8000/demo/callback"],
        "grant_types": ["authorization_code", "refresh_token"],
    }
    clients.create(again, world.services)
    world.restart()
    is_invalid_grant(world.refresh(tokens["refresh_token"]))
    is_invalid_grant(world.redeem(code))
    assert world.introspect(tokens["access_token"]) == {"active": False}


def test_a_grant_type_that_was_taken_away_is_refused(world: World) -> None:
    """A refresh token of before helps nothing."""
    token = world.tokens()["refresh_token"]
    clients.update("demoweb", {"grant_types": ["authorization_code"]}, world.services)
    world.clock.forward(60)
    assert world.refresh(token).json["error"] == "unauthorized_client"


def test_the_token_of_a_revoked_machine_is_inactive(world: World) -> None:
    """No user stands behind it; its client must."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    token = world.post("/token", form, auth=MACHINE).json["access_token"]
    assert world.introspect(token, MACHINE)["active"] is True
    clients.revoke("demomachine", world.services)
    world.clock.forward(60)
    assert world.introspect(token, MACHINE) == {"active": False}


def test_a_user_who_is_enabled_again_must_sign_in_again(world: World) -> None:
    """Disabling ends what there was for good."""
    browser = world.browser()
    tokens = world.tokens(browser)
    disable(world)
    world.clock.forward(1)
    user = users.find("demo@example.com", world.services)
    users.update(user, world.services, disabled=False)
    is_invalid_grant(world.refresh(tokens["refresh_token"]))
    assert "sign-in" in browser.open(world.authorize_url()).page.forms
    browser.sign_in()
    assert browser.arrived is not None
    assert world.redeem(browser.arrived["code"]).status == 200


@pytest.mark.parametrize("redeemed", [True, False], ids=["refresh", "code"])
def test_a_scope_that_was_taken_from_the_client_is_left_out(world: World, redeemed: bool) -> None:
    """What counts is what the client may ask for at the moment of issue."""
    held = world.tokens()["refresh_token"] if redeemed else world.code()
    clients.update("demoweb", {"scope": "read"}, world.services)
    world.restart()
    reply = world.refresh(held) if redeemed else world.redeem(held)
    assert reply.json["scope"] == "read"


@pytest.mark.parametrize("redeemed", [True, False], ids=["refresh", "code"])
def test_a_resource_that_was_taken_from_the_client_is_refused(world: World, redeemed: bool) -> None:
    """Without effect: the operator may give it back."""
    other = {"resource": "https://other.example.com", "name": "Other", "scopes": {"list": "List"}}
    resources.create(other, world.services)
    held = world.tokens()["refresh_token"] if redeemed else world.code()
    trade = world.refresh if redeemed else world.redeem
    clients.update("demoweb", {"allowed_resources": [other["resource"]]}, world.services)
    world.restart()
    assert trade(held).json["error"] == "invalid_target"
    clients.update("demoweb", {"allowed_resources": None}, world.services)
    world.restart()
    assert trade(held).status == 200


def test_a_client_that_may_ask_for_nothing_of_it_is_refused(world: World) -> None:
    """No token without a scope comes out of a grant that had some."""
    token = world.tokens()["refresh_token"]
    clients.update("demoweb", {"scope": "openid"}, world.services)
    world.restart()
    assert world.refresh(token).json["error"] == "invalid_scope"


def test_a_resource_that_was_removed_is_refused(world: World) -> None:
    """No token for what is not served any more."""
    token = world.tokens()["refresh_token"]
    clients.update("demoweb", {"allowed_resources": None}, world.services)
    resources.delete("https://api.example.com", world.services)
    world.restart()
    assert world.refresh(token).json["error"] == "invalid_target"
