"""The unmodified Python client of MCP, from the first 401 to a note that is kept."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey, RSAKey
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.extensions.client_credentials import (
    ClientCredentialsOAuthProvider,
    PrivateKeyJWTOAuthProvider,
    SignedJWTParameters,
)

from examples.mcp.protected import READ, WRITE
from tests.mcp.python_client import REDIRECT, Storage, call, connected, provider, registered
from tests.mcp.remote import Person
from tests.mcp.servers import Documents, Notes
from tests.reply import claims

BOTH = f"{READ} {WRITE}"
DOCUMENT: dict[str, object] = {
    "client_name": "Notes for Python",
    "redirect_uris": [REDIRECT],
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code"],
    "token_endpoint_auth_method": "none",
}


def asked_scope(url: str) -> set[str]:
    """What a person was asked for."""
    return set(parse_qs(urlsplit(url).query)["scope"][0].split(" "))


@pytest.mark.parametrize("method", ["none", "client_secret_basic", "client_secret_post"])
def test_registered_beforehand(notes: Notes, person: Person, method: str) -> None:
    """Discovery, the code with PKCE and resource, a tool, and a step-up for another tool."""
    client_id = notes.client(redirect_uris=[REDIRECT], token_endpoint_auth_method=method)
    secret = None if method == "none" else f"{client_id}secret"
    storage = registered(client_id, secret, method=method)

    async def story() -> list[object]:
        async with connected(notes.url, provider(notes.url, person, storage)) as client:
            return [
                sorted(tool.name for tool in (await client.list_tools()).tools),
                await call(client, "list_notes"),
                await call(client, "add_note", text="milk"),
                await call(client, "list_notes"),
            ]

    tools, before, count, after = asyncio.run(story())
    assert tools == ["add_note", "list_notes"]
    assert (before, count, after) == ([], 1, ["milk"])
    first, stepped_up = map(asked_scope, person.asked)
    assert READ in first
    assert WRITE not in first
    assert {READ, WRITE} <= stepped_up
    for tokens in storage.tokens:
        assert claims(tokens.access_token)["aud"] == notes.url


def test_refreshed(notes: Notes, person: Person) -> None:
    """When the access token has ended the user is not asked again; the refresh token rotates."""
    client_id = notes.client(redirect_uris=[REDIRECT], token_endpoint_auth_method="none")
    storage = registered(client_id)
    auth = provider(notes.url, person, storage)

    async def story() -> None:
        async with connected(notes.url, auth) as client:
            await call(client, "list_notes")
            auth.context.token_expiry_time = 1  # as if its time had passed
            await call(client, "list_notes")

    asyncio.run(story())
    assert len(person.asked) == 1
    first, second = storage.tokens
    assert first.access_token != second.access_token
    assert first.refresh_token != second.refresh_token
    assert claims(second.access_token)["aud"] == notes.url


def test_registers_itself(notes: Notes, person: Person) -> None:
    """RFC 7591: without anybody's help; and it is used like one that was registered beforehand."""
    storage = Storage()
    assert asyncio.run(a_note(notes, provider(notes.url, person, storage))) == ["milk"]
    assert storage.client is not None
    assert storage.client.issuer == notes.issuer.url
    assert len(person.pages) == 2  # it could be anybody: the consent is never remembered


def test_by_its_document(notes: Notes, person: Person, documents: Documents) -> None:
    """The client_id is a URL; people are shown its host, and where the answer goes."""
    url = documents.publish("python.json", **DOCUMENT)
    storage = Storage()
    assert asyncio.run(a_note(notes, provider(notes.url, person, storage, url))) == ["milk"]
    assert storage.client is not None
    assert storage.client.client_id == url
    assert claims(storage.tokens[-1].access_token)["client_id"] == url
    first = person.pages[0]
    assert f"Published at {url.removeprefix('https://').partition('/')[0]}" in first
    assert "an app on this device (127.0.0.1)" in first


def test_a_machine_with_a_secret(notes: Notes) -> None:
    """The client credentials grant."""
    client_id = notes.client(grant_types=["client_credentials"], scope=BOTH)
    storage = Storage()
    auth = ClientCredentialsOAuthProvider(
        notes.url,
        storage,
        client_id,
        f"{client_id}secret",
        scope=BOTH,
        issuer=notes.issuer.url,
    )
    assert asyncio.run(a_note(notes, auth)) == ["milk"]
    told = claims(storage.tokens[-1].access_token)
    assert (told["sub"], told["aud"]) == (client_id, notes.url)


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_a_machine_with_a_key(notes: Notes, alg: str) -> None:
    """private_key_jwt: no client_id beside the assertion, no kid, and aud is the issuer."""
    key = RSAKey.generate_key(2048) if alg == "RS256" else ECKey.generate_key("P-256")
    client_id = notes.client(
        grant_types=["client_credentials"],
        scope=BOTH,
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [key.as_dict(private=False)]},
    )
    signer = SignedJWTParameters(
        issuer=client_id,
        subject=client_id,
        signing_algorithm=alg,
        signing_key=key.as_pem(private=True).decode(),
    )
    auth = PrivateKeyJWTOAuthProvider(
        notes.url,
        Storage(),
        client_id,
        signer.create_assertion_provider(),
        scope=BOTH,
        issuer=notes.issuer.url,
    )
    assert asyncio.run(a_note(notes, auth)) == ["milk"]


async def a_note(notes: Notes, auth: OAuthClientProvider) -> object:
    """The notes after one was added, for which a client of people steps up."""
    async with connected(notes.url, auth) as client:
        await call(client, "add_note", text="milk")
        return await call(client, "list_notes")


def test_nobody_reads_the_notes_of_another(notes: Notes, person: Person) -> None:
    """The subject of the token is who the tool works for."""
    client_id = notes.client(redirect_uris=[REDIRECT], token_endpoint_auth_method="none")
    other = Person(notes.issuer.url, notes.issuer.user())

    async def story(who: Person, text: str) -> object:
        auth = provider(notes.url, who, registered(client_id))
        async with connected(notes.url, auth) as client:
            await call(client, "add_note", text=text)
            return await call(client, "list_notes")

    assert asyncio.run(story(person, "mine")) == ["mine"]
    assert asyncio.run(story(other, "theirs")) == ["theirs"]
