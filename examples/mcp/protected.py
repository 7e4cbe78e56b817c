"""The server behind the kit: which scope each tool needs, and who the SDK takes the user for."""

from __future__ import annotations

from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.mcpserver import MCPServer

from postern_verifier import Token, Verifier
from postern_verifier.adapters.asgi import App, Receive, Scope, Send
from postern_verifier.adapters.mcp import ProtectedTools
from postern_verifier.adapters.serving import TOKEN

READ, WRITE = "notes:read", "notes:write"


def protected(server: MCPServer[None], issuer: str, resource: str) -> App:
    """The server at `resource`, its own URL, for tokens of `issuer`."""
    return ProtectedTools(
        with_user(AuthContextMiddleware(server.streamable_http_app())),
        Verifier(issuer, resource),
        scope=READ,
        tools={"add_note": WRITE},
        metadata={"resource_name": "Notes"},
    )


def with_user(app: App) -> App:
    """Tell the SDK whose request it is: it ends a session's requests that are somebody else's."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        token = scope.get(TOKEN)
        if isinstance(token, Token):
            scope = {**scope, "user": AuthenticatedUser(_of(token))}
        await app(scope, receive, send)

    return call


def _of(token: Token) -> AccessToken:
    return AccessToken(
        token="",  # it is checked, and a tool must not pass it on
        client_id=token.client_id or "",
        scopes=sorted(token.scope),
        subject=token.subject,
        claims={"iss": token.claims["iss"]},
    )
