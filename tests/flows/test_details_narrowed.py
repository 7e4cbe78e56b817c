"""Fewer authorization details at the token endpoint, never more. RFC 9396 section 6."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.administration import clients, resources, users
from infra.commands import view
from tests.flows.rich import (
    ACCOUNT,
    API,
    ORDER,
    PAYMENT,
    RENT,
    TYPES,
    carried,
    define,
    granted,
    text,
)
from tests.world import World

Detail = dict[str, Any]
LESS: dict[str, Any] = {**PAYMENT, "actions": ["status"]}


@pytest.fixture(autouse=True)
def _defined(world: World) -> None:
    define(world)


def code(world: World, *details: Detail, **changes: str | None) -> str:
    """The code of a grant of these."""
    return world.code(authorization_details=text(*details), **changes)


SUBSETS = {
    "one": ([RENT], [RENT]),
    "all": ([PAYMENT, RENT, ACCOUNT], [PAYMENT, RENT, ACCOUNT]),
    "in another order": ([ACCOUNT, PAYMENT], [PAYMENT, ACCOUNT]),
    "twice the same": ([RENT, RENT], [RENT]),
    "members in another order": ([dict(reversed(PAYMENT.items()))], [PAYMENT]),
}
MORE: dict[str, list[Detail]] = {
    "another amount": [{**RENT, "instructedAmount": {"currency": "EUR", "amount": "900.01"}}],
    "another member": [{**RENT, "remittance": "x"}],
    "a member less": [{name: value for name, value in RENT.items() if name != "creditorName"}],
    "fewer actions": [LESS],
    "no actions": [{**PAYMENT, "actions": []}],
    "another type": [{**ACCOUNT, "type": "payment_initiation"}],
    "a type that was not asked for": [ORDER],
    "one good, one not": [RENT, ORDER],
    "a type of nobody": [{"type": "unknown"}],
    "true for 1": [{**RENT, "times": True}],
    "1.0 for 1": [{**RENT, "times": 1.0}],
}


@pytest.mark.parametrize(("asked", "kept"), SUBSETS.values(), ids=SUBSETS)
def test_some_of_them_at_the_exchange(
    world: World, asked: list[Detail], kept: list[Detail]
) -> None:
    """The first token has those; the next has all again, as with scopes."""
    given = world.redeem(
        code(world, PAYMENT, RENT, ACCOUNT), authorization_details=text(*asked)
    ).json
    assert carried(given) == kept
    again = world.refresh(given["refresh_token"]).json
    assert carried(again) == [PAYMENT, RENT, ACCOUNT]


@pytest.mark.parametrize(("asked", "kept"), SUBSETS.values(), ids=SUBSETS)
def test_some_of_them_at_a_refresh(world: World, asked: list[Detail], kept: list[Detail]) -> None:
    """The family keeps all."""
    given = granted(world, PAYMENT, RENT, ACCOUNT)
    less = world.refresh(given["refresh_token"], authorization_details=text(*asked)).json
    assert carried(less) == kept
    assert carried(world.refresh(less["refresh_token"]).json) == [PAYMENT, RENT, ACCOUNT]


@pytest.mark.parametrize("asked", MORE.values(), ids=MORE)
def test_more_at_the_exchange_is_refused(world: World, asked: list[Detail]) -> None:
    """And burns nothing: the code is still good for what was granted."""
    held = code(world, PAYMENT, {**RENT, "times": 1})
    world.aws.reset()
    refused = world.redeem(held, authorization_details=text(*asked))
    assert (refused.status, refused.json["error"]) == (400, "invalid_authorization_details")
    assert world.writes() == []
    assert carried(world.redeem(held).json) == [PAYMENT, {**RENT, "times": 1}]


@pytest.mark.parametrize("asked", MORE.values(), ids=MORE)
def test_more_at_a_refresh_is_refused(world: World, asked: list[Detail]) -> None:
    """And the refresh token is still the current one."""
    given = granted(world, PAYMENT, {**RENT, "times": 1})
    world.aws.reset()
    refused = world.refresh(given["refresh_token"], authorization_details=text(*asked))
    assert (refused.status, refused.json["error"]) == (400, "invalid_authorization_details")
    assert world.writes() == []
    assert world.refresh(given["refresh_token"]).status == 200


def test_what_was_narrowed_for_a_token_is_no_limit_for_the_next(world: World) -> None:
    """The grant is what counts, not the last token."""
    given = granted(world, PAYMENT, RENT)
    for asked in ([RENT], [PAYMENT], [PAYMENT, RENT]):
        answer = world.refresh(given["refresh_token"], authorization_details=text(*asked))
        given = answer.json
        assert carried(given) == asked


@pytest.mark.parametrize("sent", ["[]", "{}", "x", "null", '["x"]', '[{"type":1}]', "[[]]"])
def test_what_is_malformed_is_refused(world: World, sent: str) -> None:
    """At the exchange and at a refresh, and nothing is spent."""
    held = code(world, PAYMENT)
    assert world.redeem(held, authorization_details=sent).json["error"] == (
        "invalid_authorization_details"
    )
    given = world.redeem(held).json
    refused = world.refresh(given["refresh_token"], authorization_details=sent)
    assert refused.json["error"] == "invalid_authorization_details"
    assert world.refresh(given["refresh_token"]).status == 200


def test_a_grant_without_any_gives_none(world: World) -> None:
    """At the exchange, at a refresh, and for this server itself."""
    held = world.code(scope="openid read")
    asked = {"authorization_details": text(RENT)}
    assert world.redeem(held, **asked).json["error"] == "invalid_authorization_details"
    given = world.redeem(held).json
    for more in ({}, {"resource": world.issuer}):
        refused = world.refresh(given["refresh_token"], **asked, **more)
        assert refused.json["error"] == "invalid_authorization_details"


def test_a_code_used_twice_is_punished_whatever_is_asked(world: World) -> None:
    """RFC 6749 section 4.1.2 goes before section 6 here: a wrong parameter hides no replay."""
    held = code(world, PAYMENT)
    given = world.redeem(held).json
    assert world.redeem(held, authorization_details="x").json["error"] == "invalid_grant"
    assert world.refresh(given["refresh_token"]).json["error"] == "invalid_grant"


def test_a_type_that_the_client_lost_is_left_out(world: World) -> None:
    """As a scope would be: at the next refresh."""
    given = granted(world, PAYMENT, ACCOUNT, scope="read")
    less = {"authorization_details_types": ["account_information"]}
    clients.update("demoweb", less, world.services)
    world.restart()
    assert carried(world.refresh(given["refresh_token"]).json) == [ACCOUNT]


def test_a_type_that_the_resource_dropped_is_left_out(world: World) -> None:
    """What the API no longer knows, no token says."""
    given = granted(world, PAYMENT, ACCOUNT, scope="read")
    kept = {"account_information": TYPES["account_information"]}
    resources.update(API, {"authorization_details_types": kept}, world.services)
    world.restart()
    assert carried(world.refresh(given["refresh_token"]).json) == [ACCOUNT]


def test_nothing_left_is_an_error(world: World) -> None:
    """A token for nothing would be one for whatever the API makes of it."""
    given = granted(world, PAYMENT, scope=None)
    resources.update(API, {"authorization_details_types": None}, world.services)
    world.restart()
    assert world.refresh(given["refresh_token"]).json["error"] == "invalid_scope"


def test_the_operator_can_see_them(world: World) -> None:
    """In a list of grants, and in all that is kept about a user."""
    granted(world, PAYMENT)
    user = users.find("demo@example.com", world.services)
    (grant,) = view.everything_of(user, world.services)["grants"]
    assert json.loads(json.dumps(grant))["authorization_details"] == [PAYMENT]
    (listed,) = users.grants_of(user, world.services)
    assert "authorization_details" in view.of_grant(user, listed, world.services)


def test_the_grant_holds_them_once_as_json(world: World) -> None:
    """docs/storage.md: one text, as long as in a token."""
    granted(world, PAYMENT)
    (grant,) = [item for item in world.items() if item["t"]["S"] == "grant"]
    assert json.loads(grant["ad"]["S"]) == [PAYMENT]
