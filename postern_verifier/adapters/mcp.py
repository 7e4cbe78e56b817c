"""An MCP server over streamable HTTP, by its ASGI application. MCP 2026-07-28, Authorization.

    app = server.streamable_http_app()
    app = ProtectedTools(app, Verifier(ISSUER, URL), scope="read", tools={"add": "write"})

Which tool is called stands in the body, so that is read here. The application finds its `Token` in
`scope["postern_verifier.token"]`. Put middleware for CORS outside of this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import strict_json
from ..errors import Refused, UnreadableMessage
from ..needs import Needs
from ..verifier import Verifier
from .asgi import App, Message, Protected, Receive, Scope, Send, respond
from .serving import TOKEN

MOST_BYTES = 4 * 2**20


class ProtectedTools:
    """An MCP server behind the verifier.

    scope: what every request needs. tools: what calls of a tool need beside that, by its name;
    who lacks it is told everything to ask for at once, with what the token had. metadata: more
    members for the RFC 9728 document. most: bytes of a message, at most.
    """

    def __init__(
        self,
        app: App,
        verifier: Verifier,
        *,
        scope: str = "",
        tools: Mapping[str, str] | None = None,
        origin: str | None = None,
        metadata: dict[str, object] | None = None,
        most: int = MOST_BYTES,
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._scope = scope
        self._tools = {
            name: Needs(f"{scope} {more}".strip()) for name, more in (tools or {}).items()
        }
        self._most = most
        supported = " ".join([scope, *(needs.scope for needs in self._tools.values())]).split()
        self._outer = Protected(
            self._with_token,
            verifier,
            policy=lambda method, path: Needs(scope),
            origin=origin,
            metadata={"scopes_supported": list(dict.fromkeys(supported)), **(metadata or {})},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request; the server's lifespan passes."""
        await self._outer(scope, receive, _bearer_first(send))

    async def _with_token(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            body = await _body(receive, self._most)
            for needs in self._needs(body):
                self._verifier.require(scope[TOKEN], needs)
        except Refused as refused:
            headers = refused.headers or (("Content-Type", "application/json"),)
            await respond(scope, send, refused.status, headers, refused.body)
            return
        await self._app(scope, _again(body, receive), send)

    def _needs(self, body: bytes) -> list[Needs]:
        """What the calls of tools in a body need; older revisions put several into one body."""
        try:
            found = strict_json.read(body.decode())
        except ValueError as problem:
            # Two parsers may read it in two ways, and then another tool is called than was checked.
            raise UnreadableMessage(str(problem)) from None
        messages = found if isinstance(found, list) else [found]
        names = [_tool(message) for message in messages]
        return [self._tools[name] for name in names if name in self._tools]


def _bearer_first(send: Send) -> Send:
    """The challenges in another order: there are MCP clients that read only the first of them."""

    async def in_order(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = sorted(message.get("headers", ()), key=_is_another_challenge)
            message = {**message, "headers": headers}
        await send(message)

    return in_order


def _is_another_challenge(header: tuple[bytes, bytes]) -> bool:
    name, value = header
    return name.lower() == b"www-authenticate" and not value.startswith(b"Bearer ")


def _tool(message: Any) -> str | None:
    if not isinstance(message, dict) or message.get("method") != "tools/call":
        return None
    parameters = message.get("params")
    name = parameters.get("name") if isinstance(parameters, dict) else None
    return name if isinstance(name, str) else None


async def _body(receive: Receive, most: int) -> bytes:
    """The whole body; UnreadableMessage when it is too long or the client has left."""
    parts, length = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise UnreadableMessage("the client has left")
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > most:
            raise UnreadableMessage("the message is too long")
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more for the application, and then whatever comes: that the client leaves."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def from_the_start() -> Message:
        return waiting.pop() if waiting else await receive()

    return from_the_start
