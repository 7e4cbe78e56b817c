"""No page has a violation that axe-core knows, by day or by night. docs/decisions/0045."""

from __future__ import annotations

import json
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from chalicelib import pages
from chalicelib.http import Response
from tests.browser_tests.axe import FOLDER, Inspector
from tests.browser_tests.test_console import developer, register
from tests.chromium import Person, authorize_url
from tests.pages.samples import CLIENT, TEMPLATES, show
from tests.real import People
from tests.receiver import Receiver
from tests.running import Running

pytestmark = pytest.mark.browser

PARTS = {"layout.html", "console_layout.html", "console_parts.html", "frames.html"}
CALLBACK = "https://app.example.com/callback"
SAMPLE = "https://sample.example/"
BAD = """<meta name="color-scheme" content="light dark"><main><input>
<p style="background: canvas; color: light-dark(black, #222)">Dark.</p></main>"""
BARE = SimpleNamespace(**{**dict.fromkeys(CLIENT), "client_name": "x", "contacts": ()})
# Each template with its values of tests/pages/samples.py, and with others that show more of it.
MORE: dict[str, list[dict[str, Any]]] = {
    "sign_in.html": [{"error": "Wrong."}, {"error": "Wait.", "throttled": True}],
    "consent.html": [
        {"self_registered": True, "verified": False},
        {"self_registered": True, "published_at": "app.example.com", "verified": False},
        {"to_this_device": True, "offline": False, "error": "No."},
        {"client": BARE, "details": [], "verified": False},
    ],
    "signed_out.html": [{"again": "https://app.example.com/"}],
}
CONSOLE = {
    "console_home.html": "",
    "console_kinds.html": "/new",
    "console_new.html": "/new/web",
    "console_application.html": "/application/{id}",
    "console_redirect_uris.html": "/redirect-uris/{id}",
    "console_secrets.html": "/secrets/{id}",
    "console_snippets.html": "/snippets/{id}",
    "console_try_sign_in.html": "/try-sign-in/{id}",
    "console_delete.html": "/delete/{id}",
    "console_clients.html": "/clients",
    "console_client.html": "/clients/{id}",
    "console_resources.html": "/resources",
    "console_resource.html": "/resources/new",
    "console_keys.html": "/keys",
    "console_events.html": "/events",
}
STEPS = {"console_secret.html", "console_callback.html", "console_denied.html"}


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    """Whoever looks at the pages of this file."""
    return Inspector()


@pytest.fixture
def page(people: People) -> Page:
    """A tab where nothing moves."""
    made: Page = people(reduced_motion="reduce").page
    return made


def test_no_page_is_left_out() -> None:
    """What has a template is looked at here."""
    templates = {path.name for path in pages.TEMPLATES.glob("*.html")} - PARTS
    assert {*TEMPLATES, *CONSOLE, *STEPS, "about.html"} == templates


def test_the_lock_file_names_no_registry() -> None:
    """The one package has a version and a hash, and no address to fetch it from."""
    packages = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    (package,) = (package for path, package in packages.items() if path)
    assert "resolved" not in package
    assert package["integrity"].startswith("sha512-")


def test_a_page_with_faults_is_found_out(page: Page, inspector: Inspector) -> None:
    """Or the others here would say nothing."""
    page.route("**/*", lambda route: route.fulfill(body=BAD, content_type="text/html"))
    page.goto(SAMPLE)
    faults = inspector.faults(page)
    assert any(fault.startswith("light: label: <input>") for fault in faults)
    assert not any(fault.startswith("light: color-contrast") for fault in faults)
    assert any(fault.startswith("dark: color-contrast: <p") for fault in faults)


def press(page: Page, button: str) -> None:
    """A button, and wait for the page that it leads to."""
    with page.expect_navigation():
        page.click(button)


def serve(page: Page, shown: Response) -> None:
    """Let the sample's address show this, and every other lead nowhere, so that the page stays."""

    def answer(route: Route) -> None:
        if route.request.url == SAMPLE:
            route.fulfill(body=shown.body, headers=dict(shown.headers))
        else:
            route.fulfill(status=204)

    page.unroute_all()
    page.route("**/*", answer)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_sample_is_accessible(page: Page, inspector: Inspector, template: str) -> None:
    """Each page as it is shown, also those that lead on by themselves."""
    for changes in ({}, *MORE.get(template, ())):
        serve(page, show(template, **changes))
        page.goto(SAMPLE)
        inspector.check(page)


