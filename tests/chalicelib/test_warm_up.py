"""What is restored from one snapshot: nothing of it is secret, random or of its time.

A restore is emulated by fork: each child goes on from the memory of one initialised process, and
gets credentials of its own, as a restored function does.
"""

from __future__ import annotations

import ast
import base64
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from infra import bootstrap, seeds
from infra.local.emulator import Emulator
from infra.local.events import event_from
from infra.local.gateway import API
from tests.world import CHALLENGE, REDIRECT

ROOT = Path(__file__).resolve().parents[2]

# Notes each call of a built-in while the function is initialised; then two copies of the process
# answer the same two requests, each with credentials that only it was given.
CHILD = """
import json, os, sys
given = json.load(sys.stdin)
calls = set()

def watch(frame, event, called):
    if event == "c_call":
        calls.add((called.__name__, frame.f_globals.get("__name__", "")))

sys.setprofile(watch)
import app
from chalicelib.warm_up import warm_up
warm_up()
sys.setprofile(None)
modules = sorted(sys.modules)
print(json.dumps({"calls": sorted(calls), "modules": modules}), flush=True)
for name in ("restored1", "restored2"):
    child = os.fork()
    if not child:
        os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = name
        answers = [app.app(event, None) for event in given["events"]]
        late = sorted(set(sys.modules) - set(modules))
        print(json.dumps({"answers": answers, "late": late}), flush=True)
        app.services().close()
        os._exit(0)
    os.waitpid(child, 0)
"""

# Random numbers and the time, under the names of the functions in C that give them.
WATCHED = {
    "RAND_bytes",
    "getrandbits",
    "getrandom",
    "randbytes",
    "random",
    "token_bytes",
    "urandom",
}
WATCHED |= {"monotonic", "monotonic_ns", "perf_counter", "time", "time_ns", "gmtime", "localtime"}
WATCHED |= {"now", "today", "utcnow", "generate_private_key", "getpid", "seed"}
# Python's generator for games is seeded when jinja2 imports it; it would repeat itself.
SEED = ("seed", "random")


@pytest.fixture(scope="module")
def signed_by() -> set[str]:
    """The access keys that signed calls, as the emulator saw them."""
    return set()


@pytest.fixture(scope="module")
def said(signed_by: set[str]) -> Iterator[list[dict[str, Any]]]:
    """What the initialised process said, and then each of its two copies."""

    def wrap(served: Any) -> Any:
        def noting(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            _, _, rest = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")
            signed_by.add(rest.partition("/")[0])
            answer: Iterable[bytes] = served(environ, start_response)
            return answer

        return noting

    with Emulator(wrap) as aws:
        environ = {
            "AWS_ACCESS_KEY_ID": "before",
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_REGION": "eu-west-1",
            "AWS_SECRET_ACCESS_KEY": "before",
            "ISSUER": "https://id.example.com",
            "STAGE": "local",
            "TABLE_NAME": "postern-snapshot",
        }
        bootstrap.prepare(environ, ["RS256"])
        seeds.plant(environ)
        signed_by.clear()
        of_lambda = {"AWS_LAMBDA_FUNCTION_NAME": "postern-local", "LOG_FILE": os.devnull}
        done = subprocess.run(
            [sys.executable, "-c", CHILD],
            cwd=ROOT,
            env={**environ, **of_lambda, "PATH": os.environ.get("PATH", "")},
            input=json.dumps({"events": [_token_request(), _authorization_request()]}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        yield [json.loads(line) for line in done.stdout.splitlines()]


def _event(method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> Any:
    return event_from(
        method,
        target,
        headers,
        body,
        routes=API,
        stage="api",
        source_address="203.0.113.7",
        request_id="r-1",
        domain_name="id.example.com",
    )


def _token_request() -> Any:
    basic = b64encode(b"demomachine:demomachinesecret").decode()
    headers = [
        ("Authorization", f"Basic {basic}"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ]
    form = urlencode({"grant_type": "client_credentials", "scope": "read"})
    return _event("POST", "/token", headers, form.encode())


def _authorization_request() -> Any:
    query = {
        "response_type": "code",
        "client_id": "demoweb",
        "redirect_uri": REDIRECT,
        "scope": "read",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return _event("GET", f"/authorize?{urlencode(query)}", [], b"")


def test_the_start_draws_no_random_number_and_asks_no_clock(said: list[dict[str, Any]]) -> None:
    """Whatever it drew would be the same in every function restored."""
    assert {(called, by) for called, by in said[0]["calls"] if called in WATCHED} == {SEED}


def test_nothing_of_ours_uses_the_seeded_generator() -> None:
    """Two restored functions would draw the same from it."""
    imported = {name for path in _server() for name in _imports(ast.parse(path.read_text()))}
    assert "os" in imported
    assert "random" not in imported
    templates = (ROOT / "chalicelib" / "templates").glob("*.html")
    assert not [path.name for path in templates if "random" in path.read_text()]


def test_both_copies_answer(said: list[dict[str, Any]]) -> None:
    """A token, and a sign-in page."""
    assert [[a["statusCode"] for a in copy["answers"]] for copy in said[1:]] == [[200, 200]] * 2


def test_tokens_of_two_copies_share_no_identifier(said: list[dict[str, Any]]) -> None:
    """RFC 9068 section 2.2: jti is unique."""
    first, second = (_claims(copy["answers"][0]) for copy in said[1:])
    assert first["jti"] != second["jti"]


def test_pages_of_two_copies_share_no_handle(said: list[dict[str, Any]]) -> None:
    """The stored request, and the cookie that binds it to a browser."""
    first, second = (copy["answers"][1] for copy in said[1:])
    cookies = [set(answer["multiValueHeaders"]["Set-Cookie"]) for answer in (first, second)]
    assert cookies[0]
    assert cookies[0].isdisjoint(cookies[1])
    assert first["body"] != second["body"]


def test_each_copy_signs_with_its_own_credentials(
    said: list[dict[str, Any]], signed_by: set[str]
) -> None:
    """And none with those that the environment had at the start."""
    assert len(said) == 3
    assert signed_by == {"restored1", "restored2"}


def test_a_copy_imports_nothing_any_more(said: list[dict[str, Any]]) -> None:
    """Neither for a token nor for a page: the snapshot has it."""
    assert [copy["late"] for copy in said[1:]] == [[], []]


def test_every_module_that_a_request_may_load_is_loaded(said: list[dict[str, Any]]) -> None:
    """Also what is imported in a function only; found by reading, not by asking each door."""
    missing = _imported_in_functions() - set(said[0]["modules"])
    assert not missing


def test_chalice_and_the_operators_part_stay_out(said: list[dict[str, Any]]) -> None:
    """They would be memory that is paid for and never used."""
    loaded = set(said[0]["modules"])
    assert loaded.isdisjoint(
        {"chalice", "chalicelib.chalice_app", "chalicelib.administration.users"}
    )


def _imported_in_functions() -> set[str]:
    """The absolute modules that a function of the server imports."""
    functions = (
        node
        for path in _server()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    )
    return {name for function in functions for name in _imports(function)}


def _server() -> list[Path]:
    """The modules that are loaded on Lambda."""
    found = (ROOT / "chalicelib").rglob("*.py")
    return [p for p in found if p.name != "chalice_app.py" and "administration" not in p.parts]


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module)


def _claims(answer: dict[str, Any]) -> dict[str, Any]:
    payload = json.loads(answer["body"])["access_token"].split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return claims
