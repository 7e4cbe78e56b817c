"""AWS fails at each call of a request with authorization details: none is gained, none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.emulated_aws import Recorder
from tests.flows import faults
from tests.flows.rich import ACCOUNT, PAYMENT, RENT, carried, define, granted, machine, text
from tests.flows.story import Story, code_in, item, last_grant, post, visit
from tests.reply import Reply
from tests.world import World


@pytest.fixture(scope="module")
def defined(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[World]:
    """A server whose resources define types; its user is signed in and has agreed to the scopes."""
    world = define(World(*emulated))
    browser = world.browser()
    world.code(browser)
    world.member = browser
    yield world
    world.close()


@pytest.fixture
def world(defined: World) -> World:
    """The module's server."""
    defined.next_test()
    return defined


@pytest.fixture
def faulted(world: World) -> World:
    """The same, for the stories."""
    return world


def agree_to_some(world: World) -> Story:
    """A form that declines one of two: sent again after a fault, it declines that one."""
    assert world.member is not None
    browser = world.member.open(world.authorize_url(authorization_details=text(PAYMENT, RENT)))
    interaction = dict(browser.page.forms["consent"].fields)["interaction"]
    act = post(browser, "consent", scope="read", authorization_detail="1", decision="allow")
    follow = visit(browser, f"{world.issuer}/authorize?interaction={interaction}")

    def holds(reply: Reply) -> None:
        if reply.status != 303:
            assert act().status == 303
        assert carried(world.redeem(code_in(follow()) or "").json) == [RENT]

    return Story(act, 303, holds)


def redeem_for_some(world: World) -> Story:
    """A code: its token carries what was asked for, and the family all; or nothing is alive."""
    code = world.code(authorization_details=text(PAYMENT, RENT))
    grant = last_grant(world)

    def redeem() -> Reply:
        return world.redeem(code, authorization_details=text(RENT))

    def holds(reply: Reply) -> None:
        tokens = reply if reply.status == 200 else redeem()
        if tokens.status == 200:
            assert carried(tokens.json) == [RENT]
            assert carried(world.refresh(tokens.json["refresh_token"]).json) == [PAYMENT, RENT]
        else:
            assert tokens.json["error"] == "invalid_grant"
            assert "rv" in item(world, grant)

    return Story(redeem, 200, holds)


def ask_for_more(world: World) -> Story:
    """Refused, whatever fails; the refresh token goes on."""
    token = granted(world, RENT)["refresh_token"]

    def more() -> Reply:
        return world.refresh(token, authorization_details=text(PAYMENT))

    def holds(reply: Reply) -> None:
        assert reply.status in (400, 503)
        assert more().json["error"] == "invalid_authorization_details"
        assert carried(world.refresh(token).json) == [RENT]

    return Story(more, 400, holds)


STORIES = (agree_to_some, redeem_for_some, ask_for_more)
(
    test_a_call_that_fails_for_good_fails_closed,
    test_a_call_that_fails_once_is_not_felt,
    test_a_condition_that_does_not_hold_fails_closed,
) = faults.of_stories(*STORIES)


def asked_of_aws(world: World) -> Counter[str]:
    """The calls since the recorder was reset."""
    return Counter(call.action for call in world.aws.calls)


def test_they_cost_no_call_at_the_token_endpoint(world: World) -> None:
    """The exchange, a refresh and a machine's token cost what they do with scopes."""
    held = [world.code(authorization_details=text(PAYMENT)), world.code()]
    redeemed = []
    costs = []
    for code in held:
        world.aws.reset()
        redeemed.append(world.redeem(code).json["refresh_token"])
        costs.append(asked_of_aws(world))
    for token, asked in zip(redeemed, ({"authorization_details": text(PAYMENT)}, {}), strict=True):
        world.aws.reset()
        assert world.refresh(token, **asked).status == 200
        costs.append(asked_of_aws(world))
    assert costs[0] == costs[1]
    assert costs[2] == costs[3]
    machine(world, ACCOUNT, scope="read")
    world.aws.reset()
    assert machine(world, ACCOUNT, scope="read").status == 200
    assert asked_of_aws(world) == {"Sign": 1}
