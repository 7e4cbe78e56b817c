"""Many with one assertion about a user, and many that bring one new user. RFC 7523 section 3."""

from __future__ import annotations

from functools import partial

import pytest

from chalicelib.administration import links, users
from tests.flows import id_jags
from tests.flows.id_jags import IDP, bring, signed
from tests.races.starting_line import ROUNDS, all_at_once, racers, statuses
from tests.reply import claims
from tests.world import World

pytestmark = pytest.mark.emulator


def test_one_of_many_has_the_use_of_an_assertion(stage: World) -> None:
    """The others are told that it was used."""
    id_jags.ready(stage)
    worlds = racers(stage)
    for _ in range(ROUNDS):
        token = signed(stage)
        replies = all_at_once([partial(bring, world, token) for world in worlds])
        assert statuses(replies) == {200: 1, 400: len(worlds) - 1}
        refused = {reply.text for reply in replies if reply.status == 400}
        assert all("was used before" in text for text in refused)


def test_of_one_new_user_one_is_made(stage: World) -> None:
    """Each with its own assertion: all tokens are the same user's, and nothing is left over."""
    id_jags.ready(stage, users="create")
    worlds = racers(stage)
    before = len(tuple(users.list_all(stage.services)))
    for number in range(ROUNDS):
        subject = f"new-{number}"
        tokens = [signed(stage, sub=subject) for _ in worlds]
        acts = [partial(bring, world, token) for world, token in zip(worlds, tokens, strict=True)]
        replies = all_at_once(acts)
        assert statuses(replies) == {200: len(worlds)}
        found = {claims(reply.json["access_token"])["sub"] for reply in replies}
        assert len(found) == 1
        made = users.find(found.pop(), stage.services)
        assert [known.subject for known in links.of_user(made, stage.services)] == [subject]
        assert len(tuple(users.list_all(stage.services))) == before + number + 1
    everyone = tuple(users.list_all(stage.services))
    linked = [known for user in everyone for known in links.of_user(user, stage.services)]
    kept = [item for item in stage.items() if item["t"]["S"] == "link of user"]
    assert len(kept) == len(linked)
    assert {known.issuer for known in linked} == {IDP}
