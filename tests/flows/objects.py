"""Clients that send their requests as objects, and the host that they serve them from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlencode

from chalicelib.administration import Refused, clients
from infra.local.server import Server
from infra.local.wire import Answer, Call
from tests.browser import Browser
from tests.client_signatures import jwks, jwt
from tests.reply import Reply
from tests.world import CHALLENGE, REDIRECT, World

SECRET = "signer-secret"
FORM = ("Content-Type", "application/x-www-form-urlencoded")


def register(world: World, client_id: str = "signer", **members: Any) -> tuple[str, str]:
    """A client with keys, in the place of one that was there before: its name and secret."""
    with suppress(Refused):
        clients.delete(client_id, world.services)
    keys = {} if "jwks_uri" in members else {"jwks": jwks()}
    metadata = {
        "client_id": client_id,
        "client_secret": SECRET,
        "redirect_uris": [REDIRECT],
        "grant_types": ["authorization_code", "refresh_token"],
        "allowed_resources": ["https://api.example.com"],
        **keys,
        **members,
    }
    clients.create(metadata, world.services)
    world.clock.forward(1)
    world.restart()
    return client_id, SECRET


def claims(world: World, client_id: str = "signer", /, **changes: Any) -> dict[str, Any]:
    """What a good request object holds; None leaves a claim out."""
    good = {
        "iss": client_id,
        "aud": world.issuer,
        "iat": world.clock(),
        "exp": world.clock() + 60,
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "openid read",
        "state": "inside",
        "nonce": "n-inside",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(
    world: World,
    client_id: str = "signer",
    /,
    *,
    alg: str = "ES256",
    header: Mapping[str, Any] | None = None,
    owner: str = "client",
    **changes: Any,
) -> str:
    """A good request object, with other claims than those of `claims` where some are given."""
    return jwt(claims(world, client_id, **changes), alg, owner, **(header or {}))


def url(world: World, client_id: str = "signer", **parameters: str) -> str:
    """A request that has nothing but its object, and what is given."""
    return f"{world.issuer}/authorize?{urlencode({'client_id': client_id, **parameters})}"


def ask(world: World, method: str = "GET", client_id: str = "signer", **parameters: str) -> Reply:
    """Send a request that has nothing but its object, and what is given."""
    encoded = urlencode({"client_id": client_id, **parameters})
    if method == "GET":
        return world.request("GET", f"/authorize?{encoded}")
    return world.request("POST", "/authorize", headers=[FORM], body=encoded.encode())


def member(world: World) -> Browser:
    """The module's user."""
    assert world.member is not None
    return world.member


def arrived(world: World, address: str, browser: Browser | None = None) -> dict[str, str]:
    """What the client is told, once the user has agreed to everything."""
    browser = (browser or member(world)).open(address)
    if browser.arrived is None and "sign-in" in browser.page.forms:
        browser.sign_in()
    if browser.arrived is None and "consent" in browser.page.forms:
        browser.allow()
    assert browser.arrived is not None, browser.page.text
    return browser.arrived


def is_told(reply: Reply, error: str) -> None:
    """A page for the user, with nothing else to do."""
    assert (reply.status, reply.header("Location")) == (400, None)
    assert error in reply.page.text


class Host:
    """A client's host. `answers`: what it says at each path; `asked`: at which paths it was."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[str, Answer | Callable[[], Answer]] = {}
        self.asked: list[str] = []

    def __call__(self, call: Call) -> Answer:
        """The application."""
        self.asked.append(call.target)
        found = self.answers.get(call.path, Answer(404, (("Content-Type", "text/html"),), b"no"))
        return found if isinstance(found, Answer) else found()

    def serve(
        self, path: str, text: str, kind: str = "application/oauth-authz-req+jwt", status: int = 200
    ) -> str:
        """Answer a text at a path; its URL."""
        self.answers[path] = Answer(status, (("Content-Type", kind),), text.encode())
        return self.url + path


@contextmanager
def host() -> Iterator[Host]:
    """A host of a client's on a free loopback port, which stage local may call."""
    with Server() as server:
        app = Host(server.url)
        server.start(app)
        yield app
