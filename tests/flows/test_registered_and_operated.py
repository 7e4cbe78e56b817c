"""Clients that have registered themselves, in an operator's hands. RFC 7592 section 5."""

from __future__ import annotations

from typing import Any

from chalicelib.administration import clients
from tests.flows import registrations as tell
from tests.flows.registrations import (
    CONFIDENTIAL,
    NATIVE,
    PUBLIC,
    as_sent,
    is_unknown,
    manage,
)
from tests.world import World


def test_what_an_operator_has_set_stays(world: World) -> None:
    """A client cannot take it back, and sends nothing of it."""
    client = tell.registered(world, CONFIDENTIAL)
    own = {"introspection": "all", "verified": True, "allowed_resources": []}
    clients.update(client["client_id"], own, world.services)
    assert manage(world, "PUT", client, as_sent(client, tos_uri=None)).status == 200
    after = clients.get(client["client_id"], world.services)
    assert (after.introspection, after.allowed_resources, after.verified) == ("all", (), True)


def test_the_scope_that_an_operator_has_set_is_a_limit(world: World) -> None:
    """What a client registered of itself is none; and it cannot free itself of the operator's."""
    client = tell.registered(world, scope="read")
    assert "code" in asked(world, client, "write")
    clients.update(client["client_id"], {"scope": "read"}, world.services)
    wider = as_sent(client, scope="read write", default_scope="write")
    assert manage(world, "PUT", client, wider).status == 200
    world.restart()
    assert "code" in asked(world, client, "read")
    assert asked(world, client, "write")["error"] == "invalid_scope"
    assert asked(world, client, None)["error"] == "invalid_scope"


def asked(world: World, client: dict[str, Any], scope: str | None) -> dict[str, str]:
    """What a request for a scope is answered."""
    changes = {"client_id": client["client_id"], "redirect_uri": client["redirect_uris"][0]}
    browser = world.browser().open(world.authorize_url(scope=scope, **changes))
    if browser.arrived is None:
        browser.sign_in().allow()
    assert browser.arrived is not None
    return browser.arrived


def test_an_operator_may_change_one_that_says_localhost(world: World) -> None:
    """What it registered with stays good."""
    client = tell.registered(world, PUBLIC, redirect_uris=["http://localhost/cb", NATIVE])
    after = clients.update(client["client_id"], {"tos_uri": "https://a.example"}, world.services)
    assert after.redirect_uris == ("http://localhost/cb", NATIVE)
    assert after.expires_at is not None


def test_one_that_an_operator_has_blocked_manages_nothing(world: World) -> None:
    """It would lift the block by leaving."""
    client = tell.registered(world)
    clients.block(client["client_id"], world.services)
    for method in ("GET", "DELETE"):
        is_unknown(manage(world, method, client))
    clients.unblock(client["client_id"], world.services)
    assert manage(world, "GET", client).status == 200
