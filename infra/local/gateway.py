"""A small API Gateway in front of the Lambda handler: one event at a time.

Chalice's own local server shares one request object between threads and drops repeated headers;
this one does neither. Where API Gateway would answer by itself (unknown path, too large), the
answer is what the deployment's GatewayResponses say.

A REST API renames some response headers of a function, WWW-Authenticate among them. That is a
limit of the platform: `rename_headers=True` shows it, the local cloud leaves it off.
"""

from __future__ import annotations

import base64
import binascii
import re
import threading
import traceback
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from chalicelib import routes as server
from infra.local.events import Event, Routes, event_from
from infra.local.server import Server
from infra.local.wire import FAILED, Answer, Call, Headers, refusal

__all__ = ["API", "Context", "Gateway", "event_from", "response_from", "serve"]

Handler = Callable[[Event, Any], Any]

# Every path and method of the server, as its API Gateway has them.
API: Routes = {route.path: dict.fromkeys(server.METHODS) for route in server.ROUTES}

RENAMED = {
    *("accept", "accept-charset", "accept-encoding", "age", "authorization", "content-encoding"),
    *("content-md5", "expect", "host", "max-forwards", "pragma", "proxy-authenticate", "range"),
    *("referer", "server", "te", "trailer", "upgrade", "user-agent", "via", "warn"),
    "www-authenticate",
}
# The gateway's own business, whatever the function says about them.
OWN = {"connection", "content-length", "date", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler may ask of its second argument."""

    aws_request_id: str
    function_name: str = "postern-local"
    function_version: str = "$LATEST"
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:000000000000:function:postern-local"
    memory_limit_in_mb: str = "1024"
    log_group_name: str = "/aws/lambda/postern-local"
    log_stream_name: str = "local"

    def get_remaining_time_in_millis(self) -> int:
        """Always the gateway's own limit: nothing here stops a slow handler."""
        return 29_000


@dataclass(frozen=True, slots=True)
class Gateway:
    """The application that a server serves; the lock makes it one Lambda environment."""

    handler: Handler
    routes: Routes
    issuer: str
    stage: str = "local"
    stage_in_path: bool = False
    rename_headers: bool = False
    lock: Any = field(default_factory=threading.Lock)

    def __call__(self, call: Call) -> Answer:
        """Ask the function, or answer for it; never raises."""
        request_id = str(uuid.uuid4())
        event = event_from(
            *(call.method, call.target, call.headers, call.body),
            routes=self.routes,
            stage=self.stage,
            source_address=call.source_address,
            request_id=request_id,
            domain_name=urlsplit(self.issuer).hostname or "localhost",
            stage_in_path=self.stage_in_path,
            issuer=self.issuer,
            client_certificate=call.client_certificate,
        )
        if isinstance(event, Answer):
            return event
        try:
            with self.lock:
                said = self.handler(event, Context(request_id))
            return response_from(said, rename_headers=self.rename_headers)
        except Exception:
            # What Lambda would log; the caller learns nothing of it.
            traceback.print_exc()
            return refusal(502, FAILED, self.issuer, request_id)


def serve(
    handler: Handler,
    *,
    routes: Routes,
    issuer: str | None = None,
    port: int = 0,
    stage: str = "local",
    stage_in_path: bool = False,
    rename_headers: bool = False,
) -> Server:
    """A started server for a Lambda handler; use it as a context manager or call `stop()`."""
    server = Server(port)
    base = issuer or server.url + (f"/{stage}" if stage_in_path else "")
    server.start(Gateway(handler, routes, base, stage, stage_in_path, rename_headers))
    return server


def response_from(said: Any, *, rename_headers: bool = False) -> Answer:
    """The HTTP response for a function's answer; ValueError where API Gateway would say 502."""
    if not isinstance(said, Mapping) or not str(said.get("statusCode", "")).isdecimal():
        raise ValueError("the function's answer has no statusCode")
    status = int(said["statusCode"])
    headers = [(n, v) for n, v in _merged(said) if n.lower() not in OWN]
    if status < 200 or any(re.search(r"[\r\n\0]", name + value) for name, value in headers):
        raise ValueError("the function's answer has an impossible status or header")
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    if rename_headers:
        headers = [(_renamed(name), value) for name, value in headers]
    return Answer(status, tuple(headers), _body(said))


def _merged(said: Mapping[str, Any]) -> Headers:
    """Both maps in one list; a pair that stands in both counts once."""
    several: Mapping[str, Iterable[Any]] = said.get("multiValueHeaders") or {}
    many = [(name, str(value)) for name, values in several.items() for value in values]
    single = [(name, str(value)) for name, value in (said.get("headers") or {}).items()]
    known = {(name.lower(), value) for name, value in many}
    return [*(pair for pair in single if (pair[0].lower(), pair[1]) not in known), *many]


def _renamed(name: str) -> str:
    return f"x-amzn-Remapped-{name}" if name.lower() in RENAMED else name


def _body(said: Mapping[str, Any]) -> bytes:
    body = said.get("body") or ""
    if not isinstance(body, str):
        raise ValueError("the function's body is not a string")
    if not said.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ValueError("the function's body is not base64") from error
