"""The stories of requests that come as objects, by value and by reference."""

from __future__ import annotations

from tests.client_signatures import jwks
from tests.flows import objects
from tests.flows.story import Story, code_in, visit
from tests.reply import Reply
from tests.world import World

NOWHERE = "http://127.0.0.1:1/r"


def signed_request(world: World) -> Story:
    """Signed in, with consent on record: a code, as for a plain request."""
    objects.register(world)
    browser = objects.member(world)
    objects.arrived(world, objects.url(world, request=objects.signed(world)))
    act = visit(browser, objects.url(world, request=objects.signed(world)))

    def holds(reply: Reply) -> None:
        assert code_in(act()), "the same object is good again"

    return Story(act, 303, holds)


def request_by_reference(world: World) -> Story:
    """What cannot be counted is not fetched; where nobody listens nothing is there to read."""
    objects.register(world, jwks=jwks(), request_uris=[NOWHERE])
    act = visit(world.browser(), objects.url(world, request_uri=NOWHERE))

    def holds(reply: Reply) -> None:
        assert reply.header("Location") is None
        assert ("invalid_request_uri" in reply.page.text) == (reply.status == 400)

    return Story(act, 400, holds)
