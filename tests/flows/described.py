"""Clients that a document at their https URL describes, and the web that it is read from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from chalicelib.administration import Refused, clients
from chalicelib.fetching import MOST_BYTES, Fetcher, NotFetched
from chalicelib.values import replace
from tests.browser import Browser
from tests.reply import Reply
from tests.world import VERIFIER, World

URL = "https://app.example/oauth/client.json"
BACK = "https://app.example/callback"
ELSEWHERE = "https://elsewhere.example/callback"
LOOPBACK = "http://127.0.0.1/callback"
SCOPE = "openid read offline_access"
UNREACHED = NotFetched("ConnectionRefusedError: nobody there")


class Web(Fetcher):
    """The documents of others by URL, without a network. `asked`: what was, in order.

    meanwhile: what happens while one is read.
    """

    meanwhile: Callable[[], object] | None = None

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, tuple[Mapping[str, str], str] | NotFetched] = {}
        self.asked: list[str] = []

    def document(
        self, url: str, *types: str, suffix: str = "", most_bytes: int = MOST_BYTES
    ) -> tuple[Mapping[str, str], str]:
        """What lies at a URL; NotFetched."""
        self.check(url)
        self.asked.append(url)
        if self.meanwhile is not None:
            self.meanwhile()
        found = self.answers.get(url, NotFetched("the answer is 404", 404))
        if isinstance(found, NotFetched):
            raise found
        return found

    def publish(self, url: str = URL, /, cache: str | None = None, **members: Any) -> str:
        """Publish a good document with other members, None for left out; its URL.

        cache: what its host says in Cache-Control.
        """
        headers = {} if cache is None else {"cache-control": cache}
        self.answers[url] = (headers, json.dumps(document(url, **members)))
        return url


def document(url: str = URL, /, **members: Any) -> dict[str, Any]:
    """A good document with other members, None for left out."""
    good = {
        "client_id": url,
        "client_name": "Example Agent",
        "redirect_uris": [BACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    }
    return {name: value for name, value in {**good, **members}.items() if value is not None}


def open_to_documents(world: World, **settings: Any) -> Web:
    """Let a stage take documents, from a web of its own; in a new process."""
    web = Web()
    world.fetcher = web
    world.settings = replace(world.settings, **{"client_documents": True, **settings})
    world.restart()
    return web


def forget(world: World, *urls: str) -> None:
    """Let nothing be known of some clients, and what they had be dead."""
    for url in urls or (URL,):
        with suppress(Refused):
            clients.delete(url, world.services)
    world.restart()


def wishes(url: str = URL, /, **changes: str | None) -> dict[str, str | None]:
    """What such a client asks at /authorize."""
    return {"client_id": url, "redirect_uri": BACK, "scope": SCOPE, **changes}


def ask(world: World, url: str = URL, /, **changes: str | None) -> Reply:
    """Send its request from a browser that nobody has signed in at; the first answer."""
    target = world.authorize_url(**wishes(url, **changes)).removeprefix(world.issuer)
    return world.request("GET", target)


def code(
    world: World, url: str = URL, /, browser: Browser | None = None, **changes: str | None
) -> str:
    """A code for it."""
    return world.code(browser, **wishes(url, **changes))


def redeem(world: World, given: str, url: str = URL, /, **changes: str) -> Reply:
    """Trade a code, as a public client."""
    form = {"client_id": url, "redirect_uri": BACK, "code_verifier": VERIFIER, **changes}
    return world.redeem(given, auth=None, **form)


def tokens(world: World, url: str = URL, /, **changes: str | None) -> dict[str, Any]:
    """Its whole flow, to the tokens."""
    back = changes.get("redirect_uri") or BACK
    reply = redeem(world, code(world, url, **changes), url, redirect_uri=back)
    assert reply.status == 200, reply.text
    return reply.json


def refresh(world: World, token: str, url: str = URL, /) -> Reply:
    """Trade its refresh token."""
    return world.refresh(token, auth=None, client_id=url)


def is_refused(reply: Reply, words: str = "") -> None:
    """A page for the user that says why, and nothing else happens."""
    assert (reply.status, reply.header("Location")) == (400, None), reply.text
    assert reply.is_page
    assert words in reply.page.text, reply.page.text
