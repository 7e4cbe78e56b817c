"""Enterprise-managed authorization: a sign-in at the company's server is access to an MCP server.

draft-ietf-oauth-identity-assertion-authz-grant, with the unmodified client of the `mcp` package.
Both authorization servers are Postern: one makes the assertion, the other takes it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import urlencode

import pytest
import requests
from mcp.client.auth.extensions.identity_assertion import IdentityAssertionOAuthProvider

from chalicelib.administration import trusted_issuers
from chalicelib.protocol.grant_types import ID_JAG, ID_TOKEN, JWT_BEARER, TOKEN_EXCHANGE
from examples.mcp.protected import READ, WRITE
from tests.mcp.python_client import REDIRECT, Storage, call, connected
from tests.mcp.remote import Person
from tests.mcp.servers import Notes
from tests.mcp.test_typescript import Script, check, walk
from tests.reply import claims
from tests.running import Running, started
from tests.world import CHALLENGE, VERIFIER

SECONDS = 60
Method = Literal["client_secret_basic", "client_secret_post"]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The company's identity provider."""
    with started(tmp_path_factory.mktemp("company")) as server:
        yield server


def coming(company: Running, client_id: str) -> str:
    """The code of somebody who signs in at the company."""
    person = Person(company.url, company.user())
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": REDIRECT,
        "scope": "openid",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    arrived = person.authorize(f"{company.url}/authorize?{urlencode(query)}")
    return arrived["code"]


def signed_in(company: Running, client_id: str) -> str:
    """The ID token of somebody who signs in at the company."""
    code = coming(company, client_id)
    return str(company.redeem(client_id, code, REDIRECT)["id_token"])


def exchange(company: Running, client_id: str, id_token: str, **asked: str) -> dict[str, Any]:
    """What the company's server answers to a token exchange."""
    form = {
        "grant_type": TOKEN_EXCHANGE,
        "requested_token_type": ID_JAG,
        "subject_token": id_token,
        "subject_token_type": ID_TOKEN,
        **asked,
    }
    auth = (client_id, f"{client_id}secret")
    with requests.post(f"{company.url}/token", form, auth=auth, timeout=SECONDS) as response:
        answer: dict[str, Any] = response.json()
    assert response.status_code == 200, answer
    return answer


def trust(notes: Notes, company: Running) -> None:
    """The MCP server's issuer takes the company's word, for this server alone."""
    if company.url in [known.issuer for known in trusted_issuers.list_all(notes.issuer.services)]:
        return
    metadata = {
        "issuer": company.url,
        "jwks_uri": f"{company.url}/.well-known/jwks.json",
        "purposes": ["id_jag"],
        "resources": {notes.url: [READ, WRITE]},
        "users": "create",
    }
    trusted_issuers.create(metadata, notes.issuer.services)


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
def test_a_sign_in_at_the_company_is_access(notes: Notes, company: Running, method: Method) -> None:
    """No page of the second server is seen; a step-up brings a second assertion with more scope."""
    trust(notes, company)
    there = notes.client(grant_types=[JWT_BEARER], token_endpoint_auth_method=method)
    reach = {"client_id": there, "resources": {notes.url: [READ, WRITE]}}
    here = company.client(
        redirect_uris=[REDIRECT],
        grant_types=["authorization_code", TOKEN_EXCHANGE],
        id_jag_audiences={notes.issuer.url: reach},
    )
    id_token = signed_in(company, here)
    storage, asked = Storage(), list[tuple[str, str]]()

    async def assertion(audience: str, resource: str) -> str:
        asked.append((audience, resource))
        answer = exchange(company, here, id_token, audience=audience, resource=resource)
        return str(answer["access_token"])

    auth = IdentityAssertionOAuthProvider(
        server_url=notes.url,
        storage=storage,
        client_id=there,
        client_secret=f"{there}secret",
        issuer=notes.issuer.url,
        assertion_provider=assertion,
        scope=READ,
        token_endpoint_auth_method=method,
    )

    async def story() -> list[object]:
        async with connected(notes.url, auth) as client:
            return [
                await call(client, "list_notes"),
                await call(client, "add_note", text="milk"),
                await call(client, "list_notes"),
            ]

    assert asyncio.run(story()) == [[], 1, ["milk"]]
    assert asked == [(notes.issuer.url, notes.url)] * 2
    first, second = (claims(tokens.access_token) for tokens in storage.tokens)
    assert (first["scope"], set(second["scope"].split())) == (READ, {READ, WRITE})
    assert first["sub"] == second["sub"] != claims(id_token)["sub"]
    assert {first["aud"], second["aud"]} == {notes.url}
    assert all(tokens.refresh_token is None for tokens in storage.tokens)


@pytest.mark.node
def test_the_client_of_npm_is_let_in_by_the_company(
    client_script: Script, notes: Notes, company: Running
) -> None:
    """CrossAppAccessProvider finds both servers, has the assertion made and gives it on."""
    trust(notes, company)
    there = notes.client(grant_types=[JWT_BEARER])
    reach = {"client_id": there, "resources": {notes.url: [READ, WRITE]}}
    here = company.client(
        redirect_uris=[REDIRECT],
        grant_types=["authorization_code", TOKEN_EXCHANGE],
        id_jag_audiences={notes.issuer.url: reach},
        token_endpoint_auth_method="client_secret_post",  # the only one that it knows
    )
    told = {"client_id": here, "client_secret": f"{here}secret"}
    code = {"code": coming(company, here), "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    form = {"grant_type": "authorization_code", **code, **told}
    with requests.post(f"{company.url}/token", form, timeout=SECONDS) as response:
        id_token = response.json()["id_token"]
    settings = {
        "as": "company",
        "steps": ["list"],
        "package": "v2",  # the SDK has none
        "client_id": there,
        "client_secret": f"{there}secret",
        "company": {"url": company.url, "id_token": id_token, **told},
    }
    result = walk(client_script, notes, None, **settings)
    check(result, notes, [])
    assert [tokens["scope"] for tokens in result["tokens"]] == [READ]
