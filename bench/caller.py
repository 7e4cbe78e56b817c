"""Who asks the function for the bench: a browser that is signed in, and a client that has codes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from bench.cloud import ISSUER
from infra import seeds
from infra.local.events import Event, event_from
from infra.local.gateway import API, response_from
from infra.local.wire import Answer, Call
from tests.browser import Browser
from tests.reply import Reply, challenge

Function = Callable[[Event, Any], Any]

VERIFIER = "bench-code-verifier-0123456789-0123456789-012345"
WEB = ("demoweb", "demowebsecret")
FORM = ("Content-Type", "application/x-www-form-urlencoded")


class Busy(Exception):
    """AWS did not answer in time, for the machine has much to do: no figure, and no failure."""


def is_busy(said: Any) -> bool:
    """Whether an answer says so, itself or on the way to the client."""
    (to,) = (said.get("multiValueHeaders") or {}).get("Location") or [""]
    return said["statusCode"] == 503 or "error=temporarily_unavailable" in to


class Caller:
    """Asks the function by itself: a browser that is signed in, and a client that has codes.

    Busy, wherever it has no answer.
    """

    issuer = ISSUER

    def __init__(self, function: Function) -> None:
        self._function = function
        self._browser: Browser | None = None

    def event(
        self,
        method: str,
        target: str,
        headers: list[tuple[str, str]] | None = None,
        body: bytes = b"",
        address: str = "203.0.113.7",
    ) -> Event:
        """The event of an HTTP request."""
        sent = [("Accept", "*/*"), ("User-Agent", "bench/1"), *(headers or [])]
        made = event_from(
            *(method, target, sent, body),
            routes=API,
            stage="local",
            source_address=address,
            request_id="2f7e1a0c-7d0e-4f7e-9d55-000000000000",
            domain_name="id.example.com",
        )
        if isinstance(made, Answer):
            raise ValueError(f"{target}: the gateway would answer {made.status}")
        return made

    def form(
        self,
        path: str,
        form: dict[str, str],
        auth: tuple[str, str] | None = None,
        headers: list[tuple[str, str]] | None = None,
    ) -> Event:
        """A form, with HTTP Basic where `auth` is given."""
        sent = [FORM, *(headers or [])]
        if auth is not None:
            basic = base64.b64encode(":".join(auth).encode()).decode()
            sent.append(("Authorization", f"Basic {basic}"))
        return self.event("POST", path, sent, urlencode(form).encode())

    def ask(self, event: Event) -> dict[str, Any]:
        """The JSON that a good request is answered with."""
        said = self._answer(event)
        if said["statusCode"] not in (200, 201):
            raise RuntimeError(f"{event['path']}: {said['statusCode']} {said['body']}")
        document: dict[str, Any] = json.loads(said["body"])
        return document

    def request(self, method: str, target: str, **sent: Any) -> Reply:
        """For the browser."""
        call = Call(method, target, sent["headers"], sent["body"], sent["address"])
        event = self.event(method, target, call.headers, call.body, call.source_address)
        return Reply(response_from(self._answer(event)))

    def _answer(self, event: Event) -> Any:
        said = self._function(event, None)
        if is_busy(said):
            raise Busy(event["path"])
        return said

    @property
    def browser(self) -> Browser:
        """Signed in; its user has consented to everything that is asked for here."""
        if self._browser is None:
            browser = Browser(self)  # type: ignore[arg-type]  # all that it asks of a World
            browser.open(authorize_url("openid read write")).sign_in()
            if browser.arrived is None:  # the stage's first browser is asked for consent
                browser.allow()
            self._browser = browser
        return self._browser

    @property
    def cookies(self) -> tuple[str, str]:
        """The header by which that browser is known."""
        pairs = (f"{name}={value}" for name, value in self.browser.cookies.items())
        return "Cookie", "; ".join(pairs)

    def arrive(self, url: str) -> str:
        """The code that an authorization URL leads to."""
        if self.browser.open(url).arrived is None:  # this client's first
            self.browser.allow()
        arrived = self.browser.arrived or {}
        return arrived["code"]

    def code(self, scope: str) -> str:
        """A fresh code."""
        return self.arrive(authorize_url(scope))

    def redemption(self, scope: str = "read write") -> Event:
        """The redemption of a fresh code."""
        return self.form("/token", redeemed(self.code(scope)), WEB)

    def refresh(self, token: str) -> Event:
        """The use of a refresh token."""
        return self.form("/token", {"grant_type": "refresh_token", "refresh_token": token}, WEB)


def redeemed(code: str) -> dict[str, str]:
    """The form that trades a code."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": seeds.REDIRECT,
        "code_verifier": VERIFIER,
    }


def parameters(scope: str, client_id: str = "demoweb") -> dict[str, str]:
    """Those of a good authorization request."""
    return {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": seeds.REDIRECT,
        "scope": scope,
        "state": "af0ifjsldkj",
        "code_challenge": challenge(VERIFIER),
        "code_challenge_method": "S256",
    }


def authorize_url(scope: str) -> str:
    """A good authorization request."""
    return f"{ISSUER}/authorize?{urlencode(parameters(scope))}"
