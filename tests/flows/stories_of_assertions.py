"""The stories of clients that prove themselves by what they sign."""

from __future__ import annotations

from tests.flows.assertions import ask, proof, register, signed
from tests.flows.story import Story, status_in, status_is
from tests.reply import Reply
from tests.world import World


def machine_that_signs(world: World) -> Story:
    """A new assertion is heard, also after an answer that was lost."""
    _known(world)
    token = signed(world)

    def holds(reply: Reply) -> None:
        if reply.status == 200:
            status_is(ask(world, token), 401)
        status_is(ask(world, signed(world)), 200)

    return Story(lambda: ask(world, token), 200, holds)


def replay_an_assertion(world: World) -> Story:
    """One that was used gets nothing, ever; in a process without suspects."""
    world.clock.forward(5 * 60)
    world.restart()
    _known(world)
    token = signed(world)
    status_is(ask(world, token), 200)
    return Story(lambda: ask(world, token), 401, lambda r: status_in(r, (401, 429, 503)))


def redeem_and_sign(world: World) -> Story:
    """A code is traded once, whatever becomes of the assertion beside it."""
    _known(world)
    code = world.code(client_id="asserter", scope="read")

    def redeem() -> Reply:
        return world.redeem(code, auth=None, **proof(signed(world)))

    def holds(reply: Reply) -> None:
        again = redeem()
        if reply.status == 200:
            assert again.json["error"] == "invalid_grant"
        else:
            assert again.status == 200 or again.json["error"] == "invalid_grant"

    return Story(redeem, 200, holds)


def _known(world: World) -> None:
    if world.services.registry.client("asserter") is None:
        register(world)
    status_is(ask(world, signed(world)), 200)


STORIES = (machine_that_signs, replay_an_assertion, redeem_and_sign)
