"""The stories of clients that register themselves, for faults at each call of AWS."""

from __future__ import annotations

from functools import partial

from chalicelib.administration import initial_access_tokens
from tests.flows import registrations as tell
from tests.flows.registrations import CONFIDENTIAL, PUBLIC, as_sent, bearer, manage
from tests.flows.story import Story, code_in, visit
from tests.reply import Reply
from tests.world import World


def register(world: World) -> Story:
    """Registered: it works. Not registered: nobody was told a name, and it can try again."""
    act = partial(tell.post, world, CONFIDENTIAL)

    def holds(reply: Reply) -> None:
        told = reply if reply.status == 201 else act()
        assert told.status == 201
        assert ("client_id" in reply.json) == (reply.status == 201)
        world.clock.forward(1)
        assert tell.redeem(world, told.json, tell.code(world, told.json)).status == 200

    return Story(act, 201, holds)


def register_with_a_token(world: World) -> Story:
    """One use registers one client; a fault that was told may have cost the use, never more."""
    before = world.settings
    tell.with_tokens_only(world)
    token = tell.initial_token(world, uses=2)
    act = partial(tell.post, world, PUBLIC, bearer(token))

    def holds(reply: Reply) -> None:
        made = reply.status == 201
        for _ in range(3):
            made += act().status == 201
        assert made in ((2,) if reply.status == 201 else (1, 2))
        assert initial_access_tokens.find(token, world.services) is None
        world.settings = before
        world.restart()

    return Story(act, 201, holds)


def look(world: World) -> Story:
    """Told all, or nothing."""
    client = tell.registered(world)
    act = partial(manage, world, "GET", client)

    def holds(reply: Reply) -> None:
        assert ("redirect_uris" in reply.json) == (reply.status == 200)
        assert act().status == 200

    return Story(act, 200, holds)


def change(world: World) -> Story:
    """Changed as a whole, or not at all; the same again does no harm."""
    client = tell.registered(world)
    sent = as_sent(client, client_name="Another", scope="read")
    act = partial(manage, world, "PUT", client, sent)

    def holds(reply: Reply) -> None:
        found = manage(world, "GET", client).json
        changed = (found["client_name"], found.get("scope"))
        assert changed in ((("Another", "read"),) if reply.status == 200 else CHANGED)
        assert act().json["client_name"] == "Another"

    return Story(act, 200, holds)


CHANGED = (("Another", "read"), (PUBLIC["client_name"], None))


def leave(world: World) -> Story:
    """After a 204 nothing of it works; after a fault it can be asked again, or is gone."""
    client = tell.registered(world)
    token = tell.redeem(world, client, tell.code(world, client)).json["refresh_token"]
    act = partial(manage, world, "DELETE", client)

    def holds(reply: Reply) -> None:
        if reply.status != 204:
            assert act().status in (204, 401)
        world.restart()
        assert manage(world, "GET", client).status == 401
        assert tell.refresh(world, client, token).json["error"] == "invalid_client"

    return Story(act, 204, holds)


def first_code(world: World) -> Story:
    """The registration outlives the code, or there is no code."""
    client = tell.registered(world, CONFIDENTIAL)
    asked = {"client_id": client["client_id"], "redirect_uri": tell.WEB, "scope": "read"}
    browser = world.browser().open(world.authorize_url(**asked)).sign_in().allow()
    world.clock.forward(2 * 24 * 60 * 60 - 60)
    world.restart()
    browser.open(world.authorize_url(**asked)).sign_in()
    world.clock.forward(1)
    act = visit(browser, world.authorize_url(**asked))

    def holds(reply: Reply) -> None:
        reply = reply if code_in(reply) else act()
        assert tell.redeem(world, client, code_in(reply) or "").status == 200

    return Story(act, 303, holds)


def refresh_a_day_later(world: World) -> Story:
    """The registration is kept before the token moves on; a lost answer can be asked for again."""
    client = tell.registered(world)
    token = tell.redeem(world, client, tell.code(world, client)).json["refresh_token"]
    world.clock.forward(3 * 24 * 60 * 60)
    act = partial(tell.refresh, world, client, token)

    def holds(reply: Reply) -> None:
        reply = reply if reply.status == 200 else act()
        assert tell.refresh(world, client, reply.json["refresh_token"]).status == 200

    return Story(act, 200, holds)
