"""Two tabs, and more, with one authorization request. RFC 6749 section 4.1.2: one answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

import pytest

from tests.browser import Browser
from tests.races.starting_line import ROUNDS, all_at_once, racers, statuses
from tests.reply import Reply
from tests.world import World

pytestmark = pytest.mark.emulator


def requester(browser: Browser, method: str, path: str, body: str = "") -> Callable[[World], Reply]:
    """One request as this browser sends it, through any process."""
    headers = [("Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items()))]
    if body:
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    return lambda world: world.request(method, path, headers=headers, body=body.encode())


def consent_form(browser: Browser) -> str:
    """What the consent page sends when Allow is pressed."""
    form = browser.page.forms["consent"]
    return urlencode([*form.fields, form.buttons["allow"]])


def interaction(browser: Browser) -> str:
    """The URL at which the request goes on."""
    fields = dict(browser.page.forms["consent"].fields)
    return f"/authorize?{urlencode({'interaction': fields['interaction']})}"


def grants(stage: World) -> int:
    """How many codes that may be redeemed lie in the table."""
    return sum(item["sk"]["S"].startswith("G#") for item in stage.items())


def codes(replies: list[Reply]) -> list[str]:
    """The pages that carry a code on to the client."""
    return [reply.page.refresh for reply in replies if reply.page.refresh is not None]


def test_one_tab_finishes_a_request(stage: World) -> None:
    """Everything is answered, and all tabs go on at once: one gets the code."""
    worlds = racers(stage)
    for _ in range(ROUNDS):
        browser = stage.browser().open(stage.authorize_url(prompt="consent")).sign_in()
        allowed = requester(browser, "POST", "/authorize/consent", consent_form(browser))(stage)
        assert allowed.status == 303
        goes_on = requester(browser, "GET", interaction(browser))
        replies = all_at_once([partial(goes_on, world) for world in worlds])
        assert statuses(replies) == {200: 1, 400: len(worlds) - 1}
        (url,) = codes(replies)
        assert "code=" in url


def test_one_decision_counts(stage: World) -> None:
    """Allow is pressed in every tab at once: still one code."""
    worlds = racers(stage)
    for _ in range(ROUNDS):
        browser = stage.browser().open(stage.authorize_url(prompt="consent")).sign_in()
        press = requester(browser, "POST", "/authorize/consent", consent_form(browser))
        goes_on = requester(browser, "GET", interaction(browser))

        def both(world: World, press=press, goes_on=goes_on) -> Reply:
            press(world)
            return goes_on(world)

        replies = all_at_once([partial(both, world) for world in worlds])
        assert len(codes(replies)) == 1


def test_allow_and_deny_give_one_answer(stage: World) -> None:
    """Allow in some tabs, Deny in others: a code or a refusal goes to the client, never both."""
    worlds = racers(stage)
    for _ in range(ROUNDS):
        browser = stage.browser().open(stage.authorize_url(prompt="consent")).sign_in()
        form = browser.page.forms["consent"]
        goes_on = requester(browser, "GET", interaction(browser))
        presses = {
            button: requester(
                browser,
                "POST",
                "/authorize/consent",
                urlencode([*form.fields, form.buttons[button]]),
            )
            for button in ("allow", "deny")
        }

        def one(world: World, press: Callable[[World], Reply], goes_on=goes_on) -> Reply:
            reply = press(world)
            return goes_on(world) if reply.status == 303 else reply

        replies = all_at_once(
            [
                partial(one, world, presses["allow" if number % 2 else "deny"])
                for number, world in enumerate(worlds)
            ]
        )
        assert len(codes(replies)) == 1
