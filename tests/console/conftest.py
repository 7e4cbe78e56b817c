"""A server with its console open, and people who work there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from chalicelib.administration import users
from chalicelib.records.client import Client, client_key
from chalicelib.values import replace
from tests.browser import Browser
from tests.emulated_aws import Recorder
from tests.stage import CHEAPEST
from tests.world import World

Emulated = tuple[str, Recorder, dict[str, dict[str, str]]]


def opened(world: World, **settings: object) -> World:
    """The same server with its console on."""
    world.settings = replace(world.settings, console=True, **settings)
    world.restart()
    return world


@pytest.fixture
def desk(world: World) -> World:
    """A server whose console is on."""
    return opened(world)


@pytest.fixture(scope="module")
def office(emulated: Emulated) -> Iterator[World]:
    """The module's server, for stories that do not mind each other."""
    world = opened(World(*emulated))
    yield world
    world.close()


def person(world: World, name: str, *roles: str) -> Browser:
    """A browser in which a new user with these roles is signed in, on the console's first page."""
    username = f"{name}@example.com"
    users.create(username, f"{name}-password", {}, world.services, CHEAPEST, roles)
    world.clock.forward(1)
    browser = world.browser()
    browser.open(f"{world.issuer}/console")
    return browser.sign_in(username, f"{name}-password")


People = Callable[..., Browser]


def register(browser: Browser, kind: str = "web", **changes: str | list[str]) -> str:
    """Register an application by the wizard; its client_id."""
    issuer = browser.world.issuer
    given: dict[str, str | list[str]] = {"client_name": f"A {kind} application"}
    if kind != "machine":
        given["redirect_uris"] = "https://app.example.com/callback"
    browser.open(f"{issuer}/console/new/{kind}").submit("new", **(given | changes))
    assert browser.reply is not None
    assert browser.reply.status == 200, browser.page.text
    page = browser.page
    onward = page.links.get("go-on") or page.forms["settings"].action
    return onward.rpartition("/")[2]


def secret_of(browser: Browser) -> str:
    """The secret on the page that is shown."""
    assert browser.reply is not None
    return browser.reply.text.partition('id="client-secret">')[2].partition("<")[0]


def client_of(world: World, client_id: str) -> Client:
    """The client as it is stored."""
    found = world.services.table.get(Client, client_key(client_id))
    assert found is not None
    return found
