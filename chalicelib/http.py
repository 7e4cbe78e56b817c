"""HTTP as this server sees it: requests and responses, free of Chalice.

Parameters follow RFC 6749 sections 3.1 and 3.2: one sent without a value counts as absent, and one
sent twice is an error as soon as it is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from .errors import InvalidRequest
from .values import Frozen, replace

MAX_BODY = 64 * 1024
MAX_PARAMETERS = 100
FORM = "application/x-www-form-urlencoded"
NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))

# What the cookie grammar of RFC 6265 section 4.1.1 allows; anything else is skipped.
_COOKIE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)=([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*)")
_HEADER_UNSAFE = re.compile(r"[^\x20-\x7e]")


_NONE: Mapping[str, Any] = MappingProxyType({})


class Parameters(Mapping[str, str]):
    """The parameters of a query or a form; InvalidRequest when one that came twice is read."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        values: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            if value:
                values[name] = (*values.get(name, ()), value)
        self._values = values

    def __getitem__(self, name: str) -> str:
        values = self._values[name]
        if len(values) > 1:
            raise InvalidRequest(f"The parameter {name} was sent more than once.")
        return values[0]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def require(self, name: str) -> str:
        """The one value of `name`; InvalidRequest when it is absent or repeated."""
        if name not in self._values:
            raise InvalidRequest(f"The parameter {name} is missing.")
        return self[name]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a parameter that may be repeated, such as `resource` (RFC 8707)."""
        return self._values.get(name, ())

    def refuse_repeated(self, *, but: tuple[str, ...] = ()) -> None:
        """Raise InvalidRequest when any parameter, known or not, was sent twice."""
        for name, values in self._values.items():
            if len(values) > 1 and name not in but:
                raise InvalidRequest("A parameter was sent more than once.", detail=name)


class Request(Frozen):
    """One HTTP request. `headers` holds lower-case names; `source_address` is the TCP peer's.

    client_certificate: what the peer has proved to hold the key of, in PEM; None without mutual
    TLS. Whoever ended the TLS connection says so, and no header ever does.
    """

    method: str
    path: str
    query: Parameters = Parameters()
    headers: Mapping[str, tuple[str, ...]] = _NONE
    body: bytes = b""
    path_parameters: Mapping[str, str] = _NONE
    source_address: str = ""
    request_id: str = ""
    client_certificate: str | None = None

    def header(self, name: str) -> str | None:
        """The one value of a header, or None; InvalidRequest when it was sent twice."""
        values = self.headers.get(name.lower(), ())
        if len(values) > 1:
            raise InvalidRequest(f"The header {name} was sent more than once.")
        return values[0] if values else None

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that keep to the grammar; the first of a name wins."""
        found: dict[str, str] = {}
        for header in self.headers.get("cookie", ()):
            for part in header.split(";"):
                match = _COOKIE.fullmatch(part.strip())
                if match:
                    found.setdefault(match[1], match[2])
        return found

    @cached_property
    def form(self) -> Parameters:
        """The form in the body; InvalidRequest unless it is well-formed and of the right type."""
        kind = (self.header("Content-Type") or "").split(";")[0].strip().lower()
        if kind != FORM:
            raise InvalidRequest(f"The body must be {FORM}.")
        return parse_form(self.body)


class Response(Frozen):
    """One HTTP response. A header may stand twice (Set-Cookie)."""

    status: int = 200
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def check(self) -> None:
        """ValueError for a value that would end the header, or is no text of HTTP."""
        for name, value in self.headers:
            if _HEADER_UNSAFE.search(value):
                raise ValueError(f"header {name} holds a control or a non-ASCII character")

    def with_headers(self, *headers: tuple[str, str]) -> Response:
        """The same response with more headers."""
        return replace(self, headers=self.headers + headers)


def parse_form(body: bytes) -> Parameters:
    """Parse application/x-www-form-urlencoded; InvalidRequest when too large or not UTF-8."""
    from urllib.parse import parse_qsl

    if len(body) > MAX_BODY:
        raise InvalidRequest(f"The body is larger than {MAX_BODY} bytes.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError as problem:  # UnicodeDecodeError is one
        raise InvalidRequest("The body is not a well-formed form.", detail=str(problem)) from None
    return Parameters(pairs)


def json_response(
    document: Mapping[str, object],
    *,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = NO_STORE,
) -> Response:
    """A JSON answer; not to be stored unless other headers are given."""
    body = json.dumps(document, separators=(",", ":"))
    return Response(status, body, (("Content-Type", "application/json"), *headers))


def redirect(location: str, *headers: tuple[str, str]) -> Response:
    """303 See Other: the browser follows with GET, never with the form it has just sent."""
    return Response(303, "", (("Location", location), *NO_STORE, *headers))


def cookie(name: str, value: str, *, max_age: int | None = None) -> tuple[str, str]:
    """A Set-Cookie header for a `__Host-` cookie: this host only, https only, no scripts.

    `max_age` is in seconds; None lasts as long as the browser is open, 0 removes it.
    """
    lifetime = "" if max_age is None else f"; Max-Age={max_age}"
    return "Set-Cookie", f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{lifetime}"
