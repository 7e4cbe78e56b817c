"""The stories of clients by document: whatever fails, a client is there whole or not at all."""

from __future__ import annotations

from tests.flows import described
from tests.flows.described import URL, Web
from tests.flows.story import Story, status_is
from tests.reply import Reply
from tests.world import World


def _web(world: World) -> Web:
    assert isinstance(world.fetcher, Web)
    return world.fetcher


def come_for_the_first_time(world: World) -> Story:
    """A client that nobody knows: its users can sign in, at once or at the next try."""
    described.forget(world)
    _web(world).publish()

    def holds(reply: Reply) -> None:
        status_is(described.ask(world), 200)
        assert described.tokens(world)["access_token"]

    return Story(lambda: described.ask(world), 200, holds)


def come_after_a_while(world: World) -> Story:
    """A document is read again: nothing of the client is lost or mixed."""
    described.forget(world)
    _web(world).publish(cache="max-age=60")
    token = described.tokens(world)["refresh_token"]
    _web(world).publish(client_name="Other Agent")
    world.clock.forward(60)

    def holds(reply: Reply) -> None:
        status_is(described.refresh(world, token), 200)
        client = world.new_services().registry.client(URL, current=True)
        assert client is not None
        assert client.client_name == "Other Agent"

    return Story(lambda: described.refresh(world, token), 200, holds)


def come_when_it_is_gone(world: World) -> Story:
    """A document is gone: nobody is given anything, however often."""
    described.forget(world)
    _web(world).publish(cache="max-age=60")
    token = described.tokens(world)["refresh_token"]
    _web(world).answers.clear()
    world.clock.forward(60)

    def holds(reply: Reply) -> None:
        status_is(described.refresh(world, token), 401)

    return Story(lambda: described.ask(world), 400, holds)


STORIES = (come_for_the_first_time, come_after_a_while, come_when_it_is_gone)
