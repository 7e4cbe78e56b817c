"""The kit's examples, and the kit itself, with tokens of a running Postern."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from chalicelib.protocol import jwt as jws
from infra import seeds
from postern_verifier import Introspection, Refused, StatusLists, Verifier, errors
from postern_verifier.encoding import digest
from postern_verifier.issuer import metadata_urls
from tests import client_signatures as signatures
from tests.kit.issuer import bearer, dpop, jkt, refusal
from tests.running import ROOT, Running, started

API = str(seeds.RESOURCE["resource"])
EXAMPLES = ("asgi_api", "wsgi_api", "chalice_api", "lambda_api")
SECONDS = 60


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The server of this file."""
    with started(tmp_path_factory.mktemp("server")) as server:
        yield server


@contextmanager
def example(name: str, issuer: str) -> Iterator[str]:
    """The address of an example, run as its first lines say."""
    with subprocess.Popen(
        [sys.executable, "-m", f"examples.api.{name}"],
        cwd=ROOT,
        env={**os.environ, "ISSUER": issuer, "PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("ready "), line
            yield line.removeprefix("ready ").strip()
        finally:
            process.terminate()


@pytest.fixture(scope="module", params=EXAMPLES)
def api(request: pytest.FixtureRequest, running: Running) -> Iterator[str]:
    """One of the examples."""
    with example(request.param, running.url) as url:
        yield url


def machine_token(running: Running, scope: str = "read", **resources: str) -> str:
    """An access token for the example API, or for another resource."""
    resource = resources.get("resource", API)
    client = running.client(grant_types=["client_credentials"], allowed_resources=[resource])
    return granted(running, client, scope)


def granted(running: Running, client: str, scope: str = "read") -> str:
    """An access token of a client."""
    form = {"grant_type": "client_credentials", "scope": scope}
    auth = (client, f"{client}secret")
    with requests.post(f"{running.url}/token", form, auth=auth, timeout=SECONDS) as response:
        token: str = response.json()["access_token"]
    return token


def minted(running: Running, **changes: Any) -> str:
    """A token that the server's own key has signed, with other claims than it would give."""
    now = int(time.time())
    claims = {
        "iss": running.url,
        "sub": "alice",
        "aud": API,
        "client_id": "app",
        "scope": "read",
        "iat": now,
        "exp": now + 600,
        "jti": secrets.token_hex(8),
        **changes,
    }
    services = running.services
    key = services.keyring.signing_key("kms", "RS256")
    signing_input = jws.signing_input({"alg": "RS256", "kid": key.kid, "typ": "at+jwt"}, claims)
    return jws.compact(signing_input, services.signer.sign(key, signing_input))


def proof(text: str, url: str, method: str = "GET") -> str:
    """A DPoP proof made now."""
    key = signatures.private_key("EC", "client")
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": signatures.public_jwk(key)}
    claims = {
        "jti": secrets.token_hex(8),
        "htm": method,
        "htu": url,
        "iat": int(time.time()),
        "ath": digest(text.encode()),
    }
    return signatures.signed(header, claims, key)


def asked(method: str, url: str, headers: dict[str, str]) -> tuple[int, str, Any]:
    """The status, challenge and document that an API answers."""
    with requests.request(method, url, headers=headers, timeout=SECONDS) as response:
        challenge = response.headers.get("WWW-Authenticate", "")
        return response.status_code, challenge, response.json() if response.ok else None


# The examples


def test_a_token_of_postern_opens_the_api(api: str, running: Running) -> None:
    """And the API learns whose it is; what is open needs none."""
    client = running.client(grant_types=["client_credentials"], allowed_resources=[API])
    headers = {"Authorization": f"Bearer {granted(running, client)}"}
    assert asked("GET", f"{api}/files", headers) == (200, "", {"files_of": client})
    assert asked("GET", f"{api}/health", {})[0] == 200


def test_a_request_without_a_token_is_told_where_to_go(api: str) -> None:
    """RFC 9728 section 5.1."""
    status, challenge, _ = asked("GET", f"{api}/files", {})
    assert status == 401
    assert f'resource_metadata="{API}/.well-known/oauth-protected-resource"' in challenge
    assert "error" not in challenge


def test_a_token_that_may_only_read_does_not_write(api: str, running: Running) -> None:
    """403, with the scope that is needed."""
    headers = {"Authorization": f"Bearer {machine_token(running)}"}
    status, challenge, _ = asked("POST", f"{api}/files", headers)
    assert status == 403
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="read write"' in challenge


def test_a_bad_token_does_not_open_the_api(api: str, running: Running) -> None:
    """Another audience, changed, expired, an ID token's type, or nonsense."""
    good = machine_token(running)
    bad = [
        machine_token(running, resource=running.resource()),
        f"{good[:-8]}AAAAAAAA",
        minted(running, exp=int(time.time()) - 60),
        minted(running, iss="https://id.example.com"),
        "nonsense",
    ]
    for text in bad:
        status, challenge, _ = asked("GET", f"{api}/files", {"Authorization": f"Bearer {text}"})
        assert status == 401
        assert challenge.startswith(("Bearer ", "DPoP "))


def test_a_bound_token_needs_its_proof(api: str, running: Running) -> None:
    """It opens the API once with each proof, and never as a bearer token."""
    text = minted(running, cnf={"jkt": jkt()})
    headers = {"Authorization": f"DPoP {text}", "DPoP": proof(text, f"{api}/files")}
    assert asked("GET", f"{api}/files?page=2", headers)[0] == 200
    assert asked("GET", f"{api}/files", headers)[0] == 401
    elsewhere = {**headers, "DPoP": proof(text, f"{api}/users")}
    assert asked("GET", f"{api}/files", elsewhere)[0] == 401
    assert asked("GET", f"{api}/files", {"Authorization": f"Bearer {text}"})[0] == 401


@pytest.mark.parametrize("name", ["asgi_api", "wsgi_api", "chalice_api"])
def test_the_metadata_lead_to_the_issuer(name: str, running: Running) -> None:
    """A client that knows only the API finds the server that gives tokens for it."""
    with example(name, running.url) as url:
        _, _, document = asked("GET", f"{url}/.well-known/oauth-protected-resource", {})
    assert document["resource"] == API
    assert document["scopes_supported"] == ["read", "write"]
    (issuer,) = document["authorization_servers"]
    assert asked("GET", metadata_urls(issuer)[0], {})[2]["issuer"] == issuer


# The kit itself


def test_both_metadata_documents_lead_to_the_keys(running: Running) -> None:
    """The kit takes the first; Postern has both, and they agree."""
    first, second = (asked("GET", url, {})[2] for url in metadata_urls(running.url))
    assert first["jwks_uri"] == second["jwks_uri"]


def test_a_token_that_postern_revoked_is_refused_at_once(running: Running) -> None:
    """By introspection; by its signature alone it is good until it expires."""
    resource = running.resource()
    client = running.client(
        grant_types=["client_credentials"],
        allowed_resources=[],
        introspection="audience",
        resource_server=[resource],
    )
    owner = running.client(grant_types=["client_credentials"], allowed_resources=[resource])
    text = granted(running, owner)
    ask = Introspection(client_id=client, client_secret=f"{client}secret")
    opaque = Introspection(client_id=client, client_secret=f"{client}secret", opaque=True)
    asking = [Verifier(running.url, resource, introspection=way) for way in (ask, opaque)]
    alone = Verifier(running.url, resource)
    for verifier in (*asking, alone):
        assert verifier.check(bearer(text), "GET", f"{resource}/files").client_id == owner
    auth = (owner, f"{owner}secret")
    with requests.post(
        f"{running.url}/revoke", {"token": text}, auth=auth, timeout=SECONDS
    ) as response:
        assert response.status_code == 200
    for verifier in asking:
        assert type(refusal(verifier, bearer(text))) is errors.NotActive
    assert alone.check(bearer(text), "GET", f"{resource}/files")


def test_a_token_that_postern_revoked_is_refused_by_its_status_list(running: Running) -> None:
    """Fetched once, over the network; the other token in it is good."""
    resource = running.resource(status_list=True)
    owner = running.client(grant_types=["client_credentials"], allowed_resources=[resource])
    revoked, good = granted(running, owner), granted(running, owner)
    auth, form = (owner, f"{owner}secret"), {"token": revoked}
    with requests.post(f"{running.url}/revoke", form, auth=auth, timeout=SECONDS) as response:
        assert response.status_code == 200
    verifier = Verifier(running.url, resource, status_lists=StatusLists())
    assert type(refusal(verifier, bearer(revoked))) is errors.NotActive
    assert verifier.check(bearer(good), "GET", f"{resource}/files").client_id == owner


def test_a_resource_server_with_a_wrong_secret_learns_nothing(running: Running) -> None:
    """And serves nothing: 503, for its operator to see."""
    client = running.client(grant_types=["client_credentials"], allowed_resources=[])
    wrong = Introspection(client_id=client, client_secret="wrong")
    verifier = Verifier(running.url, API, introspection=wrong)
    problem = refusal(verifier, bearer(machine_token(running)))
    assert (type(problem), problem.status) == (errors.IssuerUnavailable, 503)


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_each_algorithm_of_a_resource(running: Running, alg: str) -> None:
    """As its operator has registered it."""
    resource = running.resource(signing_alg=alg)
    text = machine_token(running, resource=resource)
    assert Verifier(running.url, resource).check(bearer(text), "GET", resource)
    with pytest.raises(Refused):
        Verifier(running.url, API).check(dpop(text), "GET", API)
