"""Several processes at once: single-use things are used once, counters count, revocation wins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser import Browser
from tests.flows.story import code_in
from tests.reply import Reply
from tests.world import World

MANY = 6


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


def at_once(world: World, work: Callable[[World], Reply], many: int = MANY) -> list[Reply]:
    """The same request to `many` processes of the stage, all let go together."""
    barrier = threading.Barrier(many)

    def run(twin: World) -> Reply:
        twin.get("/.well-known/jwks.json")
        barrier.wait(timeout=30)
        return work(twin)

    twins = [world.twin() for _ in range(many)]
    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(run, twins))


def count(replies: list[Reply], status: int) -> int:
    """How many have this status."""
    return sum(reply.status == status for reply in replies)


def test_one_code_gives_tokens_at_most_once(world: World) -> None:
    """And when it was presented twice, what it gave is dead."""
    code = world.code()
    replies = at_once(world, lambda twin: twin.redeem(code))
    assert count(replies, 200) <= 1
    assert count(replies, 200) + count(replies, 400) == MANY
    for reply in replies:
        if reply.status == 200:
            assert world.introspect(reply.json["access_token"]) == {"active": False}
            assert world.refresh(reply.json["refresh_token"]).status == 400


def test_parallel_refreshes_of_one_token_agree(world: World) -> None:
    """All get the same successor, and it works: no fork, no punishment."""
    token = world.tokens()["refresh_token"]
    replies = at_once(world, lambda twin: twin.refresh(token))
    assert count(replies, 200) == MANY
    (successor,) = {reply.json["refresh_token"] for reply in replies}
    assert world.refresh(successor).status == 200


def test_after_a_revocation_no_refresh_is_alive(world: World) -> None:
    """Whatever was issued meanwhile."""
    token = world.tokens()["refresh_token"]
    turns = iter(range(MANY))

    def work(twin: World) -> Reply:
        return twin.revoke(token) if next(turns) % 2 else twin.refresh(token)

    replies = at_once(world, work)
    for reply in replies:
        for given in (reply.json.get("access_token"), reply.json.get("refresh_token")):
            if given:
                assert world.introspect(given) == {"active": False}
    assert world.refresh(token).status == 400


def waiting(world: World) -> tuple[Browser, str]:
    """A browser whose user has agreed, and the request that only has to be finished."""
    assert world.member is not None
    browser = world.member.open(world.authorize_url(prompt="consent"))
    fields = dict(browser.page.forms["consent"].fields)
    held = [("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))]
    form = {**fields, "scope": "read", "decision": "allow"}
    assert world.post("/authorize/consent", form, headers=held).status == 303
    return browser, fields["interaction"]


def test_two_tabs_cannot_both_finish(world: World) -> None:
    """One code leaves, and only one."""
    browser, interaction = waiting(world)
    held = [("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))]
    target = f"/authorize?interaction={interaction}"
    replies = at_once(world, lambda twin: twin.request("GET", target, headers=held))
    codes = [code for reply in replies if (code := code_in(reply))]
    assert len(codes) == 1
    assert count(replies, 400) == MANY - 1
    assert world.redeem(codes[0]).status == 200


def test_allow_and_deny_at_once_have_one_outcome(world: World) -> None:
    """Whoever was first: a code, or access_denied, not both."""
    assert world.member is not None
    browser = world.member.open(world.authorize_url(prompt="consent"))
    fields = dict(browser.page.forms["consent"].fields)
    held = [("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))]
    follow = f"/authorize?interaction={fields['interaction']}"
    turns = iter(range(MANY))

    def work(twin: World) -> Reply:
        decision = "deny" if next(turns) % 2 else "allow"
        form = {**fields, "scope": "read", "decision": decision}
        reply = twin.post("/authorize/consent", form, headers=held)
        return twin.request("GET", follow, headers=held) if reply.status == 303 else reply

    replies = at_once(world, work)
    codes = [reply for reply in replies if code_in(reply)]
    denied = [reply for reply in replies if reply.is_page and "access_denied" in reply.text]
    assert len(codes) + len(denied) == 1


def test_failed_sign_ins_are_counted_one_by_one(world: World) -> None:
    """Twelve guesses at once: ten are heard, none slips through."""
    browser = world.browser().open(world.authorize_url())
    fields = dict(browser.page.forms["sign-in"].fields)
    held = [("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))]
    form = {**fields, "username": "demo@example.com", "password": "wrong-password"}
    replies = at_once(
        world, lambda twin: twin.post("/authorize/sign-in", form, headers=held), many=12
    )
    assert count(replies, 400) == 10
    assert count(replies, 429) == 2


def test_wrong_secrets_are_counted_one_by_one(world: World) -> None:
    """From many processes, each of which has seen no failure yet."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    replies = at_once(world, lambda twin: twin.post("/token", form, auth=("demomachine", "wrong")))
    assert count(replies, 401) == MANY
    found = [item["n"]["N"] for item in world.items() if "client-caller" in item["pk"]["S"]]
    assert str(MANY) in found
