"""What provers have in common: the document, and the ways to ask for something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from chalicelib.administration import Refused, clients
from chalicelib.registration import InvalidMetadata
from tests.browser import Browser
from tests.world import REDIRECT, World

WEB = ("demoweb", "demowebsecret")
LOCATIONS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


def document(world: World, location: str = LOCATIONS[0]) -> dict[str, Any]:
    """The live document."""
    reply = world.get(location)
    assert reply.status == 200
    return reply.json


def others(well_known: Iterable[str], listed: Iterable[str]) -> list[str]:
    """The values that a registry has and the document does not; there are some."""
    found = sorted(set(well_known) - set(listed))
    assert found
    return found


def answer(world: World, browser: Browser | None = None, **changes: str | None) -> dict[str, str]:
    """What a request at /authorize is answered at once, with nobody asked."""
    browser = (browser or world.browser()).open(world.authorize_url(**changes))
    assert browser.arrived is not None, "a page was shown"
    return browser.arrived


def refusal(world: World, **changes: str | None) -> str:
    """The error that a request at /authorize is answered at once."""
    return answer(world, None, **changes)["error"]


def signed_in(world: World, scope: str = "openid read write") -> Browser:
    """A browser whose user has agreed to demoweb's wishes."""
    browser = world.browser()
    world.code(browser, scope=scope)
    world.clock.forward(1)
    return browser


def register(world: World, client_id: str, **members: Any) -> tuple[str, str]:
    """A confidential client of the code flow: its name and secret."""
    metadata: Mapping[str, Any] = {
        "client_id": client_id,
        "client_secret": f"{client_id}-secret",
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token"],
    }
    clients.create({**metadata, **members}, world.services)
    world.clock.forward(1)
    return client_id, f"{client_id}-secret"


@contextmanager
def not_registered(member: str) -> Iterator[None]:
    """What is registered here is refused, in words that name the member."""
    with pytest.raises((InvalidMetadata, Refused), match=f"^{member}: "):
        yield


def tokens(world: World, client: tuple[str, str], **changes: str | None) -> dict[str, Any]:
    """The code flow of a client, to its tokens."""
    asked: dict[str, str | None] = {"client_id": client[0], "scope": "openid", **changes}
    reply = world.redeem(world.code(None, **asked), auth=client)
    assert reply.status == 200, reply.text
    return reply.json
