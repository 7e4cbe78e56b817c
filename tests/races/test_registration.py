"""Many who register, or use up, one thing at the same time. RFC 7591 section 3, RFC 7592."""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pytest

from chalicelib import throttling
from tests.flows import registrations as tell
from tests.flows.registrations import CONFIDENTIAL, JSON, PUBLIC, as_sent, bearer, manage
from tests.races import other_process
from tests.races.starting_line import all_at_once, racers, statuses
from tests.world import World

pytestmark = pytest.mark.emulator

RACERS = 12
ROUNDS = 2


def registered_names(stage: World) -> list[str]:
    """The clients in the table that registered themselves."""
    items = [item for item in stage.items() if item["t"]["S"] == "client"]
    return [item["id"]["S"] for item in items if item.get("rb", {}).get("S") == "dynamic"]


@pytest.mark.parametrize("uses", [1, 5])
def test_a_token_is_used_as_often_as_it_says(stage: World, uses: int) -> None:
    """The others are refused, and leave nothing behind."""
    tell.with_tokens_only(stage)
    worlds = racers(stage, RACERS)
    for turn in range(1, ROUNDS + 1):
        token = tell.initial_token(stage, uses=uses)
        acts = [partial(tell.post, world, PUBLIC, bearer(token)) for world in worlds]
        replies = all_at_once(acts)
        assert statuses(replies) == {201: uses, 401: RACERS - uses}
        assert len(registered_names(stage)) == uses * turn


def test_two_processes_use_a_token_once(stage: World) -> None:
    """The same, with nothing shared but the table."""
    tell.with_tokens_only(stage)
    context = multiprocessing.get_context("spawn")
    line = context.Barrier(2 * RACERS)
    starter = other_process.at_the_line
    with ProcessPoolExecutor(2, mp_context=context, initializer=starter, initargs=(line,)) as pool:
        for _ in range(ROUNDS):
            headers = [JSON, bearer(tell.initial_token(stage))]
            call = ("POST", "/register", headers, json.dumps(PUBLIC).encode())
            given = (stage.endpoint, stage.settings, stage.clock(), call, RACERS)
            running = [pool.submit(other_process.send, *given) for _ in range(2)]
            answers = [answer for one in running for answer in one.result(timeout=120)]
            assert Counter(status for status, _ in answers) == {201: 1, 401: 2 * RACERS - 1}
            (won,) = (json.loads(body) for status, body in answers if status == 201)
            assert won["client_id"] in registered_names(stage)


def test_no_more_register_than_the_limit(stage: World) -> None:
    """However many come at once."""
    worlds = racers(stage, RACERS)
    assert tell.post(stage, PUBLIC).status == 201
    stage.set_counters("registration-address", throttling.REGISTRATION_BY_ADDRESS.most - 3)
    replies = all_at_once([partial(tell.post, world, PUBLIC) for world in worlds])
    assert statuses(replies) == {201: 3, 429: RACERS - 3}


def test_a_client_that_leaves_is_not_brought_back(stage: World) -> None:
    """Changes that were on their way meet nobody."""
    worlds = racers(stage, RACERS - 1)
    for _ in range(ROUNDS):
        client = tell.registered(stage, CONFIDENTIAL)
        sent = as_sent(client, client_name="Another")
        changes = [partial(manage, world, "PUT", client, sent) for world in worlds]
        all_at_once([*changes, partial(manage, stage, "DELETE", client)])
        assert client["client_id"] not in registered_names(stage)
        assert manage(stage.twin(), "GET", client).status == 401


def test_the_registration_is_kept_by_many_at_once(stage: World) -> None:
    """Each of many processes issues a code: one of them writes, and all go on."""
    worlds = racers(stage, RACERS)
    client = tell.registered(stage, CONFIDENTIAL)
    asked = {"client_id": client["client_id"], "redirect_uri": tell.WEB, "scope": "read"}
    browser = stage.browser()
    stage.code(browser, **asked)
    held = [("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))]
    stage.clock.forward(6 * 60 * 60)
    url = stage.authorize_url(**asked).removeprefix(stage.issuer)
    replies = all_at_once([partial(w.request, "GET", url, headers=held) for w in worlds])
    assert statuses(replies) == {303: RACERS}
    assert all("code=" in (reply.header("Location") or "") for reply in replies)
