"""Whatever ends a user's access, at whichever moment of a request: revoking beats issuing.

Threads meet by chance; here each moment is visited. A request is stopped after each of its calls
to AWS in turn, an operator or the client ends something, and a second later the request goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from chalicelib.administration import Refused, clients, users
from infra import seeds
from tests.browser import Browser
from tests.races.forms import cookie_in, pressing
from tests.races.interruption import StoppedAfter, StoppedBeforeUpdate, process
from tests.stage import CHEAPEST
from tests.world import World

pytestmark = pytest.mark.emulator

MOST_CALLS = 16
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

    username: str
    password: str
    browser: Browser
    code: str = ""
    tokens: dict[str, str] = field(default_factory=dict)


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
    page = Browser(world.twin()).open(world.authorize_url())
    typed = {"username": before.username, "password": before.password}
    held = cookie_in(pressing(page, "sign-in", "submit", **typed)(world), SESSION)
    return Issued(sessions=[held] if held else [])


# What ends the access.


def disables(stage: World, before: Before) -> None:
    """An operator disables the user."""
    users.update(users.find(before.username, stage.services), stage.services, disabled=True)


def changes_password(stage: World, before: Before) -> None:
    """The user gets another password."""
    user = users.find(before.username, stage.services)
    users.update(user, stage.services, password="another password", cost=CHEAPEST)


def revokes_user(stage: World, before: Before) -> None:
    """An operator ends everything of the user."""
    users.revoke(users.find(before.username, stage.services), stage.services)


def deletes_user(stage: World, before: Before) -> None:
    """An operator deletes the user."""
    users.delete(before.username, stage.services)


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
    """What a process that starts now accepts."""
    fresh = stage.twin()
    accepted = []
    for tokens in issued.tokens:
        for name in ("access_token", "refresh_token"):
            reply = fresh.post(
                "/introspect", {"token": tokens[name]}, auth=("demoweb", "demowebsecret")
            )
            assert reply.status == 200, reply.text
            accepted += [name] if reply.json["active"] else []
        if fresh.refresh(tokens["refresh_token"]).status == 200:
            accepted.append("refresh")
    accepted += ["code" for code in issued.codes if fresh.redeem(code).status == 200]
    for session in issued.sessions:
        browser = Browser(fresh)
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
    # After revokes_user the password is as good as before.
    *((signs_in, end) for end in (disables, changes_password, deletes_user)),
)


@pytest.mark.parametrize(
    ("request_", "end"), CASES, ids=[f"{one.__name__}-{two.__name__}" for one, two in CASES]
)
def test_what_was_ended_stays_ended(stage: World, request_: Request, end: End) -> None:
    """At whichever moment it was ended: when both have returned, nothing of it is accepted."""
    for stop in range(MOST_CALLS):
        before = _prepare(stage, stop, request_)

        def event(before: Before = before) -> None:
            end(stage, before)
            stage.clock.forward(1)

        client = StoppedAfter(stage, stop, event)
        issued = request_(process(stage, client), before)
        if client.made <= stop:
            break
        # Letting somebody in again brings nothing back.
        _restore(stage, before)
        assert is_anything_accepted(stage, issued) == [], f"after call {stop}"
        old = Issued(
            codes=[before.code] if before.code else [],
            tokens=[before.tokens] if before.tokens else [],
        )
        assert is_anything_accepted(stage, old) == [], f"after call {stop}: what was there"
    else:
        raise AssertionError("the request makes more calls than are visited")


@pytest.mark.parametrize("end", [disables, changes_password, revokes_user])
def test_an_end_covers_what_was_issued_while_it_was_written(stage: World, end: End) -> None:
    """The clock was read, a code is issued a second later, then the end reaches the table."""
    before = _prepare(stage, 0, asks)
    issued = Issued()

    def event() -> None:
        stage.clock.forward(1)
        issued.codes += asks(stage.twin(), before).codes

    end(process(stage, StoppedBeforeUpdate(stage, event)), before)
    _restore(stage, before)
    assert issued.codes
    assert is_anything_accepted(stage, issued) == []


def _prepare(stage: World, number: int, request_: Request) -> Before:
    """A new user, with a session, a code or tokens as far as the request needs them."""
    stage.restart()
    username, password = f"user{number}@example.com", f"password-{number}"
    users.create(username, password, {}, stage.services, cost=CHEAPEST)
    stage.clock.forward(1)
    before = Before(username, password, stage.browser())
    if request_ is not signs_in:
        before.browser.open(stage.authorize_url()).sign_in(username, password).allow()
        assert before.browser.arrived is not None
        before.code = before.browser.arrived["code"]
    if request_ is refreshes:
        before.tokens = stage.redeem(before.code).json
    stage.clock.forward(1)
    return before


def _restore(stage: World, before: Before) -> None:
    """The user is enabled again, and a client of the same name is there."""
    stage.restart()
    services = stage.services
    with suppress(Refused):
        users.update(users.find(before.username, services), services, disabled=False)
    with suppress(Refused):
        clients.create(seeds.CLIENTS[0], services)
