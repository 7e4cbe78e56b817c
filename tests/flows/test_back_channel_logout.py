"""Who hears of a logout, and what they are told. OpenID Connect Back-Channel Logout 1.0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import tokens as mint
from chalicelib import verification
from chalicelib.administration import clients, sessions, users
from infra.seeds import USER
from tests.browser import Browser
from tests.emulated_aws import Fault
from tests.flows.logouts import Listener, add, deliver, enter, listening, received, sign_out
from tests.reply import claims, header
from tests.world import World

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def listener() -> Iterator[Listener]:
    """The endpoint of the client `notes`."""
    with listening() as made:
        yield made


@pytest.fixture
def notes(world: World, listener: Listener) -> str:
    """A client that takes logout tokens."""
    return add(world, "notes", backchannel_logout_uri=listener.url)


@pytest.fixture
def browser(world: World) -> Browser:
    """A new browser."""
    return world.browser()


def test_a_client_is_told(world: World, listener: Listener, notes: str, browser: Browser) -> None:
    """A form with one token, at the very address, query and all."""
    told_at_sign_in = claims(enter(world, browser, notes)["id_token"])
    sign_out(browser)
    assert deliver(world) == [None]
    (call,) = listener.calls
    assert (call.method, call.path, call.query) == ("POST", "/logout", "from=op")
    (token,) = listener.tokens
    assert header(token)["typ"] == "logout+jwt"
    (told,) = listener.told
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", told.pop("jti"))
    assert told == {
        "iss": world.issuer,
        "sub": told_at_sign_in["sub"],
        "sid": told_at_sign_in["sid"],
        "aud": notes,
        "iat": world.clock(),
        "exp": world.clock() + 120,
        "events": {EVENT: {}},
    }
    assert received(world) == []


def test_a_logout_token_is_nothing_else(
    world: World, listener: Listener, notes: str, browser: Browser
) -> None:
    """Neither a hint nor an access token."""
    enter(world, browser, notes)
    sign_out(browser)
    deliver(world)
    (token,) = listener.tokens
    assert verification.id_token(token, world.services) is None
    assert verification.access_token(token, world.services) is None
    assert world.userinfo(token).status == 401


def test_the_algorithm_is_that_of_its_id_tokens(world: World, notes: str) -> None:
    """RS256 unless the client chose another."""
    client = clients.get(notes, world.services)
    token = mint.logout_token(client, "s", "sid", world.services)
    assert header(token)["alg"] == client.id_token_signed_response_alg


def test_every_client_of_the_session_is_told_once(world: World, browser: Browser) -> None:
    """However often it was entered; those that did not ask for it are not."""
    with listening() as first, listening() as second:
        for name, at in (("one", first), ("two", second)):
            add(world, name, backchannel_logout_uri=at.url)
            enter(world, browser, name)
            enter(world, browser, name)
        add(world, "silent")
        enter(world, browser, "silent")
        sign_out(browser)
        assert deliver(world) == [None, None]
        (one,), (two,) = first.told, second.told
    assert (one["aud"], two["aud"]) == ("one", "two")
    assert one["sid"] != two["sid"]


def test_a_client_of_another_session_is_not(
    world: World, listener: Listener, notes: str, browser: Browser
) -> None:
    """The same user elsewhere goes on."""
    enter(world, world.browser(), notes)
    world.code(browser, scope="openid")
    sign_out(browser)
    assert deliver(world) == []
    assert listener.calls == []


def test_a_new_sign_in_in_the_browser_takes_the_clients_along(
    world: World, listener: Listener, notes: str, browser: Browser
) -> None:
    """As clients see it, it is the same session: its sid is the first one's."""
    before = claims(enter(world, browser, notes)["id_token"])["sid"]
    world.clock.forward(60)
    world.code(browser, scope="openid", prompt="login")
    sign_out(browser)
    assert deliver(world) == [None]
    assert [told["sid"] for told in listener.told] == [before]


@pytest.mark.parametrize("scope", ["openid", "openid offline_access"])
def test_what_the_client_holds_ends_by_scope(
    world: World, notes: str, browser: Browser, scope: str
) -> None:
    """Section 2.7: refresh tokens without offline_access are over, those with it are not."""
    tokens = enter(world, browser, notes, scope=scope)
    sign_out(browser)
    again = world.refresh(tokens["refresh_token"], auth=(notes, "listener-secret"))
    assert again.status == (200 if "offline_access" in scope else 400)


@pytest.mark.parametrize("kind", ["throttle", "internal", "refuse", "drop_before", "drop_after"])
def test_without_the_queue_the_session_stays(
    world: World, listener: Listener, notes: str, browser: Browser, kind: str
) -> None:
    """So the user can do it again, and then every client hears of it."""
    enter(world, browser, notes)
    world.aws.faults.append(Fault("SendMessageBatch", kind))
    sign_out(browser)
    assert browser.reply is not None
    assert browser.reply.status == 503
    world.aws.faults.clear()
    assert "__Host-session" in browser.cookies
    sign_out(browser)
    assert "__Host-session" not in browser.cookies
    assert set(deliver(world)) == {None}
    assert listener.told


def user(world: World) -> Any:
    """The demo user."""
    return users.find(USER[0], world.services)


OPERATORS = {
    "session end": lambda world: sessions.end(user(world), None, world.services),
    "user disable": lambda world: users.update(user(world), world.services, disabled=True),
    "a new password": lambda world: users.update(
        user(world), world.services, password="another-password"
    ),
    "user revoke": lambda world: users.revoke(user(world), world.services),
    "user delete": lambda world: users.delete(USER[0], world.services),
}


@pytest.mark.parametrize("how", OPERATORS)
def test_an_operator_who_ends_a_session_tells_its_clients(
    world: World, browser: Browser, how: str
) -> None:
    """However it is ended; and it is told once."""
    with listening() as listener:
        add(world, "notes", backchannel_logout_uri=listener.url)
        sid = claims(enter(world, browser, "notes")["id_token"])["sid"]
        world.clock.forward(60)
        OPERATORS[how](world)
        assert deliver(world) == [None]
        assert deliver(world) == []
        assert [told["sid"] for told in listener.told] == [sid]


def test_a_session_that_ends_meanwhile_answers_nobody(
    world: World, notes: str, browser: Browser
) -> None:
    """A client that could not be called back gets no code."""
    enter(world, browser, notes)
    add(world, "late", backchannel_logout_uri="http://127.0.0.1:9/x", first_party=True)
    world.aws.faults.append(Fault("UpdateItem", "conditional"))
    browser.open(world.authorize_url(client_id="late", scope="openid", prompt="none"))
    assert browser.arrived is not None
    assert browser.arrived["error"] == "temporarily_unavailable"


def test_pairwise_subjects_stay_apart(world: World, browser: Browser) -> None:
    """A client is told of its user under the name that it knows."""
    with listening() as listener:
        add(
            world,
            "apart",
            backchannel_logout_uri=listener.url,
            subject_type="pairwise",
            redirect_uris=["https://apart.example/cb"],
        )
        code = world.code(
            browser, client_id="apart", scope="openid", redirect_uri="https://apart.example/cb"
        )
        answer = world.redeem(
            code, auth=("apart", "listener-secret"), redirect_uri="https://apart.example/cb"
        )
        sign_out(browser)
        deliver(world)
        (told,) = listener.told
    assert told["sub"] == claims(answer.json["id_token"])["sub"]
    assert told["sub"] != user(world).subject
