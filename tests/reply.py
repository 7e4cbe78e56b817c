"""What comes back from the server, and what a test reads in it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from chalicelib.encoding import base64url, sha256
from infra.local.wire import Answer
from tests.browser import Page


@dataclass(frozen=True)
class Reply:
    """What came back."""

    answer: Answer

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status

    @property
    def text(self) -> str:
        """The body."""
        return self.answer.body.decode()

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        document = json.loads(self.text)
        assert isinstance(document, dict)
        return document

    @property
    def is_page(self) -> bool:
        """Whether people see it."""
        return (self.header("Content-Type") or "").startswith("text/html")

    @property
    def page(self) -> Page:
        """The page, read."""
        return Page(self.text)

    def header(self, name: str) -> str | None:
        """The one value of a header, or None."""
        values = self.headers_of(name)
        assert len(values) < 2, f"{name} stands twice"
        return values[0] if values else None

    def headers_of(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for given, value in self.answer.headers if given.lower() == name.lower()]


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier, computed here."""
    return base64url(sha256(verifier))


def header(jwt: str) -> dict[str, Any]:
    """The header of a JWT, unproved."""
    return _part(jwt, 0)


def claims(jwt: str) -> dict[str, Any]:
    """The claims of a JWT, unproved."""
    return _part(jwt, 1)


def _part(jwt: str, number: int) -> dict[str, Any]:
    part = jwt.split(".")[number]
    document = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert isinstance(document, dict)
    return document
