"""ASGI middleware: Starlette, FastAPI, Django, Litestar.

    app = Protected(app, Verifier(ISSUER, "https://api.example.com"))

The application finds its `Token` in `scope["postern_verifier.token"]`. Put middleware for CORS
outside of this one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from ..errors import Headers, Refused
from ..needs import Needs
from ..verified import Token
from ..verifier import Verifier
from .serving import METADATA_HEADERS, TOKEN, Policy, metadata_body, needs_a_token, own_origin

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY_VIOLATION = 1008  # RFC 6455 section 7.4.1


class Protected:
    """An application behind the verifier.

    policy: what each operation needs. origin: scheme and host that clients know, the resource's
    unless given. metadata: more members for the RFC 9728 document, which is served here. run: runs
    the check, which may wait for the issuer, in a thread.
    """

    def __init__(
        self,
        app: App,
        verifier: Verifier,
        *,
        policy: Policy = needs_a_token,
        origin: str | None = None,
        metadata: dict[str, object] | None = None,
        run: Callable[[Callable[[], Token]], Awaitable[Token]] = asyncio.to_thread,
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._policy = policy
        self._origin = own_origin(verifier, origin)
        self._metadata = metadata_body(verifier, metadata or {})
        self._run = run

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or a WebSocket; the server's lifespan passes."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        method, path = scope.get("method", "GET"), scope["path"]
        target = _target(scope)
        if self._metadata is not None and target == self._verifier.metadata_path:
            await respond(scope, send, 200, METADATA_HEADERS, self._metadata)
            return
        needs = self._policy(method, path)
        if needs is None:
            await self._app(scope, receive, send)
            return
        try:
            token = await self._run(lambda: self._check(scope, method, target, needs))
        except Refused as refused:
            await respond(scope, send, refused.status, refused.headers, refused.body)
            return
        await self._app({**scope, TOKEN: token}, receive, _adding(token.headers, send))

    def _check(self, scope: Scope, method: str, target: str, needs: Needs) -> Token:
        headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]]
        return self._verifier.check(
            headers, method, self._origin + target, needs, certificate=_certificate(scope)
        )


def _target(scope: Scope) -> str:
    """Path and query as they came over the wire, before anything was unescaped."""
    path = scope.get("raw_path") or scope["path"].encode()
    query = scope.get("query_string", b"")
    return str((path + (b"?" + query if query else b"")).decode("latin-1"))


def _certificate(scope: Scope) -> str | None:
    """The client's certificate, of the ASGI TLS extension."""
    tls = (scope.get("extensions") or {}).get("tls") or {}
    chain = list(tls.get("client_cert_chain") or ())
    return str(chain[0]) if chain else None


async def respond(scope: Scope, send: Send, status: int, headers: Headers, body: bytes) -> None:
    """Answer in the application's place."""
    if scope["type"] == "websocket":
        # Closed before it was accepted: the server answers 403, with no headers of ours.
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    await send({"type": "http.response.start", "status": status, "headers": _encoded(headers)})
    await send({"type": "http.response.body", "body": body})


def _adding(headers: Headers, send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *_encoded(headers)]}
        await send(message)

    return with_headers if headers else send


def _encoded(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
