"""A small client for AWS's JSON protocol: DynamoDB, KMS, SQS, a log to read (docs/decisions/0002).

One instance belongs to one thread, as a Lambda has. Every call ends: three tries at most, each
with a time-out, and then TemporarilyUnavailable, so that callers fail closed.
"""

from __future__ import annotations

import json
import os
import re
import time
from binascii import crc32
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ..errors import TemporarilyUnavailable
from .connection import Connection
from .credentials import Credentials
from .failures import Failure
from .signature_v4 import sign
from .trust import Trust
from .wire import Answer, request

TRIES = 3
# Seconds, to connect and for each answer: nine for a call that hangs; two fit into the function's
# 25. An answer that trickles ends at twice that.
TIMEOUT = 3.0
BACKOFF = 0.05  # seconds before the second try, doubled before the third, with full jitter

_TARGETS = {
    "dynamodb": ("DynamoDB_20120810", "application/x-amz-json-1.0"),
    "kms": ("TrentService", "application/x-amz-json-1.1"),
    "sqs": ("AmazonSQS", "application/x-amz-json-1.0"),
    "logs": ("Logs_20140328", "application/x-amz-json-1.1"),
}
_DOMAINS = {"cn": "amazonaws.com.cn", "eusc": "amazonaws.eu"}
_to_json = json.JSONEncoder(separators=(",", ":")).encode


class ConditionFailed(Exception):
    """A conditional write found another state; `item` is what it found, or None."""

    def __init__(self, item: Mapping[str, Any] | None) -> None:
        super().__init__("the condition of a write does not hold")
        self.item = item


_ENDPOINT = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]+))?/?"
)


class Server(NamedTuple):
    """Where a service is; `authority` is what the Host header says."""

    host: str
    port: int
    authority: str
    tls: bool


def server(url: str) -> Server:
    """The server of an endpoint; ValueError for anything but scheme, host and port."""
    parts = _ENDPOINT.fullmatch(url)
    if parts is None or int(parts["port"] or 0) > 65535:
        raise ValueError(f"an endpoint is http(s)://host:port, not {url!r}")
    standard = {"http": 80, "https": 443}[parts["scheme"]]
    port, name = int(parts["port"] or standard), parts["host"].lower()
    authority = name if port == standard else f"{name}:{port}"
    return Server(name.strip("[]"), port, authority, parts["scheme"] == "https")


def endpoint_of(service: str, region: str) -> str:
    """AWS's own endpoint; the partition is known by the Region's name."""
    domain = _DOMAINS.get(region.partition("-")[0], "amazonaws.com")
    return f"https://{service}.{region}.{domain}"


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
        self._timeout = timeout
        self._servers = {name: server(endpoint or endpoint_of(name, region)) for name in _TARGETS}
        self._connections: dict[str, Connection] = {}
        self._trust = Trust()

    def call(self, service: str, action: str, payload: Mapping[str, object]) -> dict[str, Any]:
        """Call `service`'s `action`; ConditionFailed, or TemporarilyUnavailable after three tries.

        A write may have been carried out although its answer was lost; the writes in this folder
        recognise their own work when they meet it on the next try.
        """
        body = _to_json(payload).encode()
        call = f"{service} {action}"
        problem = TemporarilyUnavailable(detail=call)
        for attempt in range(TRIES):
            if attempt:
                _wait(attempt)
            credentials = self._credentials()
            try:
                status, headers, content = self._ask(service, action, body, credentials)
                if status == 200:
                    return _read(headers, content)
            except (OSError, ValueError) as error:
                self._drop(service)
                problem = TemporarilyUnavailable(detail=f"{call}: {type(error).__name__}: {error}")
                continue
            failure = Failure(status, content)
            if failure.code == "ConditionalCheckFailedException":
                raise ConditionFailed(failure.item)
            problem = failure.error(call)
            if not failure.passes:
                break
        raise problem

    def close(self) -> None:
        """Close every connection; the next call opens new ones."""
        for service in tuple(self._connections):
            self._drop(service)

    def _ask(self, service: str, action: str, body: bytes, credentials: Credentials) -> Answer:
        target, content_type = _TARGETS[service]
        headers = sign(
            {
                "host": self._servers[service].authority,
                "content-type": content_type,
                "x-amz-target": f"{target}.{action}",
            },
            body,
            credentials=credentials,
            region=self._region,
            service=service,
            now=time.time(),
        )
        question = request("POST", "/", headers, body)
        connection = self._connections.get(service) or self._connect(service)
        try:
            return connection.exchange(question)
        except OSError as error:
            if not self._trust.widen(error):
                raise
        return self._connect(service).exchange(question)

    def _connect(self, service: str) -> Connection:
        host, port, _, tls = self._servers[service]
        context = self._trust.context if tls else None
        connection = Connection(host, port, timeout=self._timeout, context=context)
        self._connections[service] = connection
        return connection

    def _drop(self, service: str) -> None:
        connection = self._connections.pop(service, None)
        if connection is not None:
            connection.close()


def _read(headers: Mapping[str, str], content: bytes) -> dict[str, Any]:
    """The object of an answer; ValueError. DynamoDB sends a checksum, as botocore knows."""
    checksum = headers.get("x-amz-crc32")
    if checksum is not None and checksum != str(crc32(content)):
        raise ValueError("the checksum of the answer is wrong")
    answer = json.loads(content.decode()) if content else {}
    if not isinstance(answer, dict):
        raise ValueError("the answer is not a JSON object")
    return answer


def _wait(attempt: int) -> None:
    # From the system: a generator that was seeded before a snapshot would let every function
    # restored from it come back at the same moment.
    share = int.from_bytes(os.urandom(2), "big") / 0x10000
    time.sleep(share * BACKOFF * 2 ** (attempt - 1))
