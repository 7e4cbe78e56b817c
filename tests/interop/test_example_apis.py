"""The examples of the resource server's kit, called by a page in Chromium on another origin.

The page is oidc-client-ts, unmodified: a public client whose tokens are bound by DPoP.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from chalicelib.administration import resources
from infra.local.server import Server
from infra.local.wire import Answer, Call
from tests.chromium import Person
from tests.interop.application import SPA, Application
from tests.kit.test_with_postern import API, example
from tests.reply import claims
from tests.running import Running, started

pytestmark = [pytest.mark.browser, pytest.mark.node]

APIS = ("asgi_api", "wsgi_api", "chalice_api", "lambda_api")
SECONDS = 60
LIST_SECONDS = 4  # for which an API may keep the list of revoked tokens


class Caller(Application):
    """The application with another script."""

    def __call__(self, call: Call) -> Answer:
        """The application."""
        if call.path == "/app.mjs":
            script = (SPA / "files.mjs").read_bytes()
            return Answer(200, (("Content-Type", "text/javascript"),), script)
        return super().__call__(call)


class Used:
    """The application in front of a person."""

    def __init__(self, person: Person) -> None:
        self.page = person.page
        self.person = person

    def signed_in(self) -> Any:
        """The library's user, once the browser is back."""
        self.page.wait_for_selector("#said[data-by=callback]")
        return json.loads(self.page.inner_text("#said"))

    def ask(self, method: str, url: str) -> Any:
        """What an API says to the page, with a proof for this call."""
        return self.page.evaluate("([method, url]) => ask(method, url)", [method, url])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose tokens for the example API can be looked up in a status list."""
    folder = tmp_path_factory.mktemp("server")
    with started(folder, STATUS_LIST_TTL=str(LIST_SECONDS)) as running:
        resources.update(API, {"status_list": True}, running.services)
        yield running


@pytest.fixture
def apis(running: Running) -> Iterator[dict[str, str]]:
    """The URL of each example's files."""
    with ExitStack() as opened:
        urls = {name: opened.enter_context(example(name, running.url)) for name in APIS}
        yield {name: f"{url}/files" for name, url in urls.items()}


@pytest.fixture
def used(node: object, running: Running, person: Person) -> Iterator[Used]:
    """The application, opened."""
    with Server() as server:
        application = Caller(server.url, running, dpop_bound_access_tokens=True)
        # The token is for the API, and not for /userinfo.
        application.manager |= {"loadUserInfo": False}
        server.start(application)
        person.open(server.url)
        person.page.wait_for_selector("#said[data-by=start]")
        yield Used(person)


def test_reads_steps_up_and_ends(running: Running, apis: dict[str, str], used: Used) -> None:
    """Each API: 200, 403 and 200 once the user has allowed more, 401 once it is revoked."""
    used.page.evaluate("signIn('openid read')")
    used.person.sign_in(running.user())
    used.person.allow()
    user = used.signed_in()
    assert user["token_type"] == "DPoP"
    assert claims(user["access_token"])["cnf"].keys() == {"jkt"}
    subject = user["profile"]["sub"]
    for url in apis.values():
        answer = used.ask("GET", url)
        assert (answer["status"], answer["document"]) == (200, {"files_of": subject})
        refused = used.ask("POST", url)
        assert refused["status"] == 403
        assert 'error="insufficient_scope"' in refused["challenge"]
    used.page.evaluate("challenge => stepUp(challenge)", refused["challenge"])
    used.person.allow()
    assert set(used.signed_in()["scope"].split()) == {"openid", "read", "write"}
    for url in apis.values():
        assert used.ask("POST", url)["status"] == 200
    used.page.evaluate("revoke()")
    for name, url in apis.items():
        # An authorizer of API Gateway says no or nothing: the gateway's own 401 gives no reason.
        said = "resource_metadata=" if name == "lambda_api" else 'error="invalid_token"'
        assert said in until_refused(used, url)


def until_refused(used: Used, url: str) -> str:
    """The challenge of an API once it knows; nothing else than 200 comes before."""
    limit = time.monotonic() + SECONDS
    while time.monotonic() < limit:
        answer = used.ask("GET", url)
        if answer["status"] == 401:
            return str(answer["challenge"])
        assert answer["status"] == 200
        time.sleep(0.2)
    raise AssertionError("the API never knew")
