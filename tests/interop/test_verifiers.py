"""The examples of docs/verifying-tokens.md, with tokens that are good and tokens that are not."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import jwt
import pytest
import requests

from chalicelib.protocol import jwt as jws
from infra import seeds
from tests.real import NODE
from tests.running import ROOT, Running

EXAMPLES = ROOT / "examples/verify"
DOCUMENT = ROOT / "docs/verifying-tokens.md"
AUDIENCE = str(seeds.RESOURCE["resource"])
# Each is wrong in one thing only, and is refused for it: so PyJWT, jose and aws-jwt-verify say.
REFUSED = {
    "other audience": ("Audience doesn't match", 'unexpected "aud"', "Audience not allowed"),
    "other issuer": ("Invalid issuer", 'unexpected "iss"', "Issuer not allowed"),
    "other type": ("not an access token", 'unexpected "typ"', "not an access token"),
    "expired": ("Signature has expired", '"exp" claim', "Token expired"),
    "never expires": ('missing the "exp"', 'missing required "exp"', "no exp"),
    "other scope": ("insufficient_scope", "insufficient_scope", "Scope not allowed"),
    "changed payload": ("Signature verification", "signature verification", "Invalid signature"),
    "alg none": ("alg", '"alg"', "algorithm not allowed"),
    # Both ask the server for newer keys; the latter would over https.
    "unknown key": ("Unable to find a signing key", "no applicable key", "not supported"),
}

Node = Callable[..., subprocess.Popen[str]]


def machine_token(
    running: Running, resource: str, scope: str = "read", client: str | None = None
) -> str:
    """An access token for a resource."""
    client = client or running.client(
        grant_types=["client_credentials"], allowed_resources=[resource]
    )
    form = {"grant_type": "client_credentials", "scope": scope}
    url, auth = f"{running.url}/token", (client, f"{client}secret")
    with requests.post(url, form, auth=auth, timeout=20) as response:
        token: str = response.json()["access_token"]
    return token


def key_set(running: Running) -> dict[str, Any]:
    """The server's public keys."""
    with requests.get(f"{running.url}/.well-known/jwks.json", timeout=20) as response:
        keys: dict[str, Any] = response.json()
    return keys


