"""A browser's part in a sign-in, without a browser: cookies, redirects, forms. Standard library
only.

URLs are the issuer's throughout, for cookies too; `base` takes the issuer's place on the wire. On a
real deployment the two are the same; on the emulator an https issuer is served at a loopback
address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from html import unescape
from html.parser import HTMLParser
from http.client import HTTPResponse
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPRedirectHandler, Request, build_opener

_SECONDS = 60  # the emulator's first call starts a process
_MOST_STEPS = 10
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, `url` as the issuer names it."""

    url: str
    status: int
    headers: Message
    body: str


@dataclass(slots=True)
class Form:
    """A form's action, its fields as they stand (unticked boxes left out), and its id."""

    id: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class Browser:
    """One person's browser. `arrive` follows what a browser would; `send` is one call."""

    def __init__(self, issuer: str, base: str) -> None:
        self._issuer = issuer
        self._base = base
        # Browsers send Secure cookies to a loopback address too, and http is nowhere else.
        self._cookies = CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https")))
        self._opener = build_opener(_NoRedirects)

    def send(
        self, url: str, form: Pairs | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One call; an error status is an answer like any other."""
        data = None if form is None else urlencode(form).encode()
        asked = Request(url, data=data, headers=dict(headers or {}))
        self._cookies.add_cookie_header(asked)
        wire = Request(self._on_the_wire(url), data=data, headers=dict(asked.header_items()))
        try:
            response = self._opener.open(wire, timeout=_SECONDS)
        except HTTPError as problem:
            response = problem
        with response:
            self._cookies.extract_cookies(response, asked)
            return _answer(url, response)

    def arrive(self, url: str, form: Pairs | None = None, *, until: str) -> Answer | str:
        """Follow redirects and refreshes to a page that asks something or a URL under `until`."""
        for _ in range(_MOST_STEPS):
            answer = self.send(url, form)
            onward = _onward(answer)
            if onward is None:
                return answer
            if onward.startswith(until):
                return onward
            url, form = onward, None
        raise RuntimeError(f"more than {_MOST_STEPS} redirects")

    def _on_the_wire(self, url: str) -> str:
        if not url.startswith(self._issuer):
            raise RuntimeError(f"{url} is not the issuer's")
        return self._base + url.removeprefix(self._issuer)


def words(answer: Answer) -> str:
    """What a person would read of a page; another body as it is."""
    if "html" not in answer.headers.get("Content-Type", ""):
        return answer.body
    text = re.sub(r"<style.*?</style>|<[^>]*>", " ", answer.body, flags=re.DOTALL)
    return " ".join(unescape(text).split())


def forms(answer: Answer) -> dict[str, Form]:
    """The forms of a page by their id; actions made absolute."""
    parser = _Parser()
    parser.feed(answer.body)
    for form in parser.forms:
        form.action = urljoin(answer.url, form.action)
    return {form.id: form for form in parser.forms}


def _answer(url: str, response: HTTPResponse | HTTPError) -> Answer:
    body = response.read().decode("utf-8")
    return Answer(url, response.status or 0, response.headers, body)


def _onward(answer: Answer) -> str | None:
    location = answer.headers.get("Location")
    if answer.status in (302, 303) and location:
        return urljoin(answer.url, location)
    parser = _Parser()
    parser.feed(answer.body if "html" in answer.headers.get("Content-Type", "") else "")
    return None if parser.refresh is None else urljoin(answer.url, parser.refresh)


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.refresh: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("id", ""), given.get("action", "")))
        elif tag == "input" and self.forms and "name" in given:
            unticked = given.get("type") in ("checkbox", "radio") and "checked" not in given
            if not unticked:
                self.forms[-1].fields.append((given["name"], given.get("value", "")))
        elif tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.refresh = given["content"].partition("url=")[2]
