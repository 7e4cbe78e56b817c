"""The client of the OpenID Foundation's conformance suite for a provider, as its modules behave.

What it sends, and what its conditions look at in every answer; a failed condition is an assertion
here. A module is a story of a test. The suite itself is run elsewhere: docs/conformance.md.
"""

from __future__ import annotations

import base64
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from chalicelib.administration import clients, users
from tests.browser import Browser
from tests.emulated_aws import Recorder
from tests.plans.oidcc_conditions import (
    ERROR,
    error_in_words,
    id_token_keeps_to_the_standard,
    json_of,
    token_answer,
)
from tests.reply import Reply, claims
from tests.stage import CHEAPEST
from tests.world import World

BASE = "https://suite.example:8443/test/a/postern"
CALLBACK = f"{BASE}/callback"
# The second client's in older versions of the suite, which looks whether the query survives.
CALLBACK2 = f"{CALLBACK}?dummy1=lorem&dummy2=ipsum"
AFTER_LOGOUT = f"{BASE}/post_logout_redirect"
JSON = "application/json;charset=UTF-8"
FORM = "application/x-www-form-urlencoded;charset=UTF-8"
PLAIN = string.ascii_letters + string.digits
# A state of the end session endpoint: what RFC 6749 calls VSCHAR, without blank and plus.
PRINTABLE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != "+")
MODES = ("default", "form_post")
USER = ("conformance@example.com", "conformance-password")
# Every claim that a scope of Core section 5.4 stands for: one that is missing is a warning.
PERSON: Mapping[str, Any] = {
    "name": "Ada Example",
    "given_name": "Ada",
    "family_name": "Example",
    "middle_name": "B",
    "nickname": "ada",
    "preferred_username": "ada",
    "profile": "https://people.example/ada",
    "picture": "https://people.example/ada.png",
    "website": "https://ada.example",
    "gender": "female",
    "birthdate": "1970-02-28",
    "zoneinfo": "Europe/Rome",
    "locale": "en-GB",
    "updated_at": 1_700_000_000,
    "email": "ada@example.com",
    "email_verified": True,
    "phone_number": "+390612345678",
    "phone_number_verified": True,
    "address": {"formatted": "Via Appia 1\nRoma", "country": "IT"},
}
Pairs = dict[str, str]


