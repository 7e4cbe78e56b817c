"""Whatever ends a user's access, at whichever moment of a request: revoking beats issuing.

Threads meet by chance; here each moment is visited. A request is stopped before each of its calls
to AWS in turn, an operator or the client ends something, and a second later the request goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from chalicelib.administration import clients, users
from tests.browser import Browser
from tests.races.interruption import calls_made, interrupted
from tests.world import CHEAPEST, World

pytestmark = pytest.mark.emulator

USER = "demo@example.com"
MOST_CALLS = 12
SESSION = "__Host-session"


@dataclass
class Issued:
    """What the user and the client hold when all is over."""

    codes: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    tokens: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Before:
    """What they hold before the request."""

    browser: Browser
    code: str
    tokens: dict[str, str]
    password: str = "demo-password"


# The requests. Each returns what it got.


def redeems(world: World, before: Before) -> Issued:
    """A code is redeemed."""
    reply = world.redeem(before.code)
    return Issued(tokens=[reply.json] if reply.status == 200 else [])


def refreshes(world: World, before: Before) -> Issued:
    """A refresh token is used."""
    reply = world.refresh(before.tokens["refresh_token"])
    return Issued(tokens=[reply.json] if reply.status == 200 else [])


def asks(world: World, before: Before) -> Issued:
    """A signed-in user gets a code."""
    browser = Browser(world)
    browser.cookies = dict(before.browser.cookies)
    browser.open(world.authorize_url())
    codes = [browser.arrived["code"]] if browser.arrived and "code" in browser.arrived else []
    return Issued(codes=codes)


def signs_in(world: World, before: Before) -> Issued:
    """Somebody signs in; the page was shown by another process before."""
    browser = before.browser
    browser.world = world
    browser.sign_in(password=before.password)
    held = browser.cookies.get(SESSION)
    codes = [browser.arrived["code"]] if browser.arrived and "code" in browser.arrived else []
    return Issued(codes=codes, sessions=[held] if held else [])


# What ends the access.


def disables(stage: World, before: Before) -> None:
    """An operator disables the user."""
    users.update(users.find(USER, stage.services), stage.services, disabled=True)


def changes_password(stage: World, before: Before) -> None:
    """The user gets another password."""
    user = users.find(USER, stage.services)
    users.update(user, stage.services, password="another password", cost=CHEAPEST)


def revokes_user(stage: World, before: Before) -> None:
    """An operator ends everything of the user."""
    users.revoke(users.find(USER, stage.services), stage.services)


def deletes_user(stage: World, before: Before) -> None:
    """An operator deletes the user."""
    users.delete(USER, stage.services)


def revokes_client(stage: World, before: Before) -> None:
    """An operator ends everything of the client."""
    clients.revoke("demoweb", stage.services)


def deletes_client(stage: World, before: Before) -> None:
    """An operator removes the client."""
    clients.delete("demoweb", stage.services)


def revokes_token(stage: World, before: Before) -> None:
    """The client revokes its refresh token."""
    assert stage.revoke(before.tokens["refresh_token"]).status == 200


def is_anything_accepted(stage: World, issued: Issued) -> list[str]:
    """What a process that starts now accepts; a disabled user has been let in again before."""
    accepted = []
    for tokens in issued.tokens:
        for name in ("access_token", "refresh_token"):
            reply = stage.twin().post(
                "/introspect", {"token": tokens[name]}, auth=("demoweb", "demowebsecret")
            )
            if reply.status == 200 and reply.json["active"]:
                accepted.append(name)
        if stage.twin().refresh(tokens["refresh_token"]).status == 200:
            accepted.append("refresh")
    accepted += ["code" for code in issued.codes if stage.twin().redeem(code).status == 200]
    for session in issued.sessions:
        browser = Browser(stage.twin())
        browser.cookies[SESSION] = session
        browser.open(stage.authorize_url(prompt="none"))
        if browser.arrived is None or browser.arrived.get("error") != "login_required":
            accepted.append("session")
    return accepted


Request = Callable[[World, Before], Issued]
End = Callable[[World, Before], None]

ENDS_OF_USERS: tuple[End, ...] = (disables, changes_password, revokes_user, deletes_user)
ENDS_OF_GRANTS: tuple[End, ...] = (*ENDS_OF_USERS, revokes_client, deletes_client)
CASES: tuple[tuple[Request, End], ...] = (
    *((redeems, end) for end in ENDS_OF_GRANTS),
    *((refreshes, end) for end in (*ENDS_OF_GRANTS, revokes_token)),
    *((asks, end) for end in ENDS_OF_USERS),
    *((signs_in, end) for end in ENDS_OF_USERS),
)


@pytest.mark.parametrize(
    ("request_", "end"), CASES, ids=[f"{one.__name__}-{two.__name__}" for one, two in CASES]
)
@pytest.mark.parametrize("late", [0, 1], ids=["same second", "next second"])
def test_what_was_ended_stays_ended(stage: World, request_: Request, end: End, late: int) -> None:
    """At whichever moment it was ended: when both have returned, nothing of it is accepted."""
    for stop in range(MOST_CALLS):
        before = _prepare(stage, request_)

        def event(before: Before = before) -> None:
            end(stage, before)
            stage.clock.forward(late)

        world = interrupted(stage, stop, event)
        issued = request_(world, before)
        if calls_made(world) <= stop:
            break
        _undo(stage)
        old = Issued(tokens=[before.tokens]) if end not in (revokes_client,) else Issued()
        assert is_anything_accepted(stage, issued) == [], f"before call {stop}"
        assert is_anything_accepted(stage, old) == [], f"before call {stop}: what was there"
    else:
        raise AssertionError("the request makes more calls than are visited")


def _prepare(stage: World, request_: Request) -> Before:
    """A user with a session, a code that was not used, and tokens of another grant."""
    _undo(stage)
    stage.clock.forward(1)
    browser = stage.browser()
    tokens = stage.redeem(stage.code(browser)).json
    code = stage.code(browser)
    if request_ is signs_in:
        browser = stage.browser().open(stage.authorize_url())
    stage.clock.forward(1)
    return Before(browser, code, tokens)


def _undo(stage: World) -> None:
    """The user and the client are there, enabled, with their first password."""
    from infra import seeds

    services = stage.services
    stage.restart()
    try:
        user = users.find(USER, services)
    except users.Refused:
        users.create(*seeds.USER, seeds.CLAIMS, services, cost=CHEAPEST)
    else:
        if user.disabled:
            users.update(user, services, disabled=False)
    try:
        clients.get("demoweb", services)
    except clients.Refused:
        clients.create(seeds.CLIENTS[0], services)
