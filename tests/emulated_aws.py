"""The emulated AWS of a test run: it counts what it is asked, and fails on demand."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

_SERVICES = {"TrentService": "kms", "AmazonSQS": "sqs"}
WSGIApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


@dataclass(frozen=True)
class AWSCall:
    """One call: `dynamodb`, `kms` or `sqs`, the action, and what was sent."""

    service: str
    action: str
    payload: dict[str, Any]


@dataclass
class Fault:
    """What to do with the calls of an action, after letting `skip` of them through, `times` times.

    kind: `throttle`, `internal` (500), `refuse` (access denied), `drop_before` and `drop_after`
    (the connection breaks before or after the call was carried out), `conditional` (the condition
    fails, and there is no item), `overtaken` (it fails, and the item is as it is), `slow` (answers
    after `seconds`).
    """

    action: str
    kind: str
    skip: int = 0
    times: int = 10**6
    seconds: float = 0.0
    hits: int = 0


class Recorder:
    """Sits in front of the emulator. `calls` since the last `reset`; `faults` to play."""

    def __init__(self) -> None:
        self.calls: list[AWSCall] = []
        self.faults: list[Fault] = []

    def reset(self) -> None:
        """Forget the calls and the faults."""
        self.calls.clear()
        self.faults.clear()

    def count(self) -> dict[str, int]:
        """How often each action was asked for."""
        counted: dict[str, int] = {}
        for call in self.calls:
            counted[call.action] = counted.get(call.action, 0) + 1
        return counted

    def wrap(self, app: WSGIApp) -> WSGIApp:
        """The emulator, recorded and failing as told."""

        def recorded(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            target = environ.get("HTTP_X_AMZ_TARGET", "")
            action = target.rpartition(".")[2]
            service = _SERVICES.get(target.partition(".")[0], "dynamodb")
            body = environ["wsgi.input"].read()
            environ["wsgi.input"].seek(0)
            payload = json.loads(body) if body.startswith(b"{") else {}
            self.calls.append(AWSCall(service, action, payload))
            fault = self._due(action)
            if fault is None:
                return app(environ, start_response)
            return self._play(fault, app, environ, start_response)

        return recorded

    def _due(self, action: str) -> Fault | None:
        for fault in self.faults:
            if fault.action in (action, "*") and fault.times > 0:
                fault.hits += 1
                if fault.hits > fault.skip:
                    fault.times -= 1
                    return fault
        return None

    def _play(
        self, fault: Fault, app: WSGIApp, environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        if fault.kind == "drop_before":
            raise ConnectionError("dropped before the call")
        if fault.kind == "drop_after":
            list(app(environ, lambda *_: lambda _: None))
            raise ConnectionError("dropped after the call")
        if fault.kind == "slow":
            time.sleep(fault.seconds)
            return app(environ, start_response)
        status, code = {
            "throttle": ("400 Bad Request", "ThrottlingException"),
            "internal": ("500 Internal Server Error", "InternalServerError"),
            "refuse": ("400 Bad Request", "AccessDeniedException"),
            "conditional": ("400 Bad Request", "ConditionalCheckFailedException"),
            "overtaken": ("400 Bad Request", "ConditionalCheckFailedException"),
        }[fault.kind]
        answer = {"__type": f"com.amazonaws.fault#{code}", "message": "a fault of the test"}
        if fault.kind == "overtaken":
            answer |= _item(app, environ)
        start_response(status, [("Content-Type", "application/x-amz-json-1.0")])
        return [json.dumps(answer).encode()]


def _item(app: WSGIApp, environ: dict[str, Any]) -> dict[str, Any]:
    """What GetItem says of the item that a write is for: `Item`, or nothing."""
    asked = json.loads(environ["wsgi.input"].read())
    key = asked.get("Key") or {name: asked["Item"][name] for name in ("pk", "sk")}
    body = json.dumps({"TableName": asked["TableName"], "Key": key}).encode()
    look = {
        **environ,
        "HTTP_X_AMZ_TARGET": "DynamoDB_20120810.GetItem",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
    }
    found: dict[str, Any] = json.loads(b"".join(app(look, lambda *_: lambda _: None)))
    return found
