"""The demo client's doors: which path does what.

The cookie carries a random id and the rest stays in memory. It is SameSite=Lax and the pages are
only shown under the address of the callback, so no other site can press the buttons.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.demo import pages, tokens
from infra.local.demo.issuer import Issuer, Unreachable
from infra.local.demo.walk import (
    MOST_EXCHANGES,
    PROMPTS,
    Exchange,
    Options,
    Walk,
    Walks,
    ask,
    check_answer,
    check_id_token,
)
from infra.local.wire import Answer, Call

COOKIE = "demo_browser"
SCOPES = {
    "openid": "who you are (an ID token)",
    "profile": "your name",
    "email": "your e-mail address",
    "offline_access": "a refresh token",
    "read": "read your files",
    "write": "change your files",
}
AT_FIRST = ("openid", "offline_access", "read")


@dataclass(frozen=True, slots=True)
class Demo:
    """The application; `base` is the local server's address, where the callback is."""

    base: str
    issuer: str
    walks: Walks = field(default_factory=Walks)

    def __call__(self, call: Call) -> Answer:
        """Open the door that the path names."""
        if call.header("Host") != urlsplit(self.base).netloc:
            # The cookie and the callback belong to one name only: not localhost, not a proxy's.
            return _see_other(f"{self.base}/demo")
        door = DOORS.get((call.method, call.path.removesuffix("/")))
        if door is None:
            return pages.page("trouble.html", 404, text="There is no such page in the demo.")
        try:
            return door(self, call)
        except Unreachable as error:
            return pages.page("trouble.html", 502, text=str(error))

    @property
    def server(self) -> Issuer:
        """The authorization server, as this client calls it."""
        return Issuer(self.issuer)

    def start(self, call: Call) -> Answer:
        """The start page: what shall be asked for."""
        known = self.server.metadata().get("scopes_supported", ())
        scopes = {name: text for name, text in SCOPES.items() if name in {*known, "read", "write"}}
        last = self.walks.get(_browser(call)).asked
        chosen = last.options.scopes if last else [name for name in scopes if name in AT_FIRST]
        options = replace(last.options if last else Options(), scopes=tuple(chosen))
        return pages.page(
            *("start.html",), issuer=self.issuer, scopes=scopes, prompts=PROMPTS, options=options
        )

    def begin(self, call: Call) -> Answer:
        """Make a request and show it before it is sent."""
        form = parse_qs(call.body.decode(errors="replace"), keep_blank_values=True)
        endpoint = self.server.metadata()["authorization_endpoint"]
        asked = ask(Options.read(form), endpoint, f"{self.base}/demo/callback")
        return self._go_on(call, Walk(asked=asked), "/demo/request")

    def request(self, call: Call) -> Answer:
        """The authorization request in full, and the link that sends it."""
        walk = self.walks.get(_browser(call))
        if walk.asked is None:
            return _see_other("/demo")
        return pages.page("request.html", asked=walk.asked)

    def callback(self, call: Call) -> Answer:
        """The answer of the authorization endpoint; kept only when it is the one awaited."""
        walk = self.walks.get(_browser(call))
        values = parse_qs(call.query, keep_blank_values=True)
        answer = {name: found[-1] for name, found in values.items()}
        if walk.asked is None:
            text = "This browser has not asked for anything, so the answer is not used."
            return pages.page("trouble.html", 400, text=text)
        if walk.answer is None:
            checks = check_answer(walk.asked, answer, self.issuer)
            if not all(check.holds for check in checks):
                return self._walk_page(replace(walk, answer=answer), status=400)
            walk = replace(walk, answer=answer)
            self.walks.put(_browser(call), walk)
        elif answer != walk.answer:
            text = "This request has been answered already; a second answer is not used."
            return pages.page("trouble.html", 400, text=text)
        return self._walk_page(walk)

    def show(self, call: Call) -> Answer:
        """The walk so far."""
        walk = self.walks.get(_browser(call))
        return self._walk_page(walk) if walk.answer else _see_other("/demo")

    def exchange(self, call: Call) -> Answer:
        """RFC 6749 section 4.1.3. Pressing it twice shows what a second redemption does."""
        walk = self.walks.get(_browser(call))
        if walk.asked is None or not walk.answer or "code" not in walk.answer:
            return _see_other("/demo")
        form = {
            "grant_type": "authorization_code",
            "code": walk.answer["code"],
            "redirect_uri": walk.asked.redirect_uri,
            "code_verifier": walk.asked.verifier,
        }
        return self._token(call, walk, "Exchange the code", form)

    def refresh(self, call: Call) -> Answer:
        """RFC 6749 section 6."""
        walk = self.walks.get(_browser(call))
        token = (walk.tokens or {}).get("refresh_token")
        if walk.asked is None or not token:
            return _see_other("/demo/walk")
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return self._token(call, walk, "Refresh", form)

    def introspect(self, call: Call) -> Answer:
        """RFC 7662, about the access token."""
        return self._about(call, "Introspect", "introspection_endpoint", "access_token")

    def revoke(self, call: Call) -> Answer:
        """RFC 7009, the refresh token when there is one: that ends the whole grant."""
        tokens_now = self.walks.get(_browser(call)).tokens or {}
        kind = "refresh_token" if tokens_now.get("refresh_token") else "access_token"
        return self._about(call, "Revoke", "revocation_endpoint", kind)

    def style(self, _: Call) -> Answer:
        """The style sheet."""
        return pages.style()

    def _token(self, call: Call, walk: Walk, title: str, form: dict[str, str]) -> Answer:
        assert walk.asked is not None
        made = self.server.post(title, "token_endpoint", form, walk.asked.options.client)
        received = _object(made.answer) if made.status == HTTPStatus.OK else {}
        # A refresh may leave out what did not change.
        held = {**(walk.tokens or {}), **received} or None
        return self._add(call, replace(walk, tokens=held), made)

    def _about(self, call: Call, title: str, endpoint: str, kind: str) -> Answer:
        walk = self.walks.get(_browser(call))
        token = (walk.tokens or {}).get(kind)
        if walk.asked is None or not token:
            return _see_other("/demo/walk")
        form = {"token": token, "token_type_hint": kind}
        client = walk.asked.options.client
        return self._add(call, walk, self.server.post(title, endpoint, form, client))

    def _add(self, call: Call, walk: Walk, made: Exchange) -> Answer:
        kept = (*walk.exchanges, made)[-MOST_EXCHANGES:]
        return self._go_on(call, replace(walk, exchanges=kept), "/demo/walk")

    def _go_on(self, call: Call, walk: Walk, target: str) -> Answer:
        name = self.walks.put(_browser(call), walk)
        cookie = f"{COOKIE}={name}; Path=/demo; HttpOnly; SameSite=Lax"
        return _see_other(target, ("Set-Cookie", cookie))

    def _walk_page(self, walk: Walk, status: int = 200) -> Answer:
        assert walk.asked is not None
        answer = walk.answer or {}
        held = walk.tokens or {}
        keys = self.server.keys() if held else {}
        names = ("access_token", "id_token")
        readings = [tokens.read(name, held.get(name), keys) for name in names]
        return pages.page(
            "walk.html",
            status,
            walk=walk,
            issuer=self.issuer,
            answer=answer,
            checks=check_answer(walk.asked, answer, self.issuer),
            readings=[
                (reading, check_id_token(walk.asked, reading.claims, self.issuer))
                if reading.name == "id_token"
                else (reading, ())
                for reading in readings
                if reading
            ],
            held=held,
        )


def _see_other(target: str, *headers: tuple[str, str]) -> Answer:
    return Answer(303, (("Location", target), ("Cache-Control", "no-store"), *headers))


def _browser(call: Call) -> str | None:
    found = re.search(rf"(?:^|;\s*){COOKIE}=([A-Za-z0-9_-]+)", call.header("Cookie") or "")
    return found[1] if found else None


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


DOORS: dict[tuple[str, str], Callable[[Demo, Call], Answer]] = {
    ("GET", "/demo"): Demo.start,
    ("POST", "/demo/start"): Demo.begin,
    ("GET", "/demo/request"): Demo.request,
    ("GET", "/demo/callback"): Demo.callback,
    ("GET", "/demo/walk"): Demo.show,
    ("POST", "/demo/exchange"): Demo.exchange,
    ("POST", "/demo/refresh"): Demo.refresh,
    ("POST", "/demo/introspect"): Demo.introspect,
    ("POST", "/demo/revoke"): Demo.revoke,
    ("GET", "/demo/demo.css"): Demo.style,
}