def test_a_sign_in_is_accessible_all_the_way(
    running: Running, page: Page, inspector: Inspector, receiver: Receiver
) -> None:
    """Sign-in and its error, consent, the accounts, logging out, as the server sends them."""
    person = Person(page.context, page)
    client = running.client(
        redirect_uris=[receiver.redirect_uri],
        client_uri="https://app.example.com/",
        tos_uri="https://app.example.com/terms",
        contacts=["help@app.example.com"],
        token_endpoint_auth_method="none",
    )
    scope = "openid email read write"
    asked = partial(authorize_url, running.url, client, receiver.redirect_uri, scope=scope)
    inspector.check(person.open(asked()))
    person.sign_in("nobody@example.com", "wrong password")
    page.wait_for_selector("#error")
    inspector.check(page)
    person.sign_in(running.user())
    page.wait_for_selector("#consent")
    inspector.check(page)
    person.allow()
    person.arrive(receiver.redirect_uri)
    person.open(asked(prompt="select_account"))
    inspector.check(page)
    person.open(f"{running.url}/logout")
    inspector.check(page)
    press(page, "#submit")
    inspector.check(page)


@pytest.mark.parametrize(
    "path",
    ["/about", "/authorize", "/errors/invalid_grant", "/errors/none", "/console/x"],
)
def test_a_page_that_stands_alone_is_accessible(
    running: Running, page: Page, inspector: Inspector, path: str
) -> None:
    """The documentation, and errors."""
    page.goto(running.url + path)
    inspector.check(page)


def test_the_console_is_accessible(running: Running, people: People, inspector: Inspector) -> None:
    """Every page of it, with and without trouble."""
    person = people(reduced_motion="reduce")
    page = developer(running, person, "developer", "operator")
    register(page, "web", CALLBACK)
    client_id = page.url.rpartition("/")[2]
    for path in CONSOLE.values():
        person.open(f"{running.url}/console{path.replace('{id}', client_id)}")
        inspector.check(page)
    for kind in ("single-page", "native", "machine", "mcp"):
        person.open(f"{running.url}/console/new/{kind}")
        inspector.check(page)
    for path, form in (("new/web", "new"), ("resources/new", "resource-form")):
        person.open(f"{running.url}/console/{path}")
        page.click("#submit")
        page.wait_for_selector("#trouble")
        inspector.check(page)
        assert page.query_selector(f"#{form} [aria-invalid]")
    person.open(f"{running.url}/console/redirect-uris/{client_id}")
    page.fill("#redirect_uri-2", "http://app.example.com/")
    page.click("#submit")
    page.wait_for_selector("#trouble")
    inspector.check(page)
    person.open(f"{running.url}/console/delete/{client_id}")
    page.fill("#typed", "wrong")
    page.click("#submit")
    page.wait_for_selector("#typed-error")
    inspector.check(page)


def test_the_steps_of_the_console_are_accessible(
    running: Running, people: People, inspector: Inspector
) -> None:
    """A secret that is shown, the answer to a sign-in that was tried, and a page of others."""
    person = people(reduced_motion="reduce")
    page = developer(running, person, "developer")
    register(page, "web", CALLBACK)
    client_id = page.url.rpartition("/")[2]
    for _ in range(2):
        person.open(f"{running.url}/console/secrets/{client_id}")
        inspector.check(page)
        page.click("#submit")
        page.wait_for_selector("#client-secret")
        inspector.check(page)
    person.open(f"{running.url}/console/try-sign-in/{client_id}")
    press(page, "#submit")
    inspector.check(page)
    press(page, "#submit")
    inspector.check(page)
    person.allow()
    page.wait_for_selector("#token-1")
    inspector.check(page)
    person.open(f"{running.url}/console/clients")
    inspector.check(page)
    assert page.title().startswith("No access")
