"""The kit's WSGI middleware."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from postern_verifier import Needs, Nonces, ProofRules, Verifier
from postern_verifier.adapters.serving import TOKEN
from postern_verifier.adapters.wsgi import Environ, Protected
from tests.kit.issuer import API, NOW, FakeIssuer, bearer, dpop, jkt, proof, token
from tests.vectors import load

BOUND = token(cnf={"jkt": jkt()})
CERTIFIED = load("rfc8705")


def files(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """An application that tells whose files these are."""
    found = environ.get(TOKEN)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [json.dumps(found.subject if found else None).encode()]


def request(app: Any, headers: list[tuple[str, str]], path: str = "/files", **more: str) -> Any:
    """The answer to a request, held against PEP 3333: status, headers, body."""
    environ: Environ = {"SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": "", **more}
    setup_testing_defaults(environ)
    for name, value in headers:
        key = f"HTTP_{name.upper().replace('-', '_')}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    sent: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
        sent.extend((int(status[:3]), headers))
        return lambda data: None

    answer = validator(app)(environ, start_response)
    body = b"".join(answer)
    answer.close()
    return (*sent, body)


def policy(method: str, path: str) -> Needs | None:
    """Health is for everyone, files may be read, and the rest is for administrators."""
    return {"/health": None, "/files": Needs("read")}.get(path, Needs("admin"))


def protected(verifier: Verifier | None = None, **settings: Any) -> Protected:
    """The application behind a verifier."""
    return Protected(files, verifier or FakeIssuer().verifier(), **{"policy": policy, **settings})


def test_a_good_token_reaches_the_application() -> None:
    """In the environ, under a documented name."""
    assert request(protected(), bearer(token())) == (
        200,
        [("Content-Type", "text/plain")],
        b'"alice"',
    )


@pytest.mark.parametrize(
    ("headers", "path", "status", "error"),
    [
        ([], "/files", 401, ""),
        (bearer(token(exp=NOW - 60)), "/files", 401, 'error="invalid_token"'),
        (bearer(token()), "/users", 403, 'error="insufficient_scope"'),
        ([*bearer(token()), *bearer(token())], "/files", 400, 'error="invalid_request"'),
        (dpop(BOUND, proof(BOUND, htu=API)), "/files", 401, 'error="invalid_dpop_proof"'),
        (dpop(BOUND, proof(BOUND), proof(BOUND)), "/files", 401, 'error="invalid_dpop_proof"'),
    ],
    ids=range(6),
)
def test_a_bad_one_does_not(
    headers: list[tuple[str, str]], path: str, status: int, error: str
) -> None:
    """Repeated headers arrive joined, and are refused as well."""
    code, found, _ = request(protected(), headers, path)
    assert code == status
    said = [value for name, value in found if name == "WWW-Authenticate"]
    assert len(said) == 2
    assert any(error in value for value in said)


def test_what_is_open_needs_no_token() -> None:
    """And a token is not looked at there."""
    assert request(protected(), bearer("x"), "/health")[0] == 200


def test_a_proof_names_the_origin_that_clients_know() -> None:
    """Neither the Host header nor the server's own name has a say."""
    app = protected()
    evil = proof(BOUND, htu="http://evil.example/files")
    assert request(app, dpop(BOUND, evil), HTTP_HOST="evil.example")[0] == 401
    assert request(app, dpop(BOUND, proof(BOUND)), HTTP_HOST="evil.example")[0] == 200


@pytest.mark.parametrize(
    ("script", "path", "query", "htu"),
    [
        ("/v1", "/files", "", f"{API}/v1/files"),
        ("", "/files", "page=2", f"{API}/files"),
        ("", "/a b", "", f"{API}/a%20b"),
        ("", "/\u00c3\u00a9", "", f"{API}/%C3%A9"),
        ("", "/a;b=c,d", "", f"{API}/a;b=c,d"),
        ("", "/", "", API),
    ],
)
def test_the_url_is_put_together_again(script: str, path: str, query: str, htu: str) -> None:
    """From what the server has taken apart and unescaped."""
    app = protected(policy=lambda method, path: Needs())
    made = dpop(BOUND, proof(BOUND, htu=htu))
    assert request(app, made, path, SCRIPT_NAME=script, QUERY_STRING=query)[0] == 200


def test_a_policy_sees_the_path_as_text() -> None:
    """Whole, and in the characters that the client meant."""
    seen: list[tuple[str, str]] = []

    def watch(method: str, path: str) -> None:
        seen.append((method, path))

    request(protected(policy=watch), [], "/\u00c3\u00a9", SCRIPT_NAME="/v1")
    assert seen == [("GET", "/v1/é")]


def test_the_metadata_are_served() -> None:
    """At their well-known path, without a token."""
    app = protected(metadata={"scopes_supported": ["read"]})
    status, headers, body = request(app, [], "/.well-known/oauth-protected-resource")
    assert (status, json.loads(body)["resource"]) == (200, API)
    assert ("Content-Type", "application/json") in headers


def test_the_certificate_is_the_connections() -> None:
    """By a variable of the server's, which no header becomes; or as the application says."""
    headers = bearer(token(cnf=CERTIFIED["cnf"]))
    assert request(protected(), headers, SSL_CLIENT_CERT=CERTIFIED["pem"])[0] == 200
    assert request(protected(), headers, SSL_CLIENT_CERT="")[0] == 401
    in_header = [*headers, ("SSL-Client-Cert", CERTIFIED["pem"].replace("\n", " "))]
    assert request(protected(), in_header)[0] == 401
    own = protected(certificate=lambda environ: environ["own.certificate"])
    assert request(own, headers, **{"own.certificate": CERTIFIED["pem"]})[0] == 200


def test_a_new_nonce_comes_with_the_answer() -> None:
    """RFC 9449 section 8.2: added to the application's own headers."""
    nonces = Nonces(b"s" * 32)
    app = protected(FakeIssuer().verifier(proofs=ProofRules(nonces=nonces)))
    made = proof(BOUND, nonce=nonces.current(NOW - 300))
    _, headers, _ = request(app, dpop(BOUND, made))
    assert ("DPoP-Nonce", nonces.current(NOW)) in headers
