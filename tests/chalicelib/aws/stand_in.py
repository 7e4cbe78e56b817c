"""A server on the loopback address that answers as a test has written, and notes its calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from chalicelib.aws.client import AWSClient
from chalicelib.aws.credentials import Credentials
from infra.local.server import Server
from infra.local.wire import Answer, Call

CREDENTIALS = Credentials("AKEXAMPLE", "example-secret")
Reply = Callable[[Call], Answer]


def says(status: int, document: Any) -> Reply:
    """Answer with JSON."""
    body = json.dumps(document).encode()
    return lambda _: Answer(status, (("Content-Type", "application/x-amz-json-1.0"),), body)


def sends(status: int, body: bytes) -> Reply:
    """Answer with these very bytes."""
    return lambda _: Answer(status, (), body)


def fails(code: str, status: int = 400, **members: Any) -> Reply:
    """Answer with an error of AWS's."""
    return says(status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **members})


def drops(_: Call) -> Answer:
    """Close the connection without an answer."""
    raise ConnectionError("dropped")


class StandIn(Server):
    """Plays its replies in order, the last one again and again; counts calls and connections."""

    def __init__(self, replies: Iterable[Reply], port: int = 0) -> None:
        super().__init__(port)
        self.replies = list(replies)
        self.calls: list[Call] = []
        self.connections = 0
        self.start(self.play)

    def play(self, call: Call) -> Answer:
        """The next reply."""
        self.calls.append(call)
        return self.replies[min(len(self.calls), len(self.replies)) - 1](call)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Count a connection."""
        self.connections += 1
        super().process_request(request, client_address)

    @property
    def payloads(self) -> list[dict[str, Any]]:
        """What was sent, as JSON."""
        return [json.loads(call.body) for call in self.calls]

    def client(self, timeout: float = 5.0) -> AWSClient:
        """A client that talks to it."""
        return AWSClient("eu-west-1", lambda: CREDENTIALS, endpoint=self.url, timeout=timeout)
