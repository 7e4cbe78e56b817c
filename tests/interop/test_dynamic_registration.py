"""Unmodified libraries register themselves and go on with what they were told. RFC 7591."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from mcp.client.auth.utils import (
    create_client_registration_request,
    handle_registration_response,
)
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthMetadata

from tests.chromium import Person
from tests.interop import scripts
from tests.interop.scripts import SECONDS, Node
from tests.receiver import Receiver
from tests.running import Running


@pytest.mark.browser
@pytest.mark.node
@pytest.mark.parametrize("method", ["none", "client_secret_basic", "client_secret_post", None])
def test_openid_client(
    node: Node, running: Running, person: Person, receiver: Receiver, method: str | None
) -> None:
    """From discovery: registered, a user signed in, tokens, a refresh; by each kind of proof."""
    metadata: dict[str, Any] = {
        "client_name": "Registered by openid-client",
        "redirect_uris": [receiver.redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        **({} if method is None else {"token_endpoint_auth_method": method}),
    }

    def agree() -> None:
        person.sign_in(running.user())
        person.allow()

    given = {"issuer": running.url, "metadata": metadata}
    told = scripts.walk(node, "dynamic_registration.mjs", given, person, receiver, agree)
    assert told["client"]["application_type"] == "native"
    assert told["client"]["token_endpoint_auth_method"] == method or method is None
    assert ("client_secret" in told["client"]) == (method != "none")
    assert told["tokens"]["scope"] == "openid read"
    assert told["refreshed"]["refresh_token"] != told["tokens"]["refresh_token"]


async def _register(url: str, metadata: OAuthClientMetadata) -> OAuthClientInformationFull:
    async with httpx2.AsyncClient() as client:
        found = await client.get(f"{url}/.well-known/oauth-authorization-server")
        server = OAuthMetadata.model_validate(found.json())
        request = create_client_registration_request(server, metadata, url)
        return await handle_registration_response(await client.send(request))


@pytest.mark.parametrize("method", ["none", "client_secret_post", "client_secret_basic", None])
@pytest.mark.parametrize("uri", ["http://localhost:3030/callback", "https://app.example/callback"])
def test_mcp(running: Running, uri: str, method: Any) -> None:
    """The request that the MCP library for Python makes, and how it reads the answer."""
    metadata = OAuthClientMetadata.model_validate(
        {
            "client_name": "Registered by mcp",
            "redirect_uris": [uri],
            "scope": "read offline_access",
            "token_endpoint_auth_method": method,
        }
    )
    # The browser of other tests has a loop in this thread.
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(lambda: asyncio.run(_register(running.url, metadata))).result(SECONDS)
    assert told.client_id
    assert [str(one) for one in told.redirect_uris or ()] == [uri]
    assert set(told.grant_types) == {"authorization_code", "refresh_token"}
    assert (told.client_secret is None) == (method == "none")
    assert told.token_endpoint_auth_method == (method or "client_secret_basic")
