"""What travels over HTTP: a call as it was read, an answer as it will be written."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

BODY_LIMIT = 10 * 1024 * 1024
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request; `target` is the request line's, undecoded.

    client_certificate: in PEM, of mutual TLS. The local server speaks no TLS and never sets it.
    """

    method: str
    target: str
    headers: Headers
    body: bytes = b""
    source_address: str = "127.0.0.1"
    client_certificate: str | None = None

    @property
    def path(self) -> str:
        """The target without its query, undecoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the first question mark, undecoded."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """The last value of a header, as a single-valued map would keep it."""
        found = [value for given, value in self.headers if given.lower() == name.lower()]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response; the server adds Date, Content-Length and Connection."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        found = [value for given, value in self.headers if given.lower() == name.lower()]
        return found[0] if found else None


Application = Callable[[Call], Answer]


NOWHERE = "There is nothing at this path for this method."
MALFORMED = "The request is malformed."
TOO_LARGE = "The request is too large."
FAILED = "The server failed to answer."


def refusal(status: int, description: str, issuer: str, request_id: str | None = None) -> Answer:
    """What API Gateway says by itself, as deployment/gateway_responses.py has it say it."""
    error = "server_error" if status >= 500 else "invalid_request"
    body = {
        "error": error,
        "error_description": description,
        "error_uri": f"{issuer}/errors/{error}",
        "request_id": request_id or str(uuid.uuid4()),
    }
    headers = (
        ("Content-Type", "application/json"),
        ("Access-Control-Allow-Origin", "*"),
        ("Cache-Control", "no-store"),
    )
    return Answer(status, headers, json.dumps(body, separators=(",", ":")).encode())
