"""Many who replace one secret at the same time: one is shown a secret, and it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from urllib.parse import urlencode

import pytest

from chalicelib.administration import Refused, clients
from tests.console.conftest import opened, person, register, secret_of
from tests.on_ministack import Cloud
from tests.races.forms import Sender, going
from tests.races.interruption import StoppedBeforeUpdate, process
from tests.races.starting_line import all_at_once, racers, statuses
from tests.reply import Reply
from tests.world import World

pytestmark = pytest.mark.emulator

RACERS = 12
ROUNDS = 2
WORDS = "The secret was replaced in the meantime"


@pytest.fixture
def desk(cloud: Cloud) -> Iterator[World]:
    """A server with its console on, on ministack."""
    world = opened(cloud.world())
    yield world
    world.close()


def shown_in(reply: Reply) -> str:
    """The secret on a page."""
    return reply.text.partition('id="client-secret">')[2].partition("<")[0]


def works(stage: World, client_id: str, secret: str) -> bool:
    """Whether a process that starts now takes the secret."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    return stage.twin().post("/token", form, auth=(client_id, secret)).status == 200


def machine(desk: World) -> tuple[str, str, Callable[..., Sender]]:
    """An application with a secret: its client_id, the secret, and what sends a form of its."""
    developer = person(desk, "dora", "developer")
    given = {"allowed_resources": "https://api.example.com", "scope": "read"}
    client_id = register(developer, "machine", **given)
    secret, path = secret_of(developer), f"/console/secrets/{client_id}"

    def form(form_id: str = "rotate", **pressed: str) -> Sender:
        fields = developer.open(f"{desk.issuer}{path}").page.forms[form_id].fields
        return going(developer, "POST", path, urlencode({**dict(fields), **pressed}))

    return client_id, secret, form


def test_one_of_many_forms_replaces_the_secret(desk: World) -> None:
    """The others say that nothing was changed; the one that shows a secret shows the one that
    counts, beside the one that was replaced."""
    client_id, before, form = machine(desk)
    worlds = racers(desk, RACERS)
    for _ in range(ROUNDS):
        replies = all_at_once([partial(form(overlap="day"), world) for world in worlds])
        assert statuses(replies) == {200: 1, 400: RACERS - 1}
        (won,) = (shown_in(reply) for reply in replies if reply.status == 200)
        assert all(WORDS in reply.text for reply in replies if reply.status == 400)
        assert not any(shown_in(reply) for reply in replies if reply.status == 400)
        assert works(desk, client_id, won)
        assert works(desk, client_id, before)
        before = won


def test_one_of_many_commands_replaces_the_secret(desk: World) -> None:
    """On the command line it is the same."""
    client_id, _, _ = machine(desk)

    def rotate(world: World) -> str:
        with suppress(Refused):
            return clients.rotate_secret(client_id, world.services)[1]
        return ""

    for _ in range(ROUNDS):
        # Who reads after another has written replaces that one's secret, which still counts.
        made = all_at_once([partial(rotate, world) for world in racers(desk, 2)])
        assert any(made)
        assert all(works(desk, client_id, secret) for secret in made if secret)


def test_what_was_replaced_since_it_was_read_is_not_replaced(desk: World) -> None:
    """Another is done between this one's reading and writing: that one's secret counts."""
    client_id, before, form = machine(desk)
    made: list[str] = []
    mine = form(overlap="none")
    rotate = partial(clients.rotate_secret, client_id, desk.twin().services)
    stopped = StoppedBeforeUpdate(desk, lambda: made.append(rotate()[1]))
    reply = mine(process(desk, stopped))
    assert reply.status == 400
    assert WORDS in reply.text
    assert [works(desk, client_id, secret) for secret in (before, *made)] == [True, True]


def test_the_end_of_an_old_secret_is_the_end_of_that_one(desk: World) -> None:
    """Whoever ends the old secret does not end the one that another has just replaced."""
    client_id, _, form = machine(desk)
    second = shown_in(form(overlap="week")(desk.twin()))
    end = form("end", act="end")
    rotate = partial(clients.rotate_secret, client_id, desk.twin().services)
    reply = end(process(desk, StoppedBeforeUpdate(desk, rotate)))
    assert reply.status == 400
    assert WORDS in reply.text
    assert works(desk, client_id, second)
