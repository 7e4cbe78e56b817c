"""One pushed request, many browsers and tabs at once: one code. RFC 9126 section 7.3."""

from __future__ import annotations

from functools import partial

import pytest

from tests.flows import pushes
from tests.races.forms import going, going_on, pressing
from tests.races.starting_line import all_at_once, racers, statuses
from tests.races.test_tabs import answers, press_and_go_on
from tests.world import World

pytestmark = pytest.mark.emulator

BROWSERS = 12
ROUNDS = 2


def test_one_of_many_visits_gets_the_code(stage: World) -> None:
    """A signed-in browser goes there many times at once: one redirect with a code."""
    worlds = racers(stage, BROWSERS)
    browser = stage.browser()
    stage.code(browser)
    for _ in range(ROUNDS):
        address = pushes.url(stage, pushes.pushed(stage)).removeprefix(stage.issuer)
        visit = going(browser, "GET", address)
        replies = all_at_once([partial(visit, world) for world in worlds])
        assert statuses(replies) == {303: 1, 400: BROWSERS - 1}
        (found,) = [reply.header("Location") for reply in replies if reply.status == 303]
        assert "code=" in (found or "")


def test_one_of_many_browsers_finishes(stage: World) -> None:
    """Each has visited, signed in and agreed; all go on at once."""
    worlds = racers(stage, BROWSERS)
    for _ in range(ROUNDS):
        address = pushes.url(stage, pushes.pushed(stage, prompt="consent"))
        browsers = [stage.browser().open(address).sign_in() for _ in worlds]
        for browser in browsers:
            assert pressing(browser, "consent", "allow")(stage).status == 303
        replies = all_at_once(
            [partial(going_on(b), world) for b, world in zip(browsers, worlds, strict=True)]
        )
        assert statuses(replies) == {200: 1, 400: BROWSERS - 1}
        (url,) = answers(replies)
        assert "code=" in url


def test_allow_and_deny_give_one_answer(stage: World) -> None:
    """Allowed in some browsers, denied in others: the client hears one of the two."""
    worlds = racers(stage, BROWSERS)
    for _ in range(ROUNDS):
        address = pushes.url(stage, pushes.pushed(stage, prompt="consent"))
        browsers = [stage.browser().open(address).sign_in() for _ in worlds]
        buttons = ["allow", "deny"] * (BROWSERS // 2)
        replies = all_at_once(
            [
                partial(press_and_go_on, pressing(b, "consent", button), going_on(b), world)
                for b, button, world in zip(browsers, buttons, worlds, strict=True)
            ]
        )
        (url,) = answers(replies)
        assert ("code=" in url) != ("error=access_denied" in url)
