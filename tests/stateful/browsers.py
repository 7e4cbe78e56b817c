"""Browsers that keep their cookies, and the session that the model knows to be in each."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.browser import Browser
from tests.stateful.model import Session
from tests.world import World

COOKIE = "__Host-session"


@dataclass(eq=False)
class Jar:
    """The cookies of one browser. session: whose cookie it holds, living or not."""

    cookies: dict[str, str] = field(default_factory=dict)
    session: Session | None = None

    @classmethod
    def with_cookie_of(cls, session: Session) -> Jar:
        """Another browser, into which a session cookie was copied."""
        return cls({COOKIE: session.cookie}, session)

    def living(self, now: int) -> Session | None:
        """The session that signs somebody in here."""
        return self.session if self.session is not None and self.session.valid(now) else None

    def open(self, world: World, address: str) -> Browser:
        """The browser itself; its cookies are these."""
        browser = Browser(world, address)
        browser.cookies = self.cookies
        return browser

    def check(self) -> None:
        """The cookie is that of the session, and of no other."""
        expected = self.session.cookie if self.session is not None else None
        assert self.cookies.get(COOKIE) == expected

    def forget(self) -> None:
        """The server took the cookie away."""
        self.session = None
        self.check()
