"""A scheme without a dot, by every way to register, on stages that name it and others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.administration import clients
from chalicelib.registration import InvalidRedirectURI
from chalicelib.values import replace
from tests.console.conftest import person, register
from tests.flows import described, registrations
from tests.world import World

CURSOR = "cursor://anysphere.cursor-mcp/oauth/callback"
PUBLIC = {**registrations.PUBLIC, "redirect_uris": [CURSOR]}
WORDS = "must start with https://"


def naming(world: World, *schemes: str, **settings: Any) -> World:
    """The same server where these schemes are named."""
    world.settings = replace(world.settings, native_schemes=schemes, **settings)
    world.restart()
    return world


def by_operator(world: World) -> str:
    """What is wrong with a client on the command line; "" where nothing is."""
    try:
        clients.create({**PUBLIC, "application_type": "native"}, world.services)
    except InvalidRedirectURI as refused:
        return str(refused)
    return ""


def by_change(world: World) -> str:
    """The same of a change by an operator."""
    given = {**PUBLIC, "redirect_uris": ["com.example:/x"], "application_type": "native"}
    client, _ = clients.create(given, world.services)
    try:
        clients.update(client.client_id, {"redirect_uris": [CURSOR]}, world.services)
    except InvalidRedirectURI as refused:
        return str(refused)
    return ""


def by_itself(world: World) -> str:
    """The same at /register."""
    naming(world, *world.settings.native_schemes, registration="open")
    reply = registrations.post(world, PUBLIC)
    return "" if reply.status == 201 else str(reply.json["error_description"])


def by_itself_later(world: World) -> str:
    """The same of a change that a client makes of itself."""
    naming(world, *world.settings.native_schemes, registration="open")
    client = registrations.registered(world)
    sent = registrations.as_sent(client, redirect_uris=[CURSOR])
    reply = registrations.manage(world, "PUT", client, sent)
    return "" if reply.status == 200 else str(reply.json["error_description"])


def by_document(world: World) -> str:
    """The same of a document."""
    described.open_to_documents(world).publish(redirect_uris=[CURSOR])
    browser = world.browser().open(world.authorize_url(**described.wishes(redirect_uri=CURSOR)))
    return "" if "sign-in" in browser.page.forms else browser.page.text


def in_console(world: World) -> str:
    """The same in the wizard, then on the page of redirect URIs."""
    naming(world, *world.settings.native_schemes, console=True)
    browser = person(world, "dora", "developer")
    client_id = register(browser, "native", redirect_uris="com.example:/x")
    browser.open(f"{world.issuer}/console/redirect-uris/{client_id}")
    browser.submit("redirect-uris", redirect_uri=CURSOR)
    assert browser.reply is not None
    return "" if browser.reply.status == 200 else browser.page.text


WAYS = (by_operator, by_change, by_itself, by_itself_later, by_document, in_console)


@pytest.mark.parametrize("way", WAYS)
def test_a_scheme_that_is_named_is_registered(world: World, way: Callable[[World], str]) -> None:
    """By everyone."""
    assert way(naming(world, "cursor")) == ""


@pytest.mark.parametrize("way", WAYS)
def test_a_scheme_that_is_not_named_is_refused(world: World, way: Callable[[World], str]) -> None:
    """By everyone; and where another is named, the reason names that."""
    assert WORDS in way(world)


def test_the_refusal_tells_what_is_named(world: World) -> None:
    """At /register, where applications come that nobody here knows."""
    assert by_itself(naming(world, "vscode")).endswith("or is one of vscode")


def test_the_consent_page_warns(world: World) -> None:
    """As of every scheme; and the answer goes there."""
    naming(world, "cursor", registration="open")
    client = registrations.registered(world, PUBLIC)
    url = world.authorize_url(client_id=client["client_id"], redirect_uri=CURSOR, scope="read")
    browser = world.browser().open(url).sign_in()
    assert "The answer goes to an app on this device" in browser.page.text
    assert "(cursor)" in browser.page.text
    form = browser.page.forms["consent"]
    headers = [("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))]
    fields = [*form.fields, form.buttons["allow"]]
    answer = world.post("/authorize/consent", fields, headers=headers).page
    if answer.refresh is None:
        onward = f"/authorize?interaction={dict(form.fields)['interaction']}"
        answer = world.request("GET", onward, headers=headers).page
    assert (answer.refresh or "").startswith(f"{CURSOR}?code=")


def test_about_tells_of_it(world: World) -> None:
    """As a page and as JSON."""
    naming(world, "cursor", "vscode")
    assert "or cursor or vscode; the consent page" in world.get("/about").text
