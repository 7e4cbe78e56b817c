"""Samples of every page, and a page read back as tags and text."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from chalicelib import pages
from chalicelib.http import Response

HOSTILE = "\"'><script>alert(1)</script><input name=x>{{ 7 * 7 }}</title></style><!--&lt;"

CLIENT = {
    "client_name": "Acme Notes",
    "client_uri": "https://notes.example/",
    "tos_uri": "https://notes.example/terms",
    "policy_uri": "https://notes.example/privacy",
    "contacts": ("help@notes.example",),
}
HIDDEN = {"action": "/authorize/step", "interaction": "i-1", "csrf": "c-1"}


def scope(value: str, **other: Any) -> SimpleNamespace:
    """A scope as the consent page takes it."""
    given = {"description": f"May {value}", "required": False, "checked": True, **other}
    return SimpleNamespace(value=value, **given)


def detail(value: int) -> SimpleNamespace:
    """An authorization detail as the consent page takes it."""
    sentence = (SimpleNamespace(text="Pay ", filled=False), SimpleNamespace(text="7", filled=True))
    rest = (SimpleNamespace(name="Message", text="Thank you"),)
    return SimpleNamespace(value=value, title="Example Bank", sentence=sentence, rest=rest)


def values() -> dict[str, dict[str, Any]]:
    """Every template with values of its own kind, new each time."""
    groups = [
        SimpleNamespace(title="You", scopes=(scope("openid", required=True), scope("email"))),
        SimpleNamespace(title="Example API", scopes=(scope("write", checked=False),)),
    ]
    return {
        "sign_in.html": {
            **HIDDEN,
            "client_name": "Acme Notes",
            "username": "a@b",
            "error": None,
            "throttled": False,
        },
        "consent.html": {
            **HIDDEN,
            "account_shown": "a-1",
            "client": SimpleNamespace(**CLIENT),
            "verified": True,
            "self_registered": False,
            "published_at": None,
            "username": "demo@example.com",
            "groups": groups,
            "details": [detail(0), SimpleNamespace(**{**vars(detail(1)), "rest": ()})],
            "destination": "notes.example",
            "to_this_device": False,
            "offline": True,
            "lifetime": "10 minutes",
            "error": None,
        },
        "select_account.html": {
            **HIDDEN,
            "account_shown": "a-1",
            "client_name": "Acme Notes",
            "username": "demo@example.com",
        },
        "logout.html": {
            "action": "/logout",
            "client_name": "Acme Notes",
            "username": "demo@example.com",
            "fields": [("csrf", "c-1"), ("state", "s")],
        },
        "signed_out.html": {"client_name": "Acme Notes", "again": None},
        "signing_out.html": {
            "client_name": "Acme Notes",
            "url": "https://notes.example/bye?state=a&b=c",
        },
        "continue.html": {
            "client_name": "Acme Notes",
            "url": "https://notes.example/cb?code=a&b=c",
        },
        "form_post.html": {
            "action": "https://notes.example/cb",
            "fields": [("code", "a"), ("state", "b")],
        },
        "error.html": {
            "title": "We cannot continue",
            "message": "The app is not known here.",
            "advice": "Go back to the app.",
            "code": "invalid_request",
            "request_id": "r-1",
        },
        "error_reference.html": {
            "code": "invalid_grant",
            "title": "The grant is not valid",
            "meaning": "The code is wrong.",
            "causes": ["It was used before."],
            "remedy": ["Start again."],
            "specification": "RFC 6749 section 5.2",
            "specification_url": "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
        },
    }


TEMPLATES = sorted(values())


def show(template: str, **changes: Any) -> Response:
    """One page, with some of its values changed."""
    return pages.render(template, **{"product": "Postern", **values()[template], **changes})


class Page(HTMLParser):
    """A page as its tags and the text between them."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self._open = ""
        self.feed(body)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        """What follows is outside it."""
        self._open = ""

    def handle_data(self, data: str) -> None:
        """Keep the text under the tag that opened last."""
        self.text[self._open] = self.text.get(self._open, "") + data

    @property
    def structure(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each tag with the names of its attributes."""
        return [(tag, tuple(attributes)) for tag, attributes in self.tags]

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]

    def by_id(self, identifier: str) -> dict[str, str | None]:
        """The attributes of the one element of that id."""
        (found,) = (a for _, a in self.tags if a.get("id") == identifier)
        return found

    def named(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of each field and button of that name."""
        return [a for tag, a in self.tags if tag in ("input", "button") and a.get("name") == name]


def policy(response: Response) -> dict[str, str]:
    """The directives of a page's Content-Security-Policy."""
    (text,) = (v for n, v in response.headers if n == "Content-Security-Policy")
    return dict(part.split(" ", 1) for part in text.split("; "))


def source(text: str) -> str:
    """The hash by which a policy names an inline element."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def hostile(value: Any) -> Any:
    """The same value with every text in it replaced by an attack, but for addresses."""
    match value:
        case str():
            return value if value.startswith("https://") else HOSTILE
        case list() | tuple():
            return type(value)(hostile(item) for item in value)
        case SimpleNamespace():
            return SimpleNamespace(**hostile(vars(value)))
        case Mapping():
            return {name: hostile(item) for name, item in value.items()}
    return value
