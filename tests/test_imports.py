"""A cold start pays for the door it opens, and for no other: each in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from chalicelib.endpoints import ENDPOINTS
from infra.local.events import event_from
from tests.browser import Browser
from tests.world import REDIRECT, VERIFIER, World

ROOT = Path(__file__).resolve().parents[1]

# Imports what Lambda imports, answers one event at the time it is told, and lists what came along.
CHILD = """
import json, os, sys
given = json.load(sys.stdin)
import app
from chalice.app import Chalice
from chalicelib import routes
from chalicelib.aws.client import AWSClient
from chalicelib.aws.credentials import from_environment
from chalicelib.services import Services
from chalicelib.settings import Settings

client = AWSClient("eu-west-1", lambda: from_environment(os.environ), endpoint=given["endpoint"])
services = Services(Settings.read(os.environ), client, now=lambda: given["now"])
handler = Chalice(app_name="postern")
routes.mount(handler, lambda: services)
answer = handler(given["event"], None)
services.close()
found = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"status": answer["statusCode"], "body": answer["body"], "modules": found}))
"""

# What takes tens of milliseconds to import, or has no place on Lambda.
HEAVY = {"cryptography", "jinja2", "boto3", "botocore", "s3transfer", "jwt", "urllib3"}
HEAVY |= {"requests", "moto", "infra", "tests", "pytest", "hypothesis", "asyncio", "click"}
PAGE = {"jinja2"}
CRYPTOGRAPHY = {"cryptography"}


@dataclass(frozen=True)
class Request:
    """One request to a door."""

    method: str
    path: str
    query: str = ""
    form: list[tuple[str, str]] | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Door:
    """A way through an endpoint: the request, the status it is answered, what it may import."""

    endpoint: str
    request: Callable[[World], Request]
    status: int
    imports: set[str]


def get(path: str) -> Callable[[World], Request]:
    return lambda _: Request("GET", path)


def as_client(path: str, client_id: str, **form: str) -> Request:
    """A form sent by a client of the demo, with HTTP Basic."""
    token = b64encode(f"{client_id}:{client_id}secret".encode()).decode()
    headers = (("Authorization", f"Basic {token}"),)
    return Request("POST", path, form=[*form.items()], headers=headers)


def redeem(world: World) -> Request:
    form = {"grant_type": "authorization_code", "code": world.code(), "redirect_uri": REDIRECT}
    return as_client("/token", "demoweb", **form, code_verifier=VERIFIER)


def refresh(world: World) -> Request:
    token = world.tokens()["refresh_token"]
    return as_client("/token", "demoweb", grant_type="refresh_token", refresh_token=token)


def of_token(path: str, kind: str) -> Callable[[World], Request]:
    return lambda world: as_client(path, "demoweb", token=world.tokens()[kind])


def authorize(world: World, browser: Browser | None = None, **changes: str | None) -> Request:
    """A new authorization request."""
    cookies = _cookies(browser) if browser else ()
    url = urlsplit(world.authorize_url(**changes))
    return Request("GET", "/authorize", query=url.query, headers=cookies)


def signed_in(world: World) -> Request:
    """A new request of a user who is signed in and has consented before."""
    browser = world.browser()
    world.code(browser)
    return authorize(world, browser)


def step(name: str, **fields: str) -> Callable[[World], Request]:
    """The form of a sign-in's step, as the page has it, filled in."""

    def send(world: World) -> Request:
        browser = world.browser().open(world.authorize_url())
        if name == "consent":
            browser.sign_in()
        hidden = [pair for pair in browser.page.forms[name].fields if pair[0] not in fields]
        form = [*hidden, *fields.items()]
        return Request("POST", f"/authorize/{name}", form=form, headers=_cookies(browser))

    return send


def _cookies(browser: Browser) -> tuple[tuple[str, str], ...]:
    return (("Cookie", "; ".join(f"{name}={value}" for name, value in browser.cookies.items())),)


MACHINE = {"grant_type": "client_credentials", "scope": "read"}
RIGHT = {"username": "demo@example.com", "password": "demo-password"}
DOORS = {
    "liveness": Door("healthz", get("/healthz"), 200, set()),
    "OAuth metadata": Door("metadata", get("/.well-known/oauth-authorization-server"), 200, set()),
    "OpenID metadata": Door("metadata", get("/.well-known/openid-configuration"), 200, set()),
    "public keys": Door("jwks", get("/.well-known/jwks.json"), 200, set()),
    "client credentials": Door(
        "token", lambda _: as_client("/token", "demomachine", **MACHINE), 200, set()
    ),
    "code": Door("token", redeem, 200, set()),
    "refresh": Door("token", refresh, 200, set()),
    "wrong grant type": Door(
        "token", lambda _: as_client("/token", "demoweb", grant_type="password"), 400, set()
    ),
    "wrong method": Door("token", get("/token"), 405, set()),
    "revoke a refresh token": Door("revoke", of_token("/revoke", "refresh_token"), 200, set()),
    "revoke an access token": Door(
        "revoke", of_token("/revoke", "access_token"), 200, CRYPTOGRAPHY
    ),
    "introspect a refresh token": Door(
        "introspect", of_token("/introspect", "refresh_token"), 200, set()
    ),
    "introspect an access token": Door(
        "introspect", of_token("/introspect", "access_token"), 200, CRYPTOGRAPHY
    ),
    "sign-in page": Door("authorize", authorize, 200, PAGE),
    "nothing to ask": Door("authorize", signed_in, 303, set()),
    "prompt=none": Door("authorize", lambda world: authorize(world, prompt="none"), 303, set()),
    "unknown client": Door(
        "authorize", lambda world: authorize(world, client_id="nobody"), 400, PAGE
    ),
    "right password": Door("authorize_step", step("sign-in", **RIGHT), 303, CRYPTOGRAPHY),
    "wrong password": Door(
        "authorize_step",
        step("sign-in", username="a", password="b"),
        400,
        PAGE | CRYPTOGRAPHY,
    ),
    "consent": Door("authorize_step", step("consent", decision="allow", scope="read"), 303, set()),
    "error page": Door("error_page", get("/errors/invalid_grant"), 200, PAGE),
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_a_door_imports_what_it_needs(world: World, door: Door) -> None:
    """Not less either, or the table above would tell of what is no more."""
    request = door.request(world)
    headers = [*request.headers]
    if request.form is not None:
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    event = event_from(
        request.method,
        f"{request.path}?{request.query}",
        headers,
        urlencode(request.form or []).encode(),
        routes=world.app.routes,
        stage="api",
        source_address="203.0.113.7",
        request_id="r-1",
        domain_name="id.example.com",
    )
    said = run({"event": event, "endpoint": world.endpoint, "now": world.clock()}, world.environ)
    assert said["status"] == door.status, said["body"]
    assert set(said["modules"]) & HEAVY == door.imports


def run(given: dict[str, object], environ: dict[str, str]) -> dict[str, object]:
    """Answer one event in a fresh interpreter."""
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps(given),
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    # The log goes to standard output as well; the last line is the child's own.
    said: dict[str, object] = json.loads(child.stdout.splitlines()[-1])
    return said


def test_every_door_is_opened() -> None:
    """A new endpoint needs a line in the table."""
    assert {door.endpoint for door in DOORS.values()} == set(ENDPOINTS)
