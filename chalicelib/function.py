"""What Lambda calls: an API Gateway event in, the answer out. No framework stands between.

Chalice builds and deploys the API; a request does not pass through it (docs/decisions/0018).
The event is API Gateway's REST proxy event, payload version 1.0. Chalice's own local server and
test client make events with less in them and with bytes for a body: they are understood as well.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from .http import Parameters, Request, Response
from .routes import ROUTES, respond
from .services import Services

Event = Mapping[str, Any]
Answer = dict[str, Any]

_ROUTES = {route.path: route for route in ROUTES}


def handler(services: Callable[[], Services]) -> Callable[[Event, object], Answer]:
    """The function. `services` is called for each request, and may keep what it made.

    An event that is none of API Gateway's raises: Lambda logs it, and the caller gets a 502.
    """

    def handle(event: Event, context: object) -> Answer:
        return to_answer(respond(_ROUTES[event["resource"]], to_request(event), services()))

    return handle


def to_request(event: Event) -> Request:
    """The Request in an event."""
    context = event["requestContext"]
    # Of mutual TLS at a custom domain; API Gateway's own words, which no caller can write.
    certificate = context["identity"].get("clientCert") or {}
    headers: dict[str, tuple[str, ...]] = {}
    for name, values in _all_headers(event):
        headers[name.lower()] = headers.get(name.lower(), ()) + tuple(values)
    query = (event.get("multiValueQueryStringParameters") or {}).items()
    return Request(
        method=context["httpMethod"],
        path=event.get("path") or context["path"],
        query=Parameters((name, value) for name, values in query for value in values),
        headers=headers,
        body=_body(event),
        path_parameters=event.get("pathParameters") or {},
        source_address=context["identity"]["sourceIp"],
        request_id=context.get("requestId", ""),
        client_certificate=certificate.get("clientCertPem") or None,
    )


def _all_headers(event: Event) -> list[tuple[str, list[str]]]:
    several = event.get("multiValueHeaders")
    if several is not None:
        return list(several.items())
    return [(name, [value]) for name, value in (event.get("headers") or {}).items()]


def _body(event: Event) -> bytes:
    body = event.get("body") or b""
    if event.get("isBase64Encoded"):
        return base64.b64decode(body)
    return body.encode() if isinstance(body, str) else bytes(body)


def to_answer(response: Response) -> Answer:
    """The answer for API Gateway."""
    headers: dict[str, list[str]] = {}
    for name, value in response.headers:
        headers.setdefault(name, []).append(value)
    return {
        "statusCode": response.status,
        "multiValueHeaders": headers,
        "body": response.body,
        "isBase64Encoded": False,
    }
