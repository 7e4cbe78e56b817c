"""Chromium without a window, and a person in front of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.needed import program
from tests.running import PASSWORD
from tests.world import CHALLENGE

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
MILLISECONDS = 45_000
# Chromium reports every page with an error status; which status a page has, tests say themselves.
_STATUS = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d ")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium."""
    path = program("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class Person:
    """One browser profile with a tab, a new one unless given.

    `troubles` is what the console complained about.
    """

    def __init__(self, context: BrowserContext, page: Page | None = None) -> None:
        context.set_default_timeout(MILLISECONDS)
        self.context = context
        self.troubles: list[str] = []
        context.on("console", self._note)
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))
        self.page = page or context.new_page()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not _STATUS.match(message.text):
            self.troubles.append(message.text)

    def open(self, url: str) -> Page:
        """Go there."""
        self.page.goto(url)
        return self.page

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        """Fill in the sign-in form and send it."""
        self.page.fill("#username", username)
        self.page.fill("#password", password)
        self.page.click("#submit")

    def allow(self) -> None:
        """Press Allow on the consent page."""
        self.page.click("#allow")

    def deny(self) -> None:
        """Press Deny on the consent page."""
        self.page.click("#deny")

    def arrive(self, redirect_uri: str) -> None:
        """Wait until the tab shows the client's own page."""
        self.page.wait_for_url(re.compile(re.escape(redirect_uri) + r"(\?|$)"))


def authorize_url(issuer: str, client_id: str, redirect_uri: str, **changes: str) -> str:
    """An authorization request that is in order."""
    parameters = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": "read write",
        "state": "af0ifjsldkj",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return f"{issuer}/authorize?{urlencode(parameters)}"
