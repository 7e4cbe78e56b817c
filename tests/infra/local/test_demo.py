"""The demo client, walked without a browser against a small issuer of our own."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.local.demo import Demo
from infra.local.demo.tokens import read
from infra.local.demo.walk import (
    MOST_WALKS,
    Options,
    Walk,
    Walks,
    ask,
    check_answer,
    check_id_token,
)
from infra.local.server import Server
from infra.local.wire import Answer, Call

BASE = "http://127.0.0.1:8000"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
JWKS = {
    "keys": [{**jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "k"}]
}


@dataclass
class FakeIssuer:
    """Answers the metadata, the keys and every form; remembers the forms."""

    url: str = ""
    forms: list[tuple[Call, dict[str, list[str]]]] = field(default_factory=list)

    def __call__(self, call: Call) -> Answer:
        """The application."""
        if call.path == "/.well-known/openid-configuration":
            names = ("authorization", "token", "introspection", "revocation")
            ends = {f"{name}_endpoint": f"{self.url}/{name}" for name in names}
            return said({"issuer": self.url, "jwks_uri": f"{self.url}/jwks", **ends})
        if call.path == "/jwks":
            return said(JWKS)
        self.forms.append((call, parse_qs(call.body.decode())))
        if call.path != "/token":
            return said({"active": True})
        claims = {"iss": self.url, "aud": "https://api.example.com", "exp": int(time.time()) + 60}
        token = jwt.encode(claims, KEY, "RS256", headers={"kid": "k", "typ": "at+jwt"})
        return said({"access_token": token, "refresh_token": f"refresh-{len(self.forms)}"})


@pytest.fixture
def issuer() -> Iterator[FakeIssuer]:
    """The issuer on a loopback port."""
    fake = FakeIssuer()
    with Server() as server:
        fake.url = server.url
        server.start(fake)
        yield fake


@dataclass
class Browser:
    """A person with the demo open: keeps the cookie, follows nothing by itself."""

    demo: Demo
    cookie: str = ""

    def get(self, target: str, **headers: str) -> Answer:
        """Open a page."""
        return self.send("GET", target, b"", headers)

    def post(self, target: str, form: Mapping[str, str] | None = None) -> Answer:
        """Press a button."""
        return self.send("POST", target, urlencode(form or {}).encode(), {})

    def send(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Any request, with the cookie."""
        sent = {"Host": "127.0.0.1:8000", "Cookie": self.cookie, **headers}
        answer = self.demo(Call(method, target, list(sent.items()), body))
        if set_cookie := answer.header("Set-Cookie"):
            self.cookie = set_cookie.partition(";")[0]
        return answer

    def ask(self, **choices: str) -> dict[str, str]:
        """Make a request; the parameters of its link."""
        self.post("/demo/start", {"scope": "read", **choices})
        page = self.get("/demo/request").body.decode()
        link = re.search(r'id="sign-in" href="([^"]+)"', page)
        assert link
        found = parse_qs(urlsplit(unescape(link[1])).query)
        return {name: values[-1] for name, values in found.items()}

    def sign_in(self, **choices: str) -> Answer:
        """Up to the callback, with a code."""
        asked = self.ask(**choices)
        answer = {"code": "the-code", "state": asked["state"], "iss": self.demo.issuer}
        return self.get(f"/demo/callback?{urlencode(answer)}")


@pytest.fixture
def browser(issuer: FakeIssuer) -> Browser:
    """A fresh browser at the demo of the fake issuer."""
    return Browser(Demo(BASE, issuer.url))


def said(body: Any) -> Answer:
    """A JSON answer."""
    return Answer(200, (("Content-Type", "application/json"),), json.dumps(body).encode())


def test_request_carries_what_the_person_chose(browser: Browser) -> None:
    """Client, scope, prompt and resource are sent, with a challenge and a state."""
    asked = browser.ask(client="demospa", prompt="login", resource="yes")
    assert asked["client_id"] == "demospa"
    assert (asked["scope"], asked["prompt"]) == ("read", "login")
    assert asked["resource"] == "https://api.example.com"
    assert asked["redirect_uri"] == f"{BASE}/demo/callback"
    assert asked["code_challenge_method"] == "S256"
    assert "nonce" not in asked


def test_challenge_is_the_hash_of_the_verifier() -> None:
    """The example of RFC 7636 appendix B."""
    asked = ask(Options(), f"{BASE}/authorize", f"{BASE}/demo/callback")
    known = type(asked)(
        *(asked.options, asked.endpoint, asked.redirect_uri, asked.state, asked.nonce),
        verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    )
    assert known.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_exchange_authenticates_and_masks_the_secret(issuer: FakeIssuer, browser: Browser) -> None:
    """The code goes out with HTTP Basic, and the page shows the request without the secret."""
    assert 'id="exchange"' in browser.sign_in().body.decode()
    browser.post("/demo/exchange")
    call, form = issuer.forms[-1]
    assert form["code"] == ["the-code"]
    assert "code_verifier" in form
    assert (call.header("Authorization") or "").startswith("Basic ")
    page = browser.get("/demo/walk").body.decode()
    assert "base64(demoweb:********)" in page
    assert "demowebsecret" not in page
    assert (call.header("Authorization") or "")[6:] not in page
    assert "The signature verifies with key k (RS256)." in page


def test_public_client_names_itself_in_the_form(issuer: FakeIssuer, browser: Browser) -> None:
    """Without a secret client_id is a parameter and there is no Authorization header."""
    browser.sign_in(client="demospa")
    browser.post("/demo/exchange")
    call, form = issuer.forms[-1]
    assert form["client_id"] == ["demospa"]
    assert call.header("Authorization") is None


