"""A person with a browser without scripts, in front of a server that runs. See tests/browser.py."""

from __future__ import annotations

from dataclasses import dataclass

import requests

from infra.local.wire import Answer
from tests.browser import Browser
from tests.reply import Reply
from tests.running import PASSWORD

SECONDS = 60


@dataclass(frozen=True)
class _Site:
    """All that a browser asks of a World, over HTTP."""

    issuer: str

    def request(
        self, method: str, target: str, headers: list[tuple[str, str]], body: bytes, address: str
    ) -> Reply:
        """One call; the address is this machine's, whatever the browser says."""
        with requests.request(
            method,
            f"{self.issuer}{target}",
            headers=dict(headers),
            data=body,
            timeout=SECONDS,
            allow_redirects=False,
        ) as answer:
            received = tuple(answer.raw.headers.iteritems())
            return Reply(Answer(answer.status_code, received, answer.content))


class Member(Browser):
    """Signs in once, and allows what is asked."""

    def __init__(self, url: str, username: str) -> None:
        super().__init__(_Site(url))  # type: ignore[arg-type]
        self.username = username

    def go(self, url: str) -> dict[str, str]:
        """Take an authorization URL to its end; the parameters of the answer."""
        self.open(url)
        if self.arrived is None and "sign-in" in self.page.forms:
            self.sign_in(self.username, PASSWORD)
        if self.arrived is None and "consent" in self.page.forms:
            self.allow()
        if self.arrived is None and "form-post" in self.page.forms:
            self.submit("form-post")
        assert self.arrived is not None, self.page.text
        return self.arrived
