"""A session is signed out while clients come to it. OpenID Connect Back-Channel Logout 1.0."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import pytest

from tests.flows.logouts import add, received
from tests.races.starting_line import all_at_once, racers
from tests.reply import Reply
from tests.world import World

pytestmark = pytest.mark.emulator

CLIENTS = 12
ROUNDS = 4


def names_in_queue(stage: World) -> list[str]:
    """The clients that there is a message for."""
    found: list[str] = []
    while records := received(stage):
        found += [json.loads(record["body"])["client_id"] for record in records]
    return found


def come(url: str, cookie: str, world: World) -> Reply:
    """One request of the browser, without following where it leads."""
    target = url.removeprefix(world.issuer)
    return world.request("GET", target, headers=[("Cookie", cookie)])


def test_whoever_was_given_a_code_hears_of_the_end(stage: World) -> None:
    """A client comes to the session before it ends, and is told; or after it, and gets nothing."""
    worlds = racers(stage, CLIENTS + 1)
    names = [
        add(stage, f"c{n}", backchannel_logout_uri="http://127.0.0.1:9/", first_party=True)
        for n in range(CLIENTS)
    ]
    given = 0
    for _ in range(ROUNDS):
        browser = stage.browser()
        hint = stage.tokens(browser, scope="openid read")["id_token"]
        cookie = f"__Host-session={browser.cookies['__Host-session']}"
        acts: list[Callable[[], Reply]] = [
            partial(
                come,
                stage.authorize_url(client_id=name, scope="openid", prompt="none"),
                cookie,
                world,
            )
            for name, world in zip(names, worlds[1:], strict=True)
        ]
        leave = f"{stage.issuer}/logout?{urlencode({'id_token_hint': hint})}"
        replies = all_at_once([partial(come, leave, cookie, worlds[0]), *acts])
        while replies[0].status == 503:  # too many came at once: the user does it again
            replies[0] = come(leave, cookie, worlds[0])
        entered = [
            name
            for name, reply in zip(names, replies[1:], strict=True)
            if "code=" in (reply.header("Location") or "")
        ]
        given += len(entered)
        assert set(entered) <= set(names_in_queue(stage))
        assert "login_required" in (acts[0]().header("Location") or "")
    assert given


def test_clients_that_come_at_once_are_all_remembered(stage: World) -> None:
    """None overwrites another."""
    worlds = racers(stage, 6)
    names = [
        add(stage, f"d{n}", backchannel_logout_uri="http://127.0.0.1:9/", first_party=True)
        for n in range(len(worlds))
    ]
    browser = stage.browser()
    hint = stage.tokens(browser, scope="openid read")["id_token"]
    cookie = f"__Host-session={browser.cookies['__Host-session']}"
    replies = all_at_once(
        [
            partial(
                come,
                stage.authorize_url(client_id=name, scope="openid", prompt="none"),
                cookie,
                world,
            )
            for name, world in zip(names, worlds, strict=True)
        ]
    )
    locations = [reply.header("Location") or "" for reply in replies]
    come(f"{stage.issuer}/logout?{urlencode({'id_token_hint': hint})}", cookie, stage)
    assert all("code=" in location for location in locations), locations
    assert sorted(names_in_queue(stage)) == sorted(names)
