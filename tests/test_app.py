"""app.py: what Lambda calls, and what Chalice reads and serves, are one server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.test import Client

from chalicelib import chalice_app
from chalicelib.function import handler
from chalicelib.routes import METHODS, ROUTES
from infra.local.events import event_from
from infra.local.gateway import API
from tests.world import World

ROOT = Path(__file__).resolve().parents[1]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# demomachine:demomachinesecret, of the demo seeds.
BASIC = {"Authorization": "Basic ZGVtb21hY2hpbmU6ZGVtb21hY2hpbmVzZWNyZXQ="}
MACHINE = urlencode({"grant_type": "client_credentials", "scope": "read"})

LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "postern-dev"}

REQUESTS = {
    "metadata": ("GET", "/.well-known/openid-configuration", {}, ""),
    "public keys": ("GET", "/.well-known/jwks.json", {}, ""),
    "a wrong method": ("DELETE", "/token", {}, ""),
    "a preflight": ("OPTIONS", "/token", {"Origin": "https://spa.example.com"}, ""),
    "a page": ("GET", "/authorize?client_id=nobody", {}, ""),
    "a path with a name in it": ("GET", "/errors/invalid_grant", {}, ""),
    "a form of the wrong type": ("POST", "/token", {"Content-Type": "application/json"}, "{}"),
    "a wrong secret": ("POST", "/token", {**FORM, "Authorization": "Basic YTpi"}, MACHINE),
    "a binary body": ("POST", "/token", {**FORM, **BASIC}, "\xff"),
}


def test_chalice_knows_every_route() -> None:
    """What it deploys is what the function answers."""
    app = chalice_app.make(_nobody)
    assert {path: set(methods) for path, methods in app.routes.items()} == {
        route.path: set(METHODS) for route in ROUTES
    }


def _nobody() -> Any:
    raise AssertionError("no request was made")


@pytest.mark.parametrize("name", REQUESTS)
def test_chalice_answers_as_the_function_does(world: World, name: str) -> None:
    """Status, headers and body; one asked through Chalice, the other without it."""
    method, target, headers, body = REQUESTS[name]
    event = event_from(
        method,
        target,
        list(headers.items()),
        body.encode("latin-1"),
        routes=API,
        stage="api",
        source_address="203.0.113.7",
        request_id="r-1",
        domain_name="id.example.com",
    )
    assert isinstance(event, dict)
    plain = handler(lambda: world.services)(event, None)
    through = chalice_app.make(lambda: world.services)(event, None)
    assert through["statusCode"] == plain["statusCode"]
    assert through["body"] == plain["body"]
    several = {name: [value] for name, value in through["headers"].items()}
    assert {**several, **through["multiValueHeaders"]} == plain["multiValueHeaders"]


def test_chalices_own_test_client_gets_a_token(world: World) -> None:
    """Its events lack what API Gateway's have: the request's id, headers that stand twice."""
    with Client(chalice_app.make(lambda: world.services)) as client:
        answer = client.http.post("/token", headers={**FORM, **BASIC}, body=MACHINE.encode())
    assert answer.status_code == 200
    assert answer.json_body["token_type"] == "Bearer"


def test_to_lambda_it_is_the_function_alone(world: World) -> None:
    """Chalice is not even imported."""
    said = _import_app({**world.environ, **LAMBDA})
    assert (said["module"], said["chalice"]) == ("chalicelib.function", False)


def test_to_tools_it_is_the_chalice_application() -> None:
    """They import it without settings."""
    said = _import_app({})
    assert (said["module"], said["chalice"]) == ("chalice.app", True)


def _message(client_id: str) -> dict[str, Any]:
    """A message as signing_out.py sends it, in the event that Lambda makes of it."""
    told = {"client_id": client_id, "delivery_id": "d", "sub": "s", "sid": "i", "asked_at": 1}
    return {
        "Records": [
            {
                "messageId": "m",
                "receiptHandle": "r",
                "body": json.dumps(told),
                "attributes": {"ApproximateReceiveCount": "1"},
            }
        ]
    }


def test_a_message_reaches_the_deliveries_on_lambda(world: World) -> None:
    """By the name that Chalice gives the function; what has nowhere to go is dropped."""
    code = f"import app; app.deliver_logouts({_message('nobody')!r}, None); app.services().close()"
    child = _python(code, {**world.environ, **LAMBDA})
    assert child.returncode == 0, child.stderr
    (line,) = child.stdout.splitlines()
    assert json.loads(line)["event"] == "logout.dropped"
    assert json.loads(line)["client_id"] == "nobody"


def test_a_message_reaches_them_through_chalice(world: World) -> None:
    """As Lambda's own event, not as Chalice's object."""
    with Client(chalice_app.make(lambda: world.services)) as client:
        client.lambda_.invoke("deliver_logouts", _message("nobody"))
    assert [event["client_id"] for event in world.events("logout.dropped")] == ["nobody"]


@pytest.mark.parametrize(("kind", "warm"), [("snap-start", True), ("on-demand", False)])
def test_only_a_snapshot_is_warmed_up(world: World, kind: str, warm: bool) -> None:
    """Any other cold start imports what its first request needs, and no more."""
    said = _import_app({**world.environ, **LAMBDA, "AWS_LAMBDA_INITIALIZATION_TYPE": kind})
    assert said["token endpoint"] is warm


def test_a_missing_setting_fails_the_start_on_lambda(world: World) -> None:
    """Not request 1,000."""
    environ = {**world.environ, **LAMBDA}
    del environ["TABLE_NAME"]
    with pytest.raises(AssertionError, match="TABLE_NAME is not set"):
        _import_app(environ)


def _import_app(environ: dict[str, str]) -> Any:
    code = (
        "import json, sys; from app import app; "
        "owner = getattr(app, '__module__', None); "
        "print(json.dumps({'module': owner, 'chalice': 'chalice' in sys.modules, "
        "'token endpoint': 'chalicelib.endpoints.token' in sys.modules}))"
    )
    child = _python(code, environ)
    assert child.returncode == 0, child.stderr
    return json.loads(child.stdout)


def _python(code: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
