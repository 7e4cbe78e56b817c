"""What clients that register themselves cost: each makes ready, and returns what is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib import lapsing, throttling
from chalicelib.settings import DAY
from tests.flows import registrations as tell
from tests.flows.priced import MACHINE
from tests.flows.registrations import CONFIDENTIAL, PUBLIC, as_sent, bearer, manage
from tests.world import World


def register(world: World) -> Callable[[], Any]:
    """Counted twice, for the source and for all; then its name and itself."""
    return lambda: tell.post(world, PUBLIC)


def register_with_a_token(world: World) -> Callable[[], Any]:
    """Nothing is counted but the use of the token."""
    token = tell.initial_token(world)
    before = world.settings
    tell.with_tokens_only(world)

    def act() -> Any:
        reply = tell.post(world, PUBLIC, bearer(token))
        world.settings = before
        assert reply.status == 201

    return act


def register_too_often(world: World) -> Callable[[], Any]:
    """Refused by the first counter; nothing is stored."""
    tell.registered(world)
    world.set_counters("registration-address", throttling.REGISTRATION_BY_ADDRESS.most)

    def act() -> None:
        assert tell.post(world, PUBLIC).status == 429
        world.clock.forward(throttling.REGISTRATION_BY_ADDRESS.seconds)

    return act


def look(world: World) -> Callable[[], Any]:
    """Read, always anew."""
    client = tell.registered(world)
    return lambda: manage(world, "GET", client)


def change(world: World) -> Callable[[], Any]:
    """Read, counted, written."""
    client = tell.registered(world)
    sent = as_sent(client, client_name="Another")
    return lambda: manage(world, "PUT", client, sent)


def manage_what_is_not_there(world: World) -> Callable[[], Any]:
    """A failure is counted for the caller and for the address."""
    headers = [bearer("A" * 43)]
    return lambda: world.request("GET", "/register/nobody", headers=headers)


API = "https://api.example.com"


def _begin_a_month(world: World) -> None:
    """Once in thirty days its name in the directory is written as well: not in the next ones."""
    kept_until = world.clock() + 31 * DAY
    world.clock.forward(lapsing.MONTH - kept_until % lapsing.MONTH)


def _read(world: World, client: dict[str, Any]) -> None:
    """The client and the resource are in memory."""
    asked = {"client_id": client["client_id"], "redirect_uri": client["redirect_uris"][0]}
    world.browser().open(world.authorize_url(**asked, resource=API, prompt="none"))


def code_a_day_later(world: World) -> Callable[[], Any]:
    """One write more: the registration is kept."""
    _begin_a_month(world)
    client = tell.registered(world, CONFIDENTIAL)
    asked = {"client_id": client["client_id"], "redirect_uri": tell.WEB, "scope": "read"}
    asked["resource"] = API
    browser = world.browser()
    world.code(browser, **asked)
    world.clock.forward(DAY + 1)
    world.code(browser, prompt="login")
    _read(world, client)
    return lambda: browser.open(world.authorize_url(**asked))


def refresh_on_the_same_day(world: World) -> Callable[[], Any]:
    """As any client's."""
    client = tell.registered(world)
    token = tell.redeem(world, client, tell.code(world, client)).json["refresh_token"]
    _read(world, client)
    return lambda: tell.refresh(world, client, token)


def refresh_a_day_later(world: World) -> Callable[[], Any]:
    """The same."""
    _begin_a_month(world)
    client = tell.registered(world)
    token = tell.redeem(world, client, tell.code(world, client)).json["refresh_token"]
    world.clock.forward(DAY + 2)
    world.post("/token", {"grant_type": "client_credentials", "scope": "read"}, auth=MACHINE)
    _read(world, client)
    return lambda: tell.refresh(world, client, token)
