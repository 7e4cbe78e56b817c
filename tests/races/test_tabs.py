"""Two tabs, and more, with one authorization request. RFC 6749 section 4.1.2: one answer."""

from __future__ import annotations

from functools import partial

import pytest

from tests.browser import Browser
from tests.races.forms import Sender, going_on, pressing
from tests.races.starting_line import all_at_once, racers, statuses
from tests.world import Reply, World

pytestmark = pytest.mark.emulator

TABS = 16
ROUNDS = 3


def asked_to_consent(stage: World) -> Browser:
    """A signed-in browser at the consent page."""
    return stage.browser().open(stage.authorize_url(prompt="consent")).sign_in()


def answers(replies: list[Reply]) -> list[str]:
    """Where the pages lead that carry an answer to the client."""
    return [reply.page.refresh for reply in replies if reply.page.refresh is not None]


def press_and_go_on(press: Sender, go_on: Sender, world: World) -> Reply:
    """Send the form, and follow where it leads."""
    reply = press(world)
    return go_on(world) if reply.status == 303 else reply


def test_one_tab_finishes_a_request(stage: World) -> None:
    """Everything is answered, and all tabs go on at once: one gets the code."""
    worlds = racers(stage, TABS)
    for _ in range(ROUNDS):
        browser = asked_to_consent(stage)
        assert pressing(browser, "consent", "allow")(stage).status == 303
        replies = all_at_once([partial(going_on(browser), world) for world in worlds])
        assert statuses(replies) == {200: 1, 400: TABS - 1}
        (url,) = answers(replies)
        assert "code=" in url


def test_one_decision_counts(stage: World) -> None:
    """Allow is pressed in every tab at once: still one code."""
    worlds = racers(stage, TABS)
    for _ in range(ROUNDS):
        browser = asked_to_consent(stage)
        allow = partial(press_and_go_on, pressing(browser, "consent", "allow"), going_on(browser))
        (url,) = answers(all_at_once([partial(allow, world) for world in worlds]))
        assert "code=" in url


def test_allow_and_deny_give_one_answer(stage: World) -> None:
    """Allow in some tabs, Deny in others: a code or a refusal goes to the client, never both."""
    worlds = racers(stage, TABS)
    for _ in range(ROUNDS):
        browser = asked_to_consent(stage)
        buttons = ["allow", "deny"] * (TABS // 2)
        replies = all_at_once(
            [
                partial(press_and_go_on, pressing(browser, "consent", button), going_on(browser), w)
                for w, button in zip(worlds, buttons, strict=True)
            ]
        )
        (url,) = answers(replies)
        assert ("code=" in url) != ("error=access_denied" in url)
