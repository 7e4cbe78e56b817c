"""The unmodified clients of npm: the SDK, and the newer client package."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from examples.mcp.protected import READ, WRITE
from tests.interop.test_private_key_jwt import pair
from tests.mcp.python_client import REDIRECT
from tests.mcp.remote import Person
from tests.mcp.servers import Documents, Notes
from tests.mcp.test_python import DOCUMENT
from tests.reply import claims

pytestmark = pytest.mark.node

PACKAGES = ("v1", "v2")
SECONDS = 60
MACHINE = ["list", "add", "list"]
CODE_FLOW = ["authorization_code", "refresh_token"]
Script = Callable[[], subprocess.Popen[str]]


def walk(script: Script, notes: Notes, person: Person | None, **settings: Any) -> dict[str, Any]:
    """The script's whole story; the person goes wherever it sends them."""
    told = {"url": notes.url, "issuer": notes.issuer.url, "redirect_uri": REDIRECT}
    told |= {"grant_types": CODE_FLOW, **settings}
    with script() as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            said = told
            while True:
                process.stdin.write(f"{json.dumps(said)}\n")
                process.stdin.flush()
                line = process.stdout.readline()
                if not line:
                    raise AssertionError(process.communicate(timeout=SECONDS)[1])
                found: dict[str, Any] = json.loads(line)
                if "open" not in found:
                    return found
                assert person is not None
                said = person.authorize(found["open"])
        finally:
            process.kill()


def check(result: dict[str, Any], notes: Notes, *results: object) -> None:
    """The tools did their work, with tokens for this server."""
    assert result["tools"] == ["add_note", "list_notes"]
    assert result["results"] == list(results)
    for tokens in result["tokens"]:
        if tokens["access_token"] != "ended":
            assert claims(tokens["access_token"])["aud"] == notes.url


def check_asked(person: Person, *scopes: set[str]) -> None:
    """What the person was sent for, each time; offline_access is the client's own wish."""
    asked = [parse_qs(urlsplit(url).query)["scope"][0].split(" ") for url in person.asked]
    assert [set(words) - {"offline_access"} for words in asked] == list(scopes)


def check_refreshed(result: dict[str, Any]) -> None:
    """The last tokens come of the refresh token of those before."""
    *_, granted, ended, refreshed = result["tokens"]
    assert ended["access_token"] == "ended"
    assert refreshed["refresh_token"] != granted["refresh_token"]


def known(notes: Notes, **metadata: Any) -> dict[str, Any]:
    """A public client that an operator has registered, as its application has it written down."""
    client_id = notes.client(
        redirect_uris=[REDIRECT], token_endpoint_auth_method="none", **metadata
    )
    information = {"client_id": client_id, "issuer": notes.issuer.url}
    return {"as": "person", "client_information": information}


def test_registered_beforehand(client_script: Script, notes: Notes, person: Person) -> None:
    """Discovery, the code, a tool, a step-up for another tool, and a refresh."""
    steps = ["list", "add", "end", "list"]
    result = walk(client_script, notes, person, package="v2", steps=steps, **known(notes))
    check(result, notes, [], 1, None, ["milk"])
    check_asked(person, {READ}, {READ, WRITE})
    check_refreshed(result)


def test_the_older_sdk_steps_up(client_script: Script, notes: Notes, person: Person) -> None:
    """It asks for what the challenge names and nothing else, so that names the union."""
    own = known(notes, grant_types=["authorization_code"])
    steps = ["list", "add", "list"]
    result = walk(client_script, notes, person, package="v1", steps=steps, **own)
    check(result, notes, [], 1, ["milk"])
    check_asked(person, {READ}, {READ, WRITE})


def test_the_older_sdk_refreshes(client_script: Script, notes: Notes, person: Person) -> None:
    """A client that has a refresh token: this SDK never asks again for more with it."""
    steps = ["list", "end", "list"]
    result = walk(client_script, notes, person, package="v1", steps=steps, **known(notes))
    check(result, notes, [], None, [])
    check_asked(person, {READ})
    check_refreshed(result)


@pytest.mark.parametrize("package", PACKAGES)
def test_registers_itself(
    client_script: Script, notes: Notes, person: Person, package: str
) -> None:
    """RFC 7591: a public client; what it got it uses at once, and it refreshes."""
    steps = ["list", "end", "list"]
    settings = {"as": "person", "package": package, "steps": steps}
    result = walk(client_script, notes, person, **settings)
    check(result, notes, [], None, [])
    check_refreshed(result)
    assert result["client_information"]["redirect_uris"] == [REDIRECT]


@pytest.mark.parametrize("package", PACKAGES)
def test_by_its_document(
    client_script: Script, notes: Notes, person: Person, documents: Documents, package: str
) -> None:
    """The client_id is a URL; nothing is registered."""
    url = documents.publish(f"{package}.json", **DOCUMENT)
    steps = ["list", "end", "list"]
    settings = {"as": "person", "package": package, "steps": steps, "document": url}
    result = walk(client_script, notes, person, **settings)
    check(result, notes, [], None, [])
    assert result["client_information"]["client_id"] == url


@pytest.mark.parametrize("package", PACKAGES)
def test_client_credentials(client_script: Script, notes: Notes, package: str) -> None:
    """A machine, by its secret."""
    scope = f"{READ} {WRITE}"
    client_id = notes.client(grant_types=["client_credentials"], scope=scope)
    own = {"client_id": client_id, "client_secret": f"{client_id}secret", "scope": scope}
    settings = {"as": "secret", "steps": MACHINE, "package": package, **own}
    check(walk(client_script, notes, None, **settings), notes, [], 1, ["milk"])


@pytest.mark.parametrize("package", PACKAGES)
def test_private_key_jwt(client_script: Script, notes: Notes, package: str) -> None:
    """A machine, by an assertion: no client_id beside it, aud is the issuer."""
    scope = f"{READ} {WRITE}"
    private, public = pair("ES256")
    client_id = notes.client(
        grant_types=["client_credentials"],
        scope=scope,
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [public]},
    )
    own = {"client_id": client_id, "jwk": private, "alg": "ES256", "scope": scope}
    settings = {"as": "key", "steps": MACHINE, "package": package, **own}
    check(walk(client_script, notes, None, **settings), notes, [], 1, ["milk"])
