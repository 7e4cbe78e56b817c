"""A browser without scripts at a running server: whoever takes an authorization URL of a client."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection
from typing import Any, cast
from urllib.parse import urlsplit

from infra.local.wire import Answer
from tests.browser import Browser
from tests.reply import Reply
from tests.running import PASSWORD
from tests.world import World

SECONDS = 60


class Remote:
    """What tests/browser.py needs of a server, over a connection."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._parts = urlsplit(issuer)

    def request(
        self, method: str, target: str, *, headers: list[tuple[str, str]], body: bytes, **_: Any
    ) -> Reply:
        """Send one request; redirects are the browser's business."""
        with closing(HTTPConnection(self._parts.netloc, timeout=SECONDS)) as connection:
            connection.request(method, self._parts.path + target, body, dict(headers))
            answer = connection.getresponse()
            return Reply(Answer(answer.status, tuple(answer.getheaders()), answer.read()))


class Person:
    """A user with a browser. `asked` are the authorization URLs that they were sent to."""

    def __init__(self, issuer: str, username: str) -> None:
        self._browser = Browser(cast(World, Remote(issuer)))
        self._username = username
        self.asked: list[str] = []
        self.pages: list[str] = []

    def authorize(self, url: str) -> dict[str, str]:
        """Sign in and allow, as far as they are asked to: the parameters that the client gets."""
        self.asked.append(url)
        browser = self._browser.open(url)
        if browser.arrived is None and "sign-in" in browser.page.forms:
            browser.sign_in(self._username, PASSWORD)
        if browser.arrived is None and "consent" in browser.page.forms:
            self.pages.append(browser.page.text)
            browser.allow()
        assert browser.arrived is not None, browser.page.text
        return browser.arrived
