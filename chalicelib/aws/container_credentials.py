"""Credentials from the container endpoint, where a function with SnapStart finds its own.

AWS SDKs and Tools Reference Guide, "Container credential provider"; Lambda Developer Guide,
"Using SnapStart with AWS SDKs". Imported only where the environment names such an endpoint.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import TemporarilyUnavailable
from .connection import Connection
from .credentials import FULL_URI, Credentials
from .wire import request

TRIES = 3
TIMEOUT = 1.0  # seconds, to connect and for each answer; the endpoint is on this machine
PAUSE = 0.1  # seconds before another try
EARLY = 15 * 60  # seconds before their end that new ones are asked for
AGAIN = 60  # seconds until they are asked for again, while the old ones still hold

# The addresses of Amazon ECS and EKS beside this machine's own; the same as botocore's.
_HOSTS = ("169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost")


class ContainerCredentials:
    """The credentials of the moment, by the endpoint and the token that the environment names.

    `now` in epoch seconds; ValueError for an endpoint on another machine without TLS. Nothing
    that was fetched before a snapshot outlives its Expiration: the clock goes on.
    """

    def __init__(
        self, environ: Mapping[str, str], now: Callable[[], float], *, timeout: float = TIMEOUT
    ) -> None:
        url = environ[FULL_URI]
        if not is_allowed(url):
            raise ValueError(f"{FULL_URI} is not https, nor this machine: {url!r}")
        self._url = urlsplit(url)
        self._environ = environ
        self._now = now
        self._timeout = timeout
        self._held: Credentials | None = None
        self._expires = 0.0
        self._refresh_at = 0.0

    def __call__(self) -> Credentials:
        """Those in hand, or new ones in time before these end. TemporarilyUnavailable."""
        now = self._now()
        if self._held is not None and now >= self._expires:
            self._held = None
        if self._held is None:
            return self._fetch(now, TRIES)
        if now >= self._refresh_at:
            try:
                # There is time for more tries later; this request should not wait for them.
                return self._fetch(now, 1)
            except TemporarilyUnavailable:
                self._refresh_at = now + AGAIN
        return self._held

    def _fetch(self, now: float, tries: int) -> Credentials:
        problem = ""
        for attempt in range(tries):
            if attempt:
                time.sleep(PAUSE)
            try:
                held, expires = read(self._ask())
            except (OSError, ValueError) as error:
                problem = f"{type(error).__name__}: {error}"
                continue
            if expires <= now:
                problem = "they have expired"
                break
            self._held, self._expires = held, expires
            # Those that end soon are not asked for with every call either.
            self._refresh_at = max(expires - EARLY, now + AGAIN)
            return held
        raise TemporarilyUnavailable(detail=f"credentials of the container: {problem}")

    def _ask(self) -> bytes:
        url = self._url
        headers = {"host": url.netloc, "accept": "application/json"}
        token = _token(self._environ)
        if token is not None:
            headers["authorization"] = token
        context = None
        if url.scheme == "https":
            import ssl

            context = ssl.create_default_context()
        port = url.port or (443 if context else 80)
        # Asked a few times a day: nothing is kept open for it.
        connection = Connection(url.hostname or "", port, timeout=self._timeout, context=context)
        try:
            path = (url.path or "/") + (f"?{url.query}" if url.query else "")
            status, _, content = connection.exchange(request("GET", path, headers))
        finally:
            connection.close()
        # A redirect is an answer like any other that is not 200: the token goes nowhere else.
        if status != 200:
            raise ValueError(f"the endpoint answers {status}")
        return content


def is_allowed(url: str) -> bool:
    """Whether the token may be sent there: over TLS, or to the machine's own addresses."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or port == 0:
        return False
    if parts.scheme == "https":
        return True
    return parts.scheme == "http" and (host in _HOSTS or _is_loopback(host))


def read(content: bytes) -> tuple[Credentials, float]:
    """The credentials of an answer, and their end in epoch seconds; ValueError without any value.

    Lambda writes Expiration with a fraction of a second, Amazon ECS without.
    """
    try:
        said: Any = json.loads(content.decode())
    except ValueError:
        # The parser's own words would quote the answer.
        raise ValueError("the answer is not JSON") from None
    names = ("AccessKeyId", "SecretAccessKey", "Token", "Expiration")
    values = [said.get(name) for name in names] if isinstance(said, dict) else []
    texts = [value for value in values if isinstance(value, str) and value]
    if len(texts) != len(names):
        raise ValueError(f"the answer is without one of {', '.join(names)}")
    access_key, secret_key, token, expiration = texts
    try:
        expires = datetime.fromisoformat(expiration)
    except ValueError:
        raise ValueError("Expiration is not a time") from None
    if expires.tzinfo is None:
        raise ValueError("Expiration is without a time zone")
    return Credentials(access_key, secret_key, token), expires.timestamp()


def _token(environ: Mapping[str, str]) -> str | None:
    """The value of the Authorization header; the file is read each time, as its text changes."""
    name = environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    token = Path(name).read_text() if name else environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    if token is not None and not (token.isascii() and token.isprintable()):
        raise ValueError("the authorization token is no header value")
    return token


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
