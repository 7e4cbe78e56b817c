"""The requests that are measured. A flow is a generator: it yields an event, is sent its answer,
and yields the next; what it needs in between it asks the function itself, unmeasured."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Generator
from functools import partial
from typing import Any
from urllib.parse import urlencode

from bench.cloud import ISSUER, SECRET, WAYS
from infra import seeds
from infra.local.events import Event, event_from
from infra.local.gateway import API, response_from
from infra.local.wire import Answer, Call
from tests.browser import Browser
from tests.reply import Reply, challenge

Function = Callable[[Event, Any], Any]
Flow = Generator[Event, Any, None]

VERIFIER = "bench-code-verifier-0123456789-0123456789-012345"
WEB = ("demoweb", "demowebsecret")
FORM = ("Content-Type", "application/x-www-form-urlencoded")


class Caller:
    """Asks the function by itself: a browser that is signed in, and a client that has codes."""

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

    def form(self, path: str, form: dict[str, str], auth: tuple[str, str]) -> Event:
        """A form with HTTP Basic."""
        basic = base64.b64encode(":".join(auth).encode()).decode()
        return self.event(
            "POST", path, [FORM, ("Authorization", f"Basic {basic}")], urlencode(form).encode()
        )

    def ask(self, event: Event) -> dict[str, Any]:
        """The JSON that a good request is answered with."""
        said = self._function(event, None)
        if said["statusCode"] != 200:
            raise RuntimeError(f"{event['path']}: {said['statusCode']} {said['body']}")
        document: dict[str, Any] = json.loads(said["body"])
        return document

    def request(self, method: str, target: str, **sent: Any) -> Reply:
        """For the browser."""
        call = Call(method, target, sent["headers"], sent["body"], sent["address"])
        event = self.event(method, target, call.headers, call.body, call.source_address)
        return Reply(response_from(self._function(event, None)))

    @property
    def browser(self) -> Browser:
        """Signed in; its user has consented to everything that is asked for here."""
        if self._browser is None:
            self._browser = Browser(self)  # type: ignore[arg-type]  # all that it asks of a World
            self._browser.open(authorize_url("openid read write")).sign_in()
            if self._browser.arrived is None:  # the stage's first browser is asked for consent
                self._browser.allow()
        return self._browser

    def code(self, scope: str) -> str:
        """A fresh code."""
        arrived = self.browser.open(authorize_url(scope)).arrived or {}
        return arrived["code"]

    def redemption(self, scope: str = "read write") -> Event:
        """The redemption of a fresh code."""
        form = {
            "grant_type": "authorization_code",
            "code": self.code(scope),
            "redirect_uri": seeds.REDIRECT,
            "code_verifier": VERIFIER,
        }
        return self.form("/token", form, WEB)

    def refresh(self, token: str) -> Event:
        """The use of a refresh token."""
        return self.form("/token", {"grant_type": "refresh_token", "refresh_token": token}, WEB)


def authorize_url(scope: str) -> str:
    """A good authorization request."""
    query = {
        "response_type": "code",
        "client_id": "demoweb",
        "redirect_uri": seeds.REDIRECT,
        "scope": scope,
        "state": "af0ifjsldkj",
        "code_challenge": challenge(VERIFIER),
        "code_challenge_method": "S256",
    }
    return f"{ISSUER}/authorize?{urlencode(query)}"


def client_credentials(caller: Caller, client_id: str) -> Flow:
    """The same request again and again."""
    form = {"grant_type": "client_credentials", "scope": "read"}
    return same(caller.form("/token", form, (client_id, SECRET)))


def get(caller: Caller, path: str) -> Flow:
    """A document."""
    return same(caller.event("GET", path))


def same(event: Event) -> Flow:
    """One event for ever."""
    while True:
        yield event


def authorize(caller: Caller) -> Flow:
    """A new authorization request of a browser that is signed in."""
    cookies = "; ".join(f"{name}={value}" for name, value in caller.browser.cookies.items())
    target = authorize_url("read write").removeprefix(ISSUER)
    return same(caller.event("GET", target, [("Cookie", cookies)]))


def redeem(caller: Caller, scope: str) -> Flow:
    """A fresh code each time."""
    while True:
        yield caller.redemption(scope)


def refresh(caller: Caller) -> Flow:
    """Down one family."""
    token = caller.ask(caller.redemption())["refresh_token"]
    while True:
        answer = yield caller.refresh(token)
        token = json.loads(answer["body"])["refresh_token"]


def introspect(caller: Caller) -> Flow:
    """One user's access token."""
    token = caller.ask(caller.redemption())["access_token"]
    event = caller.form("/introspect", {"token": token}, WEB)
    if not caller.ask(event)["active"]:
        raise RuntimeError("the token to introspect is not active")
    return same(event)


def revoke(caller: Caller) -> Flow:
    """The refresh token of a fresh grant."""
    while True:
        token = caller.ask(caller.redemption())["refresh_token"]
        yield caller.form("/revoke", {"token": token}, WEB)


TOKEN = "/token, client_credentials"
FLOWS: dict[str, Callable[[Caller], Flow]] = {
    **{
        f"{TOKEN}, {way.name}": partial(client_credentials, client_id=way.client_id) for way in WAYS
    },
    "/authorize, signed in": authorize,
    "/authorize, sign-in page": lambda caller: get(
        caller, authorize_url("read write").removeprefix(ISSUER)
    ),
    "/token, code": partial(redeem, scope="read write"),
    "/token, code, with ID token": partial(redeem, scope="openid read write"),
    "/token, refresh": refresh,
    "/introspect": introspect,
    "/revoke": revoke,
    "metadata": partial(get, path="/.well-known/openid-configuration"),
    "JWKS": partial(get, path="/.well-known/jwks.json"),
    "/healthz": partial(get, path="/healthz"),
}
# What the baseline can do as well.
NAIVE = f"{TOKEN}, kms RS256"
