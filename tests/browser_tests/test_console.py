"""The console in Chromium: with scripts off, on the smallest screens, and code that is copied."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page

from chalicelib.administration import users
from infra import seeds
from tests.browser_tests.test_layout import FAINT, check
from tests.chromium import Person, authorize_url
from tests.needed import program
from tests.real import NODE, People, node
from tests.receiver import Receiver
from tests.running import PASSWORD, Running
from tests.world import VERIFIER

__all__ = ["node"]
pytestmark = pytest.mark.browser

API = str(seeds.RESOURCE["resource"])
SECONDS = 60


def developer(running: Running, person: Person, *roles: str) -> Page:
    """Somebody new, signed in and on the console's first page."""
    username = f"{secrets.token_hex(6)}@example.com"
    users.create(username, PASSWORD, {}, running.services, roles=roles or ("developer",))
    person.open(f"{running.url}/console")
    person.sign_in(username)
    person.page.wait_for_url(f"{running.url}/console")
    return person.page


def register(page: Page, kind: str, redirect_uri: str | None = None) -> tuple[str, str]:
    """By the wizard, with the mouse; client_id and secret, "" where there is none."""
    page.click("#new")
    page.click(f"#{kind}")
    page.fill("#client_name", f"Mine {secrets.token_hex(4)}")
    if redirect_uri is not None:
        page.fill("#redirect_uris", redirect_uri)
    page.check(f"[value='{API}']")
    page.click("#submit")
    secret = ""
    if page.query_selector("#client-secret"):
        secret = page.inner_text("#client-secret")
        page.click("#go-on")
    page.wait_for_selector("#settings")
    return page.url.rpartition("/")[2], secret


def snippet(page: Page, client_id: str, title: str) -> str:
    """The code under a heading."""
    page.goto(f"{page.url.partition('/console')[0]}/console/snippets/{client_id}")
    heading = page.locator("h2", has_text=title)
    return page.locator(f"pre[aria-labelledby='{heading.get_attribute('id')}']").inner_text()


def test_an_application_is_made_and_signed_in_to(
    running: Running, people: People, receiver: Receiver
) -> None:
    """With scripts off: the wizard, then the sign-in of that very application, to its tokens."""
    person = people(java_script_enabled=False)
    page = developer(running, person)
    client_id, _ = register(page, "native", receiver.redirect_uri)
    person.open(authorize_url(running.url, client_id, receiver.redirect_uri))
    person.allow()
    person.arrive(receiver.redirect_uri)
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": receiver.answer["code"],
        "redirect_uri": receiver.redirect_uri,
        "code_verifier": VERIFIER,
    }
    with requests.post(f"{running.url}/token", form, timeout=20) as response:
        assert "refresh_token" in response.json()


def test_a_sign_in_is_tried(running: Running, people: People) -> None:
    """With scripts off; what comes back is shown decoded. Then the application is deleted."""
    person = people(java_script_enabled=False)
    page = developer(running, person)
    client_id, _ = register(page, "web", "https://app.example.com/callback")
    page.click("text=Try a sign-in")
    page.click("#submit")
    page.click("#submit")
    person.allow()
    page.wait_for_selector("#token-1")
    assert client_id in page.inner_text("pre >> nth=0")
    page.goto(f"{running.url}/console/delete/{client_id}")
    page.fill("#typed", page.inner_text("label .name"))
    page.click("#submit")
    page.wait_for_selector("#done")
    assert client_id not in page.content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_can_be_read(running: Running, people: People, scheme: str) -> None:
    """At 320 pixels nothing sticks out, and text stands out from its ground."""
    person = people(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    page = developer(running, person, "developer", "operator")
    client_id, _ = register(page, "web", "https://app.example.com/" + "x" * 200)
    paths = ["", "/new", "/new/web", "/resources", "/resources/new", "/keys", "/events", "/clients"]
    of_one = ("application", "redirect-uris", "secrets", "snippets", "try-sign-in", "delete")
    paths += [f"/{name}/{client_id}" for name in (*of_one, "clients")]
    for path in paths:
        person.open(f"{running.url}/console{path}")
        assert page.evaluate("document.querySelectorAll('h1').length") == 1
        check(page)
        assert page.evaluate(FAINT) == [], path


def test_a_refusal_has_the_focus_and_leads_to_its_field(running: Running, person: Person) -> None:
    """Whoever cannot see the page hears what is wrong first, and gets there by a link."""
    page = developer(running, person)
    client_id, _ = register(page, "web", "https://app.example.com/callback")
    person.open(f"{running.url}/console/redirect-uris/{client_id}")
    page.fill("#redirect_uri-2", "http://app.example.com/")
    page.click("#submit")
    page.wait_for_selector("#trouble:focus")
    page.click("#trouble a")
    assert page.evaluate("document.querySelector(':target').id") == "redirect_uri-2"
    described = page.get_attribute("#redirect_uri-2", "aria-describedby")
    assert "must start with https://" in page.inner_text(f"#{described}")


PROGRAMS: dict[str, Callable[[Path], list[str]]] = {
    "curl": lambda path: [program("bash"), str(path)],
    "requests": lambda path: [sys.executable, str(path)],
    "openid-client": lambda path: [program("node"), str(path)],
    "Authlib": lambda path: [sys.executable, str(path)],
}


def start(folder: Path, title: str, text: str, secret: str) -> subprocess.Popen[str]:
    """A program of its own, with the secret in its environment."""
    path = folder / ("program.mjs" if title == "openid-client" else "program")
    path.write_text(text)
    if title == "openid-client":
        (folder / "node_modules").symlink_to(NODE / "node_modules")
    return subprocess.Popen(
        PROGRAMS[title](path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **({"CLIENT_SECRET": secret} if secret else {})},
    )


@pytest.mark.node
@pytest.mark.parametrize("title", ["curl", "requests", "openid-client"])
@pytest.mark.usefixtures("node")
def test_what_a_machine_copies_gets_a_token(
    running: Running, person: Person, tmp_path: Path, title: str
) -> None:
    """As it stands on the page."""
    page = developer(running, person)
    client_id, secret = register(page, "machine")
    with start(tmp_path, title, snippet(page, client_id, title), secret) as process:
        said, complaint = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, complaint
    assert said.count(".") >= 2


@pytest.mark.node
@pytest.mark.parametrize("title", ["Authlib", "openid-client"])
@pytest.mark.usefixtures("node")
def test_what_a_web_application_copies_signs_in(
    running: Running, person: Person, receiver: Receiver, tmp_path: Path, title: str
) -> None:
    """The address that it prints is opened, and the answer given back to it."""
    page = developer(running, person)
    client_id, secret = register(page, "web", receiver.redirect_uri)
    text = snippet(page, client_id, title)
    with start(tmp_path, title, text, secret) as process:
        assert process.stdout is not None
        url = process.stdout.readline().partition("http")[2].strip()
        assert url, process.stderr.read() if process.stderr else ""
        person.open(f"http{url}")
        person.allow()
        person.arrive(receiver.redirect_uri)
        said, complaint = process.communicate(f"{receiver.url}\n", timeout=SECONDS)
    assert process.returncode == 0, complaint
    assert {"Authlib": "Call the API with eyJ", "openid-client": "sub:"}[title] in said
