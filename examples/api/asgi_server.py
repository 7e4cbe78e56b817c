"""The least server that an ASGI application runs on, of the standard library; for examples only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from postern_verifier.adapters.asgi import App, Message, Scope


class Server(ThreadingHTTPServer):
    """`app` is what it serves."""

    app: App

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def handle_request(self) -> None:
        """One request, one event loop."""
        asyncio.run(self._serve())

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = handle_request

    async def _serve(self) -> None:
        await self.server.app(self._scope(), self._receive, self._send)

    def _scope(self) -> Scope:
        path, _, query = self.path.partition("?")
        headers = [
            (k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in self.headers.items()
        ]
        return {
            "type": "http",
            "method": self.command,
            "path": path,
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": headers,
        }

    async def _receive(self) -> Message:
        length = int(self.headers.get("Content-Length") or 0)
        return {"type": "http.request", "body": self.rfile.read(length), "more_body": False}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.send_response(message["status"])
            for name, value in message.get("headers", ()):
                self.send_header(name.decode("latin-1"), value.decode("latin-1"))
            self.end_headers()
        else:
            self.wfile.write(message.get("body", b""))


@contextmanager
def serving(port: int) -> Iterator[Server]:
    """A server on loopback, closed afterwards."""
    with Server(("127.0.0.1", port), _Handler) as server:
        yield server
