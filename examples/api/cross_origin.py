"""CORS: scripts of every site may call the examples, for a token opens them and never a cookie.

In an application this is the framework's own middleware, around the verifier's: a refusal that a
script cannot read tells it nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from postern_verifier.adapters.asgi import App, Message, Receive, Scope, Send

SENT = ["Authorization", "DPoP"]
READ = ["WWW-Authenticate", "DPoP-Nonce"]
SECONDS = 600  # for which a browser need not ask again

ANSWER = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", ", ".join(READ)),
)
PREFLIGHT = (
    *ANSWER,
    ("Access-Control-Allow-Methods", "GET, POST"),
    ("Access-Control-Allow-Headers", ", ".join(SENT)),
    ("Access-Control-Max-Age", str(SECONDS)),
    ("Content-Length", "0"),
)

Headers = list[tuple[str, str]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def answer(headers: Headers) -> Headers:
    """Those of an answer; none twice: the metadata document has one of its own."""
    known = {name.lower() for name, _ in headers}
    return [*headers, *((name, value) for name, value in ANSWER if name.lower() not in known)]


def asgi(app: App) -> App:
    """The application, for scripts of every site."""

    async def shared(scope: Scope, receive: Receive, send: Send) -> None:
        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(n.decode(), v.decode()) for n, v in message.get("headers", ())]
                message = {**message, "headers": _bytes(answer(own))}
            await send(message)

        if scope.get("method") != "OPTIONS":
            await app(scope, receive, adding)
            return
        start = {"type": "http.response.start", "status": 204, "headers": _bytes(PREFLIGHT)}
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    return shared


def wsgi(app: Wsgi) -> Wsgi:
    """The same for WSGI."""

    def shared(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def adding(status: str, headers: Headers, *more: Any) -> Any:
            return start_response(status, answer(headers), *more)

        if environ["REQUEST_METHOD"] != "OPTIONS":
            return app(environ, adding)
        start_response("204 No Content", list(PREFLIGHT))
        return []

    return shared


def _bytes(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers]
