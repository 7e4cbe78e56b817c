"""A small client for AWS's JSON protocol: DynamoDB and KMS, and no more (docs/decisions/0002).

One instance belongs to one thread, as a Lambda has. Every call ends: three tries at most, each
with a time-out, and then TemporarilyUnavailable, so that callers fail closed.
"""

from __future__ import annotations

import http.client
import json
import random
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ..errors import TemporarilyUnavailable
from .credentials import Credentials
from .signature_v4 import sign

TRIES = 3
# Seconds, to connect and for each read: nine for a call that hangs; two fit into the function's 25.
TIMEOUT = 3.0
BACKOFF = 0.05  # seconds before the second try, doubled before the third, with full jitter

_TARGETS = {
    "dynamodb": ("DynamoDB_20120810", "application/x-amz-json-1.0"),
    "kms": ("TrentService", "application/x-amz-json-1.1"),
}
_THROTTLED = frozenset(
    (
        "ThrottlingException",
        "Throttling",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "LimitExceededException",
        "KMSInternalException",
        "DependencyTimeoutException",
        "InternalServerError",
    )
)


class ConditionFailed(Exception):
    """A conditional write found another state; `item` is what it found, or None."""

    def __init__(self, item: Mapping[str, Any] | None) -> None:
        super().__init__("the condition of a write does not hold")
        self.item = item


class AWSClient:
    """Calls AWS in one Region, or an emulator at `endpoint`."""

    def __init__(
        self,
        region: str,
        credentials: Callable[[], Credentials],
        *,
        endpoint: str | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self._region = region
        self._credentials = credentials
        self._endpoint = endpoint
        self._timeout = timeout
        self._connections: dict[str, http.client.HTTPConnection] = {}
        self._tls: ssl.SSLContext | None = None

    def call(self, service: str, action: str, payload: Mapping[str, object]) -> dict[str, Any]:
        """Call `service`'s `action`; ConditionFailed, or TemporarilyUnavailable after three tries.

        A write may have been carried out although its answer was lost; the writes in this folder
        recognise their own work when they meet it on the next try.
        """
        body = json.dumps(payload, separators=(",", ":")).encode()
        problem = ""
        for attempt in range(TRIES):
            if attempt:
                time.sleep(random.uniform(0, BACKOFF * 2 ** (attempt - 1)))  # noqa: S311
            try:
                status, answer = self._send(service, action, body)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self._drop(service)
                problem = f"{type(error).__name__}: {error}"
                continue
            if status == 200:
                return answer
            code = str(answer.get("__type", "")).rpartition("#")[2]
            if code == "ConditionalCheckFailedException":
                raise ConditionFailed(answer.get("Item"))
            problem = f"{status} {code}: {answer.get('message') or answer.get('Message') or ''}"
            if status < 500 and code not in _THROTTLED:
                break
        raise TemporarilyUnavailable(detail=f"{service} {action}: {problem}")

    def _send(self, service: str, action: str, body: bytes) -> tuple[int, dict[str, Any]]:
        url = urlsplit(self._endpoint or f"https://{service}.{self._region}.amazonaws.com")
        target, content_type = _TARGETS[service]
        headers = sign(
            {
                "host": url.netloc,
                "content-type": content_type,
                "x-amz-target": f"{target}.{action}",
            },
            body,
            credentials=self._credentials(),
            region=self._region,
            service=service,
            now=time.time(),
        )
        connection = self._connections.get(service) or self._connect(
            service, url.scheme, url.netloc
        )
        connection.request("POST", "/", body, headers)
        response = connection.getresponse()
        content = response.read()
        answer = json.loads(content) if content else {}
        if not isinstance(answer, dict):
            raise ValueError("the answer is not a JSON object")
        return response.status, answer

    def _connect(self, service: str, scheme: str, netloc: str) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection
        if scheme == "https":
            self._tls = self._tls or ssl.create_default_context()
            connection = http.client.HTTPSConnection(
                netloc, timeout=self._timeout, context=self._tls
            )
        else:
            connection = http.client.HTTPConnection(netloc, timeout=self._timeout)
        self._connections[service] = connection
        return connection

    def _drop(self, service: str) -> None:
        connection = self._connections.pop(service, None)
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Close every connection; the next call opens new ones."""
        for service in tuple(self._connections):
            self._drop(service)
