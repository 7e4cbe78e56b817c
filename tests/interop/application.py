"""A single-page application of oidc-client-ts: its server, and a person who uses it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.local.server import Server
from infra.local.wire import Answer, Call
from tests.chromium import MILLISECONDS, Person
from tests.real import NODE
from tests.running import ROOT, Running

PAGES = ("/", "/callback", "/goodbye")
SPA = ROOT / "tests/interop/spa"
MODULES = NODE / "node_modules"
SCRIPTS = {
    "/app.mjs": SPA / "app.mjs",
    "/modules/oidc-client-ts.js": MODULES / "oidc-client-ts/dist/esm/oidc-client-ts.js",
    "/modules/jwt-decode.js": MODULES / "jwt-decode/build/esm/index.js",
}


class Application:
    """Serves the page and what it loads; `calls` are the pages that were asked for."""

    def __init__(self, url: str, running: Running, **metadata: object) -> None:
        self.url = url
        self.calls: list[Call] = []
        self.client_id = running.client(
            redirect_uris=[f"{url}/callback"],
            post_logout_redirect_uris=[f"{url}/goodbye"],
            token_endpoint_auth_method="none",
            **metadata,
        )
        # Of the library's UserManager, and of its methods.
        self.manager: dict[str, Any] = {
            "authority": running.services.settings.issuer,
            "client_id": self.client_id,
            "scope": "openid email",
            "loadUserInfo": True,
            # Else the library hides auth_time.
            "filterProtocolClaims": False,
            "silentRequestTimeoutInSeconds": MILLISECONDS // 1000,
        }
        self.arguments: dict[str, Any] = {}
        self.automatic = False

    def __call__(self, call: Call) -> Answer:
        """The application."""
        if call.path in SCRIPTS:
            return _answer("text/javascript", SCRIPTS[call.path].read_bytes())
        if call.path == "/settings.json":
            settings = {
                "manager": self.manager,
                "arguments": self.arguments,
                "automatic": self.automatic,
            }
            return _answer("application/json", json.dumps(settings).encode())
        if call.path not in PAGES:
            return Answer(404)
        self.calls.append(call)
        return _answer("text/html; charset=utf-8", (SPA / "index.html").read_bytes())


class Used:
    """The application in a person's browser."""

    def __init__(self, application: Application, person: Person) -> None:
        self.application = application
        self.person = person

    def open(self) -> Any:
        """Go to its first page; the user whom it knows."""
        self.person.open(self.application.url)
        return self.said("start")

    def press(self, method: str) -> None:
        """Press the button of a method."""
        self.person.page.click(f"#{method}")

    def call(self, method: str) -> Any:
        """Press the button of a method that stays on the page; what came of it."""
        self.press(method)
        return self.said(method)

    def said(self, by: str) -> Any:
        """What the page shows, once it is the word of `by`."""
        self.person.page.wait_for_selector(f"#said[data-by={by}]")
        return json.loads(self.person.page.inner_text("#said"))

    def sign_in(self, username: str) -> Any:
        """Sign in and consent, from the application's first page; the library's user."""
        self.open()
        self.press("signinRedirect")
        self.person.sign_in(username)
        self.person.allow()
        return self.said("callback")


@contextmanager
def served(server: Server, running: Running, **metadata: object) -> Iterator[Application]:
    """The application of a new client on a server that was not started yet."""
    with server:
        application = Application(server.url, running, **metadata)
        server.start(application)
        yield application


def _answer(kind: str, body: bytes) -> Answer:
    return Answer(200, (("Content-Type", kind), ("Cache-Control", "no-store")), body)
