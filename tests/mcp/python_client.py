"""The `mcp` package as a client, unmodified: what an application brings along, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)
from pydantic import AnyUrl

from tests.mcp.remote import Person

# An application on the user's own machine; nobody listens, the person brings the answer.
REDIRECT = "http://127.0.0.1:3030/callback"


class Storage:
    """Keeps in memory what the client wants kept."""

    def __init__(self, client: OAuthClientInformationFull | None = None) -> None:
        self.client = client
        self.tokens: list[OAuthToken] = []

    async def get_tokens(self) -> OAuthToken | None:
        """The last ones."""
        return self.tokens[-1] if self.tokens else None

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """Keep them."""
        self.tokens.append(tokens)

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """What was registered."""
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """Keep it."""
        self.client = client_info


def registered(client_id: str, secret: str | None = None, **more: Any) -> Storage:
    """With a client that an operator has registered."""
    method = more.pop("method", "client_secret_basic" if secret else "none")
    return Storage(
        OAuthClientInformationFull(
            client_id=client_id,
            client_secret=secret,
            redirect_uris=[AnyUrl(REDIRECT)],
            token_endpoint_auth_method=method,
            **more,
        )
    )


def provider(
    url: str, person: Person, storage: Storage, document: str | None = None, **metadata: Any
) -> OAuthClientProvider:
    """A client for people. document: its client ID metadata document."""
    answers: list[dict[str, str]] = []

    async def redirect(to: str) -> None:
        answers.append(await asyncio.to_thread(person.authorize, to))

    async def callback() -> AuthorizationCodeResult:
        answer = answers.pop()
        return AuthorizationCodeResult(
            code=answer["code"], state=answer.get("state"), iss=answer.get("iss")
        )

    return OAuthClientProvider(
        server_url=url,
        client_metadata=OAuthClientMetadata(
            client_name="Notes for Python", redirect_uris=[AnyUrl(REDIRECT)], **metadata
        ),
        storage=storage,
        redirect_handler=redirect,
        callback_handler=callback,
        client_metadata_url=document,
    )


@asynccontextmanager
async def connected(url: str, auth: OAuthClientProvider) -> AsyncIterator[Client]:
    """A connection to the MCP server."""
    async with (
        create_mcp_http_client(auth=auth) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client


async def call(client: Client, tool: str, **arguments: str) -> Any:
    """What a tool answers."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result
    return (result.structured_content or {})["result"]