def test_buttons_act_on_the_newest_tokens(issuer: FakeIssuer, browser: Browser) -> None:
    """Refresh replaces the refresh token, and Revoke sends the new one."""
    browser.sign_in()
    for name in ("exchange", "refresh", "introspect", "revoke"):
        browser.post(f"/demo/{name}")
    forms = [form for _, form in issuer.forms]
    assert forms[1]["refresh_token"] == ["refresh-1"]
    assert forms[2]["token_type_hint"] == ["access_token"]
    assert forms[3]["token"] == ["refresh-2"]
    page = browser.get("/demo/walk").body.decode()
    assert all(f'id="{name}"' in page for name in ("exchange", "refresh", "introspect", "revoke"))


@pytest.mark.parametrize("wrong", [{"state": "x"}, {"iss": "https://evil.example"}])
def test_answer_of_somebody_else_is_not_used(browser: Browser, wrong: dict[str, str]) -> None:
    """A wrong state or issuer shows which check failed, and offers no exchange."""
    asked = browser.ask()
    answer = {"code": "c", "state": asked["state"], "iss": browser.demo.issuer, **wrong}
    page = browser.get(f"/demo/callback?{urlencode(answer)}")
    assert page.status == 400
    assert b"<strong>No:</strong>" in page.body
    assert b'id="exchange"' not in page.body
    assert browser.post("/demo/exchange").header("Location") == "/demo"


def test_second_answer_is_not_used(browser: Browser) -> None:
    """The same answer may be shown again; another one to the same request is refused."""
    asked = browser.ask()
    go = partial(urlencode, {"code": "one", "state": asked["state"], "iss": browser.demo.issuer})
    assert browser.get(f"/demo/callback?{go()}").status == 200
    assert browser.get(f"/demo/callback?{go()}").status == 200
    assert browser.get(f"/demo/callback?{go().replace('one', 'two')}").status == 400


def test_answer_without_a_request_is_not_used(browser: Browser) -> None:
    """A callback in a browser that asked for nothing is refused."""
    assert browser.get("/demo/callback?code=c&state=s").status == 400


def test_error_answer_is_shown_as_text(browser: Browser) -> None:
    """What the server says is escaped, and a foreign error_uri is no link."""
    asked = browser.ask()
    answer = {
        **{"error": "access_denied", "error_description": "<script>alert(1)</script>"},
        **{"error_uri": "javascript:alert(1)", "state": asked["state"]},
        "iss": browser.demo.issuer,
    }
    page = browser.get(f"/demo/callback?{urlencode(answer)}").body.decode()
    assert "The server said no" in page
    assert "<script" not in page
    assert 'href="javascript' not in page


def test_other_names_lead_to_the_callbacks_address(browser: Browser) -> None:
    """Under localhost or a foreign name nothing is shown: cookie and callback are elsewhere."""
    answer = browser.get("/demo/walk", Host="localhost:8000")
    assert (answer.status, answer.header("Location")) == (303, f"{BASE}/demo")


def test_pages_need_no_scripts_and_allow_none(browser: Browser) -> None:
    """The policy forbids scripts and frames, and no page has one."""
    for answer in (browser.get("/demo"), browser.sign_in(), browser.get("/demo/nothing")):
        policy = answer.header("Content-Security-Policy") or ""
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert b"<script" not in answer.body


def test_issuer_that_is_away_is_told() -> None:
    """When the issuer cannot be reached the page says so, with status 502."""
    with Server() as nobody:
        url = nobody.url
    answer = Browser(Demo(BASE, url)).get("/demo")
    assert answer.status == 502
    assert b"could not be reached" in answer.body


def test_signature_by_another_key_does_not_verify() -> None:
    """A token that a foreign key signed is read, and said to be false."""
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    reading = read("access_token", jwt.encode({}, other, "RS256", headers={"kid": "k"}), JWKS)
    assert reading
    assert not reading.verified


def test_id_token_of_another_request_is_told() -> None:
    """Issuer, audience and nonce of an ID token are compared with what was asked."""
    asked = ask(Options(), f"{BASE}/authorize", f"{BASE}/demo/callback")
    right = {"iss": BASE, "aud": "demoweb", "nonce": asked.nonce}
    wrong = {"iss": BASE + "/", "aud": ["demospa"], "nonce": "another"}
    assert [check.holds for check in check_id_token(asked, right, BASE)] == [True] * 3
    assert [check.holds for check in check_id_token(asked, wrong, BASE)] == [False] * 3


@pytest.mark.parametrize("token", [None, "opaque", "a.b.c", "bnVsbA.bnVsbA.x"])
def test_what_is_no_jwt_is_not_read(token: object) -> None:
    """An opaque token has nothing inside to show."""
    assert read("access_token", token, JWKS) is None


def test_memory_of_the_demo_is_bounded() -> None:
    """The oldest browsers are forgotten, and a made-up id is replaced."""
    walks = Walks()
    first = walks.put("chosen-by-the-caller", Walk())
    assert first != "chosen-by-the-caller"
    for _ in range(MOST_WALKS):
        walks.put(None, Walk(answer={}))
    assert walks.get(first).answer is None


def test_checks_name_what_they_check() -> None:
    """State and issuer both hold for the right answer."""
    asked = ask(Options(), f"{BASE}/authorize", f"{BASE}/demo/callback")
    checks = check_answer(asked, {"state": asked.state, "iss": BASE}, BASE)
    assert [check.holds for check in checks] == [True, True]
