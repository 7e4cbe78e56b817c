"""A whole server for one test: requests through API Gateway, and the flows in a line each."""

from __future__ import annotations

import base64
import copy
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from infra.local.wire import Call
from tests import invariants
from tests.browser import Browser
from tests.reply import Reply
from tests.stage import Stage

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636 appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
REDIRECT = "http://127.0.0.1:8000/demo/callback"


class World(Stage):
    """A stage that is asked. Every reply is held against the invariants."""

    # A browser that is signed in already, for `code`; None: a new one each time.
    member: Browser | None = None

    def twin(self) -> World:
        """Another process of the same stage, for a thread of its own, with a log of its own."""
        other = copy.copy(self)
        other.log = io.StringIO()
        self.logs.append(other.log)
        other.restart()
        return other

    def next_test(self) -> None:
        """Look for secrets in the log; forget it, the calls and every window of throttling."""
        for log in self.logs:
            invariants.check_log(log.getvalue(), self.secrets - self.public)
            log.seek(0)
            log.truncate()
        self.secrets.clear()
        self.public.clear()
        self.aws.reset()
        self.clock.forward(15 * 60)
        if self.member is not None:
            # Eleven hours of its session are left, or it signs in anew.
            self.member.open(self.authorize_url(prompt="none", max_age="3600"))
            if "error" in (self.member.arrived or {}):
                self.code(prompt="login")
            self.aws.reset()

    def close(self) -> None:
        """Close every connection that was opened, and look for secrets in the log."""
        for services in self._opened:
            services.close()
        for log in self.logs:
            invariants.check_log(log.getvalue(), self.secrets - self.public)

    def request(
        self,
        method: str,
        target: str,
        *,
        headers: list[tuple[str, str]] | None = None,
        body: bytes = b"",
        address: str = "203.0.113.7",
        certificate: str | None = None,
    ) -> Reply:
        """Send one request through the gateway; the reply is held against the invariants.

        certificate: what mutual TLS has proved, in PEM.
        """
        call = Call(method, target, headers or [], body, address, certificate)
        reply = Reply(self.gateway(call))
        carried = invariants.carried_by(headers or [], body)
        self.secrets |= carried.held | invariants.secrets_of_reply(reply)
        self.public |= carried.public
        invariants.check(self, method, target, reply)
        invariants.check_not_given_back(reply, carried.sent)
        return reply

    def get(self, target: str, **query: str) -> Reply:
        """GET with a query."""
        return self.request("GET", f"{target}?{urlencode(query)}" if query else target)

    def post(
        self,
        path: str,
        form: Mapping[str, str] | list[tuple[str, str]],
        *,
        auth: tuple[str, str] | None = None,
        headers: list[tuple[str, str]] | None = None,
        certificate: str | None = None,
    ) -> Reply:
        """POST a form, with HTTP Basic where `auth` is given."""
        sent = [("Content-Type", "application/x-www-form-urlencoded"), *(headers or [])]
        if auth is not None:
            token = base64.b64encode(":".join(auth).encode()).decode()
            sent.append(("Authorization", f"Basic {token}"))
        body = urlencode(form).encode()
        return self.request("POST", path, headers=sent, body=body, certificate=certificate)

    def browser(self, address: str = "203.0.113.7") -> Browser:
        """A new browser."""
        return Browser(self, address)

    def authorize_url(self, **changes: str | None) -> str:
        """The URL of a good authorization request of demoweb; None leaves a parameter out."""
        parameters = {
            "response_type": "code",
            "client_id": "demoweb",
            "redirect_uri": REDIRECT,
            "scope": "read write",
            "state": "af0ifjsldkj",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        changed = {**parameters, **changes}
        kept = {name: value for name, value in changed.items() if value is not None}
        return f"{self.issuer}/authorize?{urlencode(kept)}"

    def code(self, browser: Browser | None = None, **changes: str | None) -> str:
        """A fresh code: signs in and consents as far as it is asked to."""
        browser = browser or self.member or self.browser()
        browser.open(self.authorize_url(**changes))
        if browser.arrived is None and "sign-in" in browser.page.forms:
            browser.sign_in()
        if browser.arrived is None and "consent" in browser.page.forms:
            browser.allow()
        if browser.arrived is None and "form-post" in browser.page.forms:
            browser.submit("form-post")
        assert browser.arrived is not None
        assert "code" in browser.arrived, browser.arrived
        return browser.arrived["code"]

    def redeem(
        self,
        code: str,
        *,
        auth: tuple[str, str] | None = ("demoweb", "demowebsecret"),
        **changes: str,
    ) -> Reply:
        """Trade a code; `auth=None` with `client_id=` for a public client."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.post("/token", form, auth=auth)

    def refresh(
        self,
        token: str,
        *,
        auth: tuple[str, str] | None = ("demoweb", "demowebsecret"),
        **changes: str,
    ) -> Reply:
        """Trade a refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": token, **changes}
        return self.post("/token", form, auth=auth)

    def tokens(self, browser: Browser | None = None, **changes: str | None) -> dict[str, Any]:
        """A whole code flow of demoweb, to its tokens."""
        reply = self.redeem(self.code(browser, **changes))
        assert reply.status == 200, reply.text
        return reply.json

    def introspect(
        self, token: str, auth: tuple[str, str] = ("demoweb", "demowebsecret")
    ) -> dict[str, Any]:
        """What introspection says of a token."""
        reply = self.post("/introspect", {"token": token}, auth=auth)
        assert reply.status == 200, reply.text
        return reply.json

    def userinfo(self, token: str) -> Reply:
        """What a client may know of its user, with the token in the header."""
        return self.request("GET", "/userinfo", headers=[("Authorization", f"Bearer {token}")])

    def revoke(self, token: str, auth: tuple[str, str] = ("demoweb", "demowebsecret")) -> Reply:
        """Revoke a token."""
        return self.post("/revoke", {"token": token}, auth=auth)
