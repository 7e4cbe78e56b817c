"""Counters count: of many guesses at once, no more than the limit are looked at."""

from __future__ import annotations

from functools import partial

import pytest

from chalicelib import throttling
from tests.browser import Browser
from tests.races.forms import pressing
from tests.races.starting_line import RACERS, all_at_once, racers, statuses
from tests.world import World

pytestmark = pytest.mark.emulator


def test_no_more_sign_ins_than_the_limit_are_checked(stage: World) -> None:
    """Wrong passwords for one account at once: so many are refused as wrong, the rest unheard."""
    browsers = [
        Browser(world, f"198.51.100.{number}").open(stage.authorize_url())
        for number, world in enumerate(racers(stage))
    ]
    all_at_once([partial(browser.sign_in, password="a guess") for browser in browsers])
    most = throttling.SIGN_IN_BY_ACCOUNT.most
    replies = [browser.reply for browser in browsers if browser.reply is not None]
    assert statuses(replies) == {400: most, 429: RACERS - most}

    last = browsers[0].sign_in()
    assert last.reply is not None
    assert last.reply.status == 429


def test_no_more_sign_ins_than_the_limit_are_checked_from_an_address(stage: World) -> None:
    """The same for one address and as many accounts as guesses."""
    most = throttling.SIGN_IN_BY_ADDRESS.most
    page = stage.browser().open(stage.authorize_url())
    guesses = [
        pressing(page, "sign-in", "submit", username=f"{number}@example.com", password="a guess")
        for number in range(2 * RACERS)
    ]
    worlds = racers(stage)
    replies = []
    for half in (guesses[:RACERS], guesses[RACERS:]):
        acts = [partial(guess, world) for guess, world in zip(half, worlds, strict=True)]
        replies += all_at_once(acts)
    assert statuses(replies) == {400: most, 429: 2 * RACERS - most}


def test_right_passwords_leave_no_count(stage: World) -> None:
    """Sign-ins that succeed at once, within the limit, are not held against anyone."""
    most = throttling.SIGN_IN_BY_ACCOUNT.most
    worlds = racers(stage, most)
    for _ in range(3):
        browsers = [Browser(world).open(stage.authorize_url()) for world in worlds]
        all_at_once([browser.sign_in for browser in browsers])
        replies = [browser.reply for browser in browsers if browser.reply is not None]
        assert statuses(replies) == {200: most}
        assert all("consent" in browser.page.forms for browser in browsers)


def test_failed_client_authentications_are_all_counted(stage: World) -> None:
    """Each wrong secret is counted once: one too many of them and the next is throttled."""
    most = throttling.CLIENT_BY_CALLER.most
    wrong = ("demoweb", "a guess")
    replies = all_at_once([partial(world.refresh, "x", auth=wrong) for world in racers(stage)])
    assert statuses(replies) == {401: most, 429: RACERS - most}
