"""`registration token`: what opens /register, and what the operator sees of who came."""

from __future__ import annotations

from tests.flows import registrations as tell
from tests.flows.registrations import PUBLIC, bearer, post
from tests.infra.commands.conftest import Operator

CREATE = ("registration", "token", "create")
LIST = ("registration", "token", "list")


def test_a_token_is_shown_once_and_opens(operator: Operator) -> None:
    """As often and as long as it was made for; the list has no more than its name."""
    made = operator.get(*CREATE, "--expires-in", "3600", "--uses", "2", "--note", "rollout")
    token = made.pop("initial_access_token")
    now = operator.world.clock()
    assert (made["uses"], made["expires_at"], made["note"]) == (2, now + 3600, "rollout")
    assert operator.get(*LIST) == [made]
    world = tell.with_tokens_only(operator.world)
    assert post(world, PUBLIC, bearer(token)).status == 201
    assert operator.get(*LIST) == [made | {"uses": 1}]
    world.clock.forward(3600)
    assert operator.get(*LIST) == []
    assert post(world, PUBLIC, bearer(token)).status == 401


def test_a_revoked_token_opens_nothing(operator: Operator) -> None:
    """And there is none of that name any more."""
    made = operator.get(*CREATE)
    assert operator.get("registration", "token", "revoke", made["token_id"])["revoked"] is True
    assert operator.get(*LIST) == []
    reply = post(
        tell.with_tokens_only(operator.world), PUBLIC, bearer(made["initial_access_token"])
    )
    assert reply.status == 401
    said = operator.refused("registration", "token", "revoke", made["token_id"])
    assert said == f"there is no initial access token {made['token_id']}"


def test_an_excuse_of_pkce_is_shown(operator: Operator) -> None:
    """With the token, and in the list."""
    made = operator.get(*CREATE, "--without-pkce")
    del made["initial_access_token"]
    assert made["without_pkce"] is True
    assert operator.get(*LIST) == [made]
    assert "without_pkce" not in operator.get(*CREATE)


def test_what_registered_itself_is_listed_as_that(operator: Operator) -> None:
    """With the time when it lapses; an operator may verify it, or remove it."""
    client = tell.registered(operator.world)
    (found,) = [
        one for one in operator.get("client", "list") if one["client_id"] == client["client_id"]
    ]
    assert found["registered_by"] == "dynamic"
    assert found["expires_at"] > operator.world.clock()
    changed = operator.get(
        "client", "update", client["client_id"], "--file", "-", document={"verified": True}
    )
    assert changed["verified"] is True
    operator.get("client", "delete", client["client_id"])
    assert tell.manage(operator.world, "GET", client).status == 401