@contextmanager
def stage(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[World]:
    """A server with the suite's user and its three static clients, for a whole file of modules."""
    world = World(*emulated)
    users.create(*USER, PERSON, world.services, CHEAPEST)
    enrol(world, "suite-1", CALLBACK, request_object_signing_alg="none")
    enrol(world, "suite-2", CALLBACK, redirect_uris=[CALLBACK, CALLBACK2])
    enrol(world, "suite-post", CALLBACK, token_endpoint_auth_method="client_secret_post")
    world.clock.forward(1)
    world.restart()
    yield world
    world.close()


def enrol(world: World, client_id: str, callback: str, **members: Any) -> None:
    """Register a client as docs/conformance.md tells whoever runs the suite."""
    metadata = {
        "client_id": client_id,
        "client_secret": secret_of(client_id),
        "redirect_uris": [callback],
        "post_logout_redirect_uris": [AFTER_LOGOUT],
        "grant_types": ["authorization_code", "refresh_token"],
        "require_pkce": False,
        **members,
    }
    clients.create(metadata, world.services)


def secret_of(client_id: str) -> str:
    """What the suite's configuration says is the client's secret."""
    return f"{client_id}-secret-secret-secret"


class Module:
    """One module of a plan: one client in one browser, which the suite's user sits at."""

    def __init__(
        self,
        world: World,
        mode: str = "default",
        client_id: str = "suite-1",
        callback: str = CALLBACK,
    ) -> None:
        self.world = world
        self.mode = mode
        self.client_id = client_id
        self.callback = callback
        self.browser = world.browser()
        self.scope = "openid"
        self.asked: Pairs = {}
        self.hint = ""  # the ID token of the sign-in, for modules that go on with it

    def another(self, client_id: str, callback: str) -> Module:
        """The same browser with another client."""
        other = Module(self.world, self.mode, client_id, callback)
        other.browser, other.scope = self.browser, self.scope
        return other

    def random(self, length: int = 10, alphabet: str = PLAIN) -> str:
        """What the suite takes for a state or a nonce."""
        drawn = self.world.services.token_bytes(length)
        return "".join(alphabet[byte % len(alphabet)] for byte in drawn)

    def request(self, **changes: str | None) -> Pairs:
        """The parameters of an authorization request; None leaves one out. No PKCE."""
        asked: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": self.callback,
            "scope": self.scope,
            "state": self.random(),
            "nonce": self.random(),
            "response_type": "code",
            "response_mode": "form_post" if self.mode == "form_post" else None,
        }
        return {name: value for name, value in {**asked, **changes}.items() if value is not None}

    def visit(self, asked: Pairs, *, posted: bool = False, **outside: str) -> Browser:
        """Bring the browser to the authorization endpoint; what is shown stays shown."""
        self.asked = asked
        sent = outside or asked
        if posted:
            url = f"{self.world.issuer}/authorize"
            return self.browser._go("POST", url, urlencode(sent).encode())
        # As its URI builder writes it: a blank is %20.
        return self.browser.open(
            f"{self.world.issuer}/authorize?{urlencode(sent, quote_via=quote)}"
        )

    def answer(self) -> Pairs:
        """Do what is asked for on the pages, and look at what comes back to the suite."""
        for step in ("sign-in", "consent"):
            if self.browser.arrived is None and step in self.browser.page.forms:
                self.browser = (
                    self.browser.sign_in(*USER) if step == "sign-in" else self.browser.allow()
                )
        reply = self.browser.reply
        assert reply is not None
        if self.mode == "form_post":
            form = reply.page.forms["form-post"]
            assert (form.method.lower(), form.action) == ("post", self.callback)
            assert "code" not in dict(parse_qsl(urlsplit(form.action).query))
            came = dict(form.fields)
        else:
            # After a form it is a page that leads on.
            location = reply.header("Location") or reply.page.refresh or ""
            assert location.startswith(self.callback), reply.text
            came = dict(self.browser.arrived or {})
            for name, value in parse_qsl(urlsplit(self.callback).query):
                assert came.pop(name) == value
        assert came.get("state") == self.asked.get("state")
        assert came["iss"] == self.world.issuer
        return came

    def sign_in(self, asked: Pairs | None = None, **changes: str | None) -> Pairs:
        """A whole authorization; what came back with the code."""
        self.visit(self.request(**changes) if asked is None else asked)
        came = self.answer()
        assert came.keys() - {"state"} == {"code", "iss"}, came
        assert len(came["code"]) >= 22
        return came

    def refused(self) -> str:
        """The error that came back, after the conditions that every error is put through."""
        came = self.answer()
        assert came.keys() <= {*ERROR, "state", "iss"}
        assert "error" in came, came
        return error_in_words(came)

    def post(self, path: str, form: Pairs, **headers: str) -> Reply:
        """A form, with the headers of the suite's HTTP client."""
        sent = {"Accept": JSON, "Accept-Charset": "utf-8", "Content-Type": FORM, **headers}
        body = urlencode(form).encode()
        return self.world.request("POST", path, headers=list(sent.items()), body=body)

    def token(self, **form: str) -> Reply:
        """Ask the token endpoint, with the client's secret as it is registered."""
        method = "client_secret_post" if self.client_id == "suite-post" else "client_secret_basic"
        return self.with_secret(form, secret_of(self.client_id), method)

    def with_secret(self, form: Pairs, secret: str, method: str) -> Reply:
        """Ask the token endpoint, with this secret."""
        if method == "client_secret_post":
            proof = {"client_id": self.client_id, "client_secret": secret}
            return self.post("/token", {**form, **proof})
        basic = base64.b64encode(f"{self.client_id}:{secret}".encode()).decode()
        return self.post("/token", form, Authorization=f"Basic {basic}")

    def redeem(self, code: str, **more: str) -> Reply:
        """Trade a code."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.callback}
        return self.token(**form, **more)

    def tokens(self, code: str, **more: str) -> dict[str, Any]:
        """Trade a code, and put the answer through the conditions."""
        reply = self.redeem(code, **more)
        told = token_answer(reply)
        id_token_keeps_to_the_standard(self.world, told, self.client_id, self.asked.get("nonce"))
        return told

    def leave(self, **changes: str | None) -> Browser:
        """Send the browser to the end session endpoint; None leaves a parameter out."""
        asked: dict[str, str | None] = {
            "id_token_hint": self.hint,
            "post_logout_redirect_uri": AFTER_LOGOUT,
            "state": PRINTABLE,
            **changes,
        }
        sent = {name: value for name, value in asked.items() if value is not None}
        told = self.world.get("/.well-known/openid-configuration").json
        url = f"{told['end_session_endpoint']}?{urlencode(sent, quote_via=quote)}"
        return self.browser.open(url.rstrip("?"))

    def is_signed_out(self) -> bool:
        """What the suite asks at the end of a logout."""
        self.visit(self.request(prompt="none", state=self.random(128)))
        return self.refused() == "login_required"

    def userinfo(self, token: str, method: str = "GET") -> Reply:
        """UserInfo, with the token in the header."""
        sent = [("Accept", JSON), ("Accept-Charset", "utf-8"), ("Authorization", f"Bearer {token}")]
        if method == "POST":
            sent.append(("Content-Type", "application/x-www-form-urlencoded"))
        return self.world.request(method, "/userinfo", headers=sent)

    def told(self, token: str) -> dict[str, Any]:
        """What UserInfo tells."""
        return json_of(self.userinfo(token))

    def whole(self, **changes: str | None) -> dict[str, Any]:
        """Authorization, tokens, UserInfo: the tokens."""
        tokens = self.tokens(self.sign_in(**changes)["code"])
        assert self.told(tokens["access_token"])["sub"] == claims(tokens["id_token"])["sub"]
        return tokens
