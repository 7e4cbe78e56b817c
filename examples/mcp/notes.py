"""Tools that keep a user's notes in memory: an MCP server that knows nothing of OAuth but the user.

Each user of each issuer has their own; for a client that acts for itself, that is the client.
"""

from __future__ import annotations

from collections import defaultdict

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.mcpserver import MCPServer


def server() -> MCPServer[None]:
    """A server with no notes yet."""
    notes: defaultdict[str, list[str]] = defaultdict(list)
    made: MCPServer[None] = MCPServer("Notes", instructions="Keeps short notes.")

    @made.tool()
    def list_notes() -> list[str]:
        """Your notes, oldest first."""
        return notes[_owner()]

    @made.tool()
    def add_note(text: str) -> int:
        """Keep a note; how many you have then."""
        notes[_owner()].append(text)
        return len(notes[_owner()])

    return made


def _owner() -> str:
    token = get_access_token()
    assert token is not None, "the application is served without its protection"
    return str(token.subject)