def minted(running: Running, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A JWT that the server's own key has signed, whatever it says."""
    services = running.services
    key = services.keyring.signing_key("kms", "RS256")
    signing_input = jws.signing_input({"alg": "RS256", "kid": key.kid, **header}, claims)
    return jws.compact(signing_input, services.signer.sign(key, signing_input))


@pytest.fixture(scope="module")
def tokens(running: Running) -> dict[str, str]:
    """A good token, and what must not be taken for one."""
    good = machine_token(running, AUDIENCE)
    claims = jwt.decode(good, options={"verify_signature": False})
    typ = {"typ": "at+jwt"}
    header, _, signature = good.split(".")
    unsigned = jws.signing_input({**jwt.get_unverified_header(good), "alg": "none"}, claims)
    wider = jws.signing_input(typ, {**claims, "scope": "read write"})
    now = claims["iat"]
    timeless = {name: value for name, value in claims.items() if name != "exp"}
    return {
        "good": good,
        "other audience": minted(running, typ, {**claims, "aud": "https://other.example.com"}),
        "other issuer": minted(running, typ, {**claims, "iss": "https://id.example.com"}),
        "other type": minted(running, {"typ": "JWT"}, claims),
        "expired": minted(running, typ, {**claims, "iat": now - 700, "exp": now - 100}),
        "never expires": minted(running, typ, timeless),
        "other scope": machine_token(running, AUDIENCE, "write"),
        "changed payload": ".".join((header, wider.decode().split(".")[1], signature)),
        "alg none": f"{unsigned.decode()}.{signature}",
        "unknown key": minted(running, {**typ, "kid": "another"}, claims),
    }


@pytest.fixture(scope="module")
def es256(running: Running) -> tuple[str, str]:
    """A resource whose tokens are signed with ES256, and a token for it."""
    resource = running.resource(signing_alg="ES256")
    token = machine_token(running, resource)
    assert jwt.get_unverified_header(token)["alg"] == "ES256"
    return resource, token


@pytest.fixture(scope="module")
def example() -> ModuleType:
    """examples/verify/verify.py, as a program would import it."""
    spec = importlib.util.spec_from_file_location("verify", EXAMPLES / "verify.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# PyJWT


def test_pyjwt_accepts(running: Running, example: ModuleType, tokens: dict[str, str]) -> None:
    """A good token gives its claims; the keys come from the server."""
    claims = example.AccessTokens(running.url, AUDIENCE).check(tokens["good"], "read")
    assert claims["sub"] == claims["client_id"]


@pytest.mark.parametrize("name", REFUSED)
def test_pyjwt_refuses(
    running: Running, example: ModuleType, tokens: dict[str, str], name: str
) -> None:
    """A token that is wrong in one thing is refused for it."""
    checker = example.AccessTokens(running.url, AUDIENCE)
    with pytest.raises(jwt.PyJWTError, match=REFUSED[name][0]):
        checker.check(tokens[name], "read")


def test_pyjwt_accepts_es256(running: Running, example: ModuleType, es256: tuple[str, str]) -> None:
    """The token of a resource that is registered for ES256."""
    resource, token = es256
    assert example.AccessTokens(running.url, resource).check(token, "read")["aud"] == resource


# jose and aws-jwt-verify


@pytest.fixture(scope="module")
def verified(
    node: Node, running: Running, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., dict[str, Any]]:
    """Runs both examples from npm over some tokens."""
    folder = tmp_path_factory.mktemp("verify")
    for script in (NODE / "verify.mjs", *EXAMPLES.glob("*.mjs")):
        shutil.copy(script, folder)
    (folder / "node_modules").symlink_to(NODE / "node_modules")

    def run(tokens: dict[str, str], audience: str = AUDIENCE) -> dict[str, Any]:
        asked = {
            **{"issuer": running.url, "audience": audience, "scope": "read"},
            **{"jwks": key_set(running), "tokens": tokens},
        }
        with node("verify.mjs", folder) as script:
            out, err = script.communicate(json.dumps(asked), timeout=60)
        assert script.returncode == 0, err
        result: dict[str, Any] = json.loads(out)
        return result

    return run


@pytest.fixture(scope="module")
def outcomes(verified: Callable[..., dict[str, Any]], tokens: dict[str, str]) -> dict[str, Any]:
    """What each library made of each token."""
    return verified(tokens)


@pytest.mark.node
@pytest.mark.parametrize("library", ["jose", "aws"])
def test_npm_accepts(outcomes: dict[str, Any], tokens: dict[str, str], library: str) -> None:
    """A good token gives its claims."""
    claims = jwt.decode(tokens["good"], options={"verify_signature": False})
    assert outcomes[library]["good"] == {"sub": claims["sub"]}


@pytest.mark.node
@pytest.mark.parametrize("library", ["jose", "aws"])
@pytest.mark.parametrize("name", REFUSED)
def test_npm_refuses(outcomes: dict[str, Any], library: str, name: str) -> None:
    """A token that is wrong in one thing is refused for it."""
    reason = REFUSED[name][{"jose": 1, "aws": 2}[library]]
    assert reason in outcomes[library][name]["refused"]


@pytest.mark.node
@pytest.mark.parametrize("library", ["jose", "aws"])
def test_npm_accepts_es256(
    verified: Callable[..., dict[str, Any]], es256: tuple[str, str], library: str
) -> None:
    """The token of a resource that is registered for ES256."""
    resource, token = es256
    assert "sub" in verified({"good": token}, resource)[library]["good"]


# The document


@pytest.mark.parametrize("path", sorted(EXAMPLES.iterdir()), ids=lambda path: path.name)
def test_document_quotes_the_file(path: Path) -> None:
    """Each example stands in the document word for word."""
    language = {".py": "python", ".mjs": "js"}[path.suffix]
    assert f"```{language}\n{path.read_text()}```\n" in DOCUMENT.read_text()


# Revocation


def test_revoked_token_passes_a_check_and_not_introspection(
    running: Running, example: ModuleType
) -> None:
    """A resource server sees tokens for its own resource, and learns that one was revoked."""
    resource = running.resource()
    api = running.client(
        grant_types=["client_credentials"],
        allowed_resources=[],
        introspection="audience",
        resource_server=[resource],
    )
    owner = running.client(grant_types=["client_credentials"], allowed_resources=[resource])
    token = machine_token(running, resource, client=owner)
    foreign = machine_token(running, AUDIENCE)

    def ask(path: str, client: str, token: str) -> dict[str, Any]:
        url, auth = f"{running.url}/{path}", (client, f"{client}secret")
        with requests.post(url, {"token": token}, auth=auth, timeout=20) as response:
            answer: dict[str, Any] = response.json()
        return answer

    assert ask("introspect", api, token)["active"] is True
    assert ask("introspect", api, foreign) == {"active": False}
    assert ask("revoke", owner, token) == {}
    assert ask("introspect", api, token) == {"active": False}
    assert example.AccessTokens(running.url, resource).check(token, "read")["aud"] == resource
