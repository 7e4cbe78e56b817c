"""A cold start pays for the door it opens, and for no other: each in a fresh interpreter.

The table is endpoint by endpoint: what it may import, and what it does import.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from chalicelib.endpoints import ENDPOINTS
from infra.local.events import event_from
from infra.local.gateway import API
from tests.first_requests import (
    Request,
    as_client,
    authorize,
    by_reference,
    choose_account,
    get,
    logout,
    of_token,
    redeem,
    refresh,
    signed_in,
    silent_renewal,
    step,
    unsigned_object,
    userinfo,
    with_object,
)
from tests.world import World

ROOT = Path(__file__).resolve().parents[1]

# Imports what Lambda imports, answers one event at the time it is told, and lists what came along.
CHILD = """
import json, sys
given = json.load(sys.stdin)
import app
from chalicelib.function import handler

services = app.services()
services.now = lambda: given["now"]
answer = handler(lambda: services)(given["event"], None)
services.close()
found = sorted(sys.modules)
print(json.dumps({"status": answer["statusCode"], "body": answer["body"], "modules": found}))
"""

# Of Python's own modules, those that take milliseconds to import.
COSTLY = {"asyncio", "datetime", "email", "http", "logging", "random", "secrets", "socket", "ssl"}
COSTLY |= {"dataclasses", "inspect", "pathlib", "subprocess", "traceback", "urllib", "uuid"}

# What the doors below may import: libraries, costly modules, and the parts of the server's `aws`.
LOG = {"aws.log"}
CALL = LOG | {"aws.client", "aws.connection", "aws.credential_source", "aws.credentials"}
CALL |= {"aws.failures", "aws.signature_v4", "aws.trust", "aws.wire", "socket"}
TABLE = CALL | {"aws.attribute_values", "aws.table"}
KEYS = TABLE | {"aws.keyring"}
FORM = {"urllib"}
THROTTLE = {"aws.counters"}
CLIENT = FORM | TABLE | THROTTLE | {"aws.registry"}
GRANT = {"aws.grants"}
REQUEST = FORM | TABLE | {"aws.authorization_requests", "aws.registry"}
SIGNED = KEYS | CLIENT | {"aws.signer"}
PAGE = FORM | {"inspect", "jinja2", "markupsafe", "pathlib", "random"}
CRYPTOGRAPHY = {"cryptography", "random"}
HASH = {"cryptography"}
REGISTRY = {"aws.registry"}
LOGOUT = KEYS | FORM | REGISTRY
DATA_KEY = {"aws.data_keys"}


@dataclass(frozen=True)
class Door:
    """A way through an endpoint: the request, the status it is answered, what it may import."""

    endpoint: str
    request: Callable[[World], Request]
    status: int
    imports: set[str]


MACHINE = {"grant_type": "client_credentials", "scope": "read"}
RIGHT = {"username": "demo@example.com", "password": "demo-password"}
DOORS = {
    "liveness": Door("healthz", get("/healthz"), 200, LOG),
    "OAuth metadata": Door("metadata", get("/.well-known/oauth-authorization-server"), 200, LOG),
    "OpenID metadata": Door("metadata", get("/.well-known/openid-configuration"), 200, LOG),
    "public keys": Door("jwks", get("/.well-known/jwks.json"), 200, KEYS),
    "client credentials": Door(
        "token", lambda _: as_client("/token", "demomachine", **MACHINE), 200, SIGNED
    ),
    "code": Door("token", redeem, 200, SIGNED | GRANT),
    "refresh": Door("token", refresh, 200, SIGNED | GRANT),
    "wrong grant type": Door(
        "token", lambda _: as_client("/token", "demoweb", grant_type="password"), 400, LOG | FORM
    ),
    "wrong method": Door("token", get("/token"), 405, LOG),
    "revoke a refresh token": Door(
        "revoke", of_token("/revoke", "refresh_token"), 200, KEYS | CLIENT | GRANT
    ),
    "revoke an access token": Door(
        "revoke", of_token("/revoke", "access_token"), 200, KEYS | CLIENT | GRANT | CRYPTOGRAPHY
    ),
    "introspect a refresh token": Door(
        "introspect", of_token("/introspect", "refresh_token"), 200, KEYS | CLIENT
    ),
    "introspect an access token": Door(
        "introspect", of_token("/introspect", "access_token"), 200, KEYS | CLIENT | CRYPTOGRAPHY
    ),
    "userinfo": Door("userinfo", userinfo, 200, KEYS | {"aws.registry"} | CRYPTOGRAPHY),
    "userinfo without a token": Door("userinfo", get("/userinfo"), 401, LOG),
    "sign-in page": Door("authorize", authorize, 200, REQUEST | THROTTLE | PAGE),
    "nothing to ask": Door("authorize", signed_in, 303, REQUEST | THROTTLE | KEYS),
    "prompt=none": Door(
        "authorize", lambda world: authorize(world, prompt="none"), 303, REQUEST | THROTTLE
    ),
    "unknown client": Door(
        "authorize", lambda world: authorize(world, client_id="nobody"), 400, REQUEST | PAGE
    ),
    "right password": Door(
        "authorize_step", step("sign-in", **RIGHT), 303, REQUEST | THROTTLE | KEYS | HASH
    ),
    "wrong password": Door(
        "authorize_step",
        step("sign-in", username="a", password="b"),
        400,
        REQUEST | THROTTLE | KEYS | HASH | PAGE,
    ),
    "consent": Door(
        "authorize_step",
        step("consent", decision="allow", scope="read"),
        303,
        REQUEST | THROTTLE | KEYS,
    ),
    "account": Door("authorize_step", choose_account, 303, REQUEST | KEYS),
    "id_token_hint": Door(
        "authorize", silent_renewal, 303, REQUEST | THROTTLE | KEYS | CRYPTOGRAPHY
    ),
    "signed request": Door("authorize", with_object, 303, REQUEST | THROTTLE | KEYS | CRYPTOGRAPHY),
    "unsigned request": Door("authorize", unsigned_object, 303, REQUEST | THROTTLE),
    "request by reference": Door("authorize", by_reference, 303, REQUEST | THROTTLE | KEYS),
    "sign out at once": Door(
        "logout", lambda world: logout(world, hinted=True), 303, LOGOUT | CRYPTOGRAPHY
    ),
    "the question before": Door(
        "logout", lambda world: logout(world, hinted=False), 200, (LOGOUT | PAGE) - REGISTRY
    ),
    "error page": Door("error_page", get("/errors/invalid_grant"), 200, LOG | PAGE),
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_a_door_imports_what_it_needs(world: World, door: Door) -> None:
    """Not less either, or the table above would tell of what is no more."""
    assert costly(open_door(world, door)) == door.imports


# What only some requests at /authorize are checked with, beside the libraries.
OBJECT = {"request_objects", "protocol.request_object"}
KEY_SET = {"client_keys", "protocol.jwk_set"}


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("sign-in page", set()),
        ("nothing to ask", set()),
        ("consent", set()),
        ("unsigned request", OBJECT | KEY_SET),
        ("signed request", OBJECT | KEY_SET),
        ("request by reference", OBJECT | KEY_SET | {"fetching", "protocol.fetchable"}),
    ],
)
def test_a_plain_request_pays_nothing_for_request_objects(
    world: World, name: str, needed: set[str]
) -> None:
    """Nor does one that brings its object along for what fetching takes."""
    own = {module.removeprefix("chalicelib.") for module in open_door(world, DOORS[name])}
    watched = OBJECT | KEY_SET | {"fetching", "protocol.fetchable"}
    assert own & watched == needed


def open_door(world: World, door: Door) -> set[str]:
    """Every module that answering the door's request has imported."""
    request = door.request(world)
    headers = [*request.headers]
    if request.form is not None:
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
    event = event_from(
        request.method,
        f"{request.path}?{request.query}",
        headers,
        urlencode(request.form or []).encode(),
        routes=API,
        stage="api",
        source_address="203.0.113.7",
        request_id="r-1",
        domain_name="id.example.com",
    )
    environ = {**world.environ, "AWS_LAMBDA_FUNCTION_NAME": "postern-test"}
    said = run({"event": event, "now": world.clock()}, environ)
    assert said["status"] == door.status, said["body"]
    return set(said["modules"])


def costly(modules: Iterable[str]) -> set[str]:
    """Of all that is loaded: what is not Python's own, what of it is costly, and our own `aws`."""
    tops = {name.partition(".")[0] for name in modules}
    own = {name.removeprefix("chalicelib.") for name in modules if name.startswith("chalicelib.")}
    foreign = {name for name in tops - sys.stdlib_module_names if not name.startswith("_")}
    return (
        foreign - {"app", "chalicelib"}
        | (tops & COSTLY)
        | {name for name in own if name.startswith("aws.")}
    )


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
