"""A cold start pays for the door it opens, and for no other: each in a fresh interpreter.

The table is endpoint by endpoint: what it may import, and what it does import.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from chalicelib.endpoints import ENDPOINTS
from infra.local.events import event_from
from infra.local.gateway import API
from tests.doors import DOORS, Door
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
# What is loaded before a word of ours: some distributions' Python has a module of its own there.
AT_START = {"sitecustomize", "usercustomize"}


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
        ("push", set()),
        ("push a signed request", OBJECT | KEY_SET),
        ("pushed request", {"pushed_requests"}),
    ],
)
def test_a_plain_request_pays_nothing_for_request_objects(
    world: World, name: str, needed: set[str]
) -> None:
    """Nor does one that brings its object along for what fetching takes, or for what is pushed."""
    own = {module.removeprefix("chalicelib.") for module in open_door(world, DOORS[name])}
    watched = OBJECT | KEY_SET | {"fetching", "protocol.fetchable"}
    if DOORS[name].endpoint == "authorize":
        watched |= {"pushed_requests"}
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
        request.body or urlencode(request.form or []).encode(),
        routes=API,
        stage="api",
        source_address="203.0.113.7",
        client_certificate=request.certificate,
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
        foreign - {"app", "chalicelib", *AT_START}
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
