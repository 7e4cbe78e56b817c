"""Calls to the issuer, with the standard library: https, no redirects, bounded in time and size."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .errors import IssuerUnavailable
from .urls import is_safe

SECONDS = 5
MOST_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """A request to the issuer: GET, or POST when there is a form."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the names of the headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


# Raises OSError, ValueError or http.client.HTTPException when there is no answer.
Fetch = Callable[[Call], Answer]


def ask(fetch: Fetch, call: Call) -> Answer:
    """The answer to a call; IssuerUnavailable when there is none."""
    if not is_safe(call.url):
        raise IssuerUnavailable(f"{call.url} is not asked: it is neither https nor this machine")
    try:
        return fetch(call)
    except (OSError, ValueError, http.client.HTTPException) as problem:
        raise IssuerUnavailable(f"{call.url}: {type(problem).__name__}: {problem}") from problem


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """A redirect is an answer like any other, and not the one that was hoped for."""


_OPENER = urllib.request.build_opener(_NoRedirects)


def fetch(call: Call) -> Answer:
    """Make the call; OSError, ValueError or HTTPException when it fails."""
    limit = time.monotonic() + SECONDS
    request = urllib.request.Request(call.url, call.form, dict(call.headers))  # noqa: S310
    try:
        response = _OPENER.open(request, timeout=SECONDS)
    except urllib.error.HTTPError as refused:
        response = refused
    with response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, headers, _read(response, limit))


def _read(response: http.client.HTTPResponse, limit: float) -> bytes:
    body = bytearray()
    while data := response.read1(64 * 1024):
        body += data
        if len(body) > MOST_BYTES or time.monotonic() > limit:
            raise ValueError("the answer is too long, or takes too long")
    return bytes(body)
