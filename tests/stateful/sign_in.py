"""A person at a browser gets a code, as far as they get; each page is compared with the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.browser import Browser
from tests.stateful.actors import Cast
from tests.stateful.model import (
    ISSUER,
    WAITING,
    App,
    Grant,
    Person,
    Session,
    asked_for,
    by_audience,
    given,
)
from tests.world import CHALLENGE

COOKIE = "__Host-session"


@dataclass(frozen=True)
class Wish:
    """What is asked for, and what the person at the browser does."""

    client_id: str
    scope: tuple[str, ...]
    named: tuple[str, ...]
    prompt: str | None
    person: Person
    password: str
    ticked: tuple[str, ...] | None  # None: deny
    port: int


class Walk:
    """One walk through the pages, to a code, an error, or a page where it ends."""

    def __init__(self, cast: Cast, session: Session | None, wish: Wish) -> None:
        self.cast = cast
        self.wish = wish
        self.session = session
        self.browser = Browser(cast.world, cast.address())
        if session is not None:
            self.browser.cookies[COOKIE] = session.cookie
        self.app = cast.model.now_is(wish.client_id)
        self.redirect = self.app.redirect.replace(":8000", f":{wish.port}")
        self.nonce = f"n-{cast.requests}"
        self.began = cast.now

    def go(self, meanwhile: Callable[[], None]) -> Session | None:
        """Walk; `meanwhile` happens while the consent page is shown. Returns the new session."""
        cast, browser, wish = self.cast, self.browser, self.wish
        cast.aws.reset()
        browser.open(self._url())
        if self._refused():
            return None
        problem, resources = asked_for(self.app, wish.scope, wish.named)
        if problem:
            assert self._arrived()["error"] == problem
            return None
        signed_in = self.session is not None and self.session.valid(cast.now)
        if not signed_in or wish.prompt == "login":
            if wish.prompt == "none":
                assert self._arrived()["error"] == "login_required"
                return None
            if not self._sign_in():
                return None
        opened = self.session
        assert opened is not None
        if self._consent_is_needed(resources):
            if wish.prompt == "none":
                assert self._arrived()["error"] == "consent_required"
                return None
            scope = self._consent(resources, meanwhile)
        else:
            scope = wish.scope
        if scope:
            self._receive(opened.person, scope, resources)
        return opened

    def _url(self) -> str:
        parameters = [
            ("response_type", "code"),
            ("client_id", self.wish.client_id),
            ("redirect_uri", self.redirect),
            ("scope", " ".join(self.wish.scope)),
            ("state", self.nonce),
            ("nonce", self.nonce),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            *(("resource", uri) for uri in self.wish.named),
        ]
        if self.wish.prompt:
            parameters.append(("prompt", self.wish.prompt))
        return f"{ISSUER}/authorize?{urlencode(parameters)}"

    def _apps(self) -> list[App]:
        return self.cast.possible(self.wish.client_id)

    def _refused(self) -> bool:
        """Whether a page says that it ends here: a client that is gone, or too late."""
        reply = self.browser.reply
        assert reply is not None
        here = self.browser.arrived is None
        ended = here and reply.status == 400 and not self.browser.page.forms
        late = self.cast.now >= self.began + WAITING
        if ended:
            assert late or any(app.gone for app in self._apps())
        else:
            assert not late
            assert not all(app.gone for app in self._apps())
        return ended

    def _arrived(self) -> dict[str, str]:
        arrived = self.browser.arrived
        assert arrived is not None, self.browser.page.text
        assert arrived["state"] == self.nonce
        assert arrived["iss"] == ISSUER
        return arrived

    def _sign_in(self) -> bool:
        """Whether somebody is signed in afterwards."""
        cast, wish = self.cast, self.wish
        assert "sign-in" in self.browser.page.forms
        self.browser.sign_in(wish.person.name, wish.password)
        assert not self._refused()
        if not cast.model.may_sign_in(wish.person, wish.password, cast.now):
            assert "sign-in" in self.browser.page.forms
            return False
        if self.session is not None:
            self.session.ended = True
        cookie = self.browser.cookies[COOKIE]
        assert cookie not in cast.seen
        cast.seen.add(cookie)
        self.session = Session(wish.person, cast.now, cookie)
        cast.model.sessions.append(self.session)
        if self.session.valid(cast.now):
            return True
        # Opened in the very second of a password change: dead, so it is asked for again.
        assert "sign-in" in self.browser.page.forms
        return False

    def _consent_is_needed(self, resources: tuple[str, ...]) -> bool:
        assert self.session is not None
        if self.wish.prompt == "consent" or self.app.public:
            return True
        consents = self.session.person.consents
        asked = by_audience(self.wish.scope, resources)
        mine = (self.app.client_id, self.app.generation)
        return any(words - consents.get((*mine, uri), set()) for uri, words in asked.items())

    def _consent(
        self, resources: tuple[str, ...], meanwhile: Callable[[], None]
    ) -> tuple[str, ...]:
        """The scopes that were given; none when it ended in another way."""
        assert self.session is not None
        wish, session = self.wish, self.session
        assert "consent" in self.browser.page.forms, self.browser.page.text
        meanwhile()
        declinable = set(wish.scope) - {"openid"}
        ticked = set(wish.ticked or ())
        enough = wish.ticked is not None and (
            not declinable or declinable & ticked or "openid" in wish.scope
        )
        if wish.ticked is None:
            self.browser.submit("consent", "deny")
        else:
            self.browser.allow(list(wish.ticked))
        if self._refused():
            return ()
        if not session.valid(self.cast.now):
            assert "sign-in" in self.browser.page.forms
            return ()
        if not enough:
            assert self._arrived()["error"] == "access_denied"
            return ()
        chosen = tuple(word for word in wish.scope if word in ticked | {"openid"})
        if not self.app.public:
            consents = session.person.consents
            for uri, words in by_audience(wish.scope, resources).items():
                key = (self.app.client_id, self.app.generation, uri)
                consents[key] = (consents.get(key, set()) - words) | (words & set(chosen))
        return chosen

    def _receive(self, person: Person, scope: tuple[str, ...], resources: tuple[str, ...]) -> None:
        cast = self.cast
        code = self._arrived()["code"]
        assert code not in cast.seen
        cast.seen.add(code)
        (key,) = {key for key in cast.written() if key[1].startswith("G#")}
        cast.model.grants.append(
            Grant(
                person=person,
                client_id=self.app.client_id,
                scope=scope,
                resources=given(self.wish.scope, scope, resources),
                refreshes="offline_access" in scope or "offline_access" not in self.wish.scope,
                redirect=self.redirect,
                nonce=self.nonce,
                issued_at=cast.now,
                code=code,
                key=key,
            )
        )
