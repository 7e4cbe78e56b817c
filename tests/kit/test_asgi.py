"""The kit's ASGI middleware."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from postern_verifier import Needs, Nonces, ProofRules, Verifier
from postern_verifier.adapters.asgi import Message, Protected, Receive, Scope, Send
from postern_verifier.adapters.serving import TOKEN
from tests.kit.issuer import API, NOW, FakeIssuer, bearer, dpop, jkt, proof, token
from tests.vectors import load

BOUND = token(cnf={"jkt": jkt()})
CERTIFIED = load("rfc8705")


async def files(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that tells whose files these are."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    found = scope.get(TOKEN)
    body = json.dumps(found.subject if found else None).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]})
    await send({"type": "http.response.body", "body": body})


def request(app: Any, headers: list[tuple[str, str]], path: str = "/files", **scope: Any) -> Any:
    """The answer to a request: status, headers, body."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asked = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        **scope,
    }
    asyncio.run(app(asked, receive, send))
    if asked["type"] == "websocket":
        return sent
    found = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
    return sent[0]["status"], found, sent[1]["body"]


def policy(method: str, path: str) -> Needs | None:
    """Health is for everyone, files may be read, and the rest is for administrators."""
    return {"/health": None, "/files": Needs("read")}.get(path, Needs("admin"))


def protected(verifier: Verifier | None = None, **settings: Any) -> Protected:
    """The application behind a verifier."""
    return Protected(files, verifier or FakeIssuer().verifier(), **{"policy": policy, **settings})


def test_a_good_token_reaches_the_application() -> None:
    """In the scope, under a documented name; the answer is the application's own."""
    assert request(protected(), bearer(token())) == (200, [("x", "y")], b'"alice"')


@pytest.mark.parametrize(
    ("headers", "path", "status", "error"),
    [
        ([], "/files", 401, ""),
        (bearer(token(exp=NOW - 60)), "/files", 401, 'error="invalid_token"'),
        (bearer(token()), "/users", 403, 'error="insufficient_scope"'),
        ([*bearer(token()), *bearer(token())], "/files", 400, 'error="invalid_request"'),
        (dpop(BOUND, proof(BOUND, htu=API)), "/files", 401, 'error="invalid_dpop_proof"'),
    ],
    ids=range(5),
)
def test_a_bad_one_does_not(
    headers: list[tuple[str, str]], path: str, status: int, error: str
) -> None:
    """The challenges come as headers of their own."""
    code, found, _ = request(protected(), headers, path)
    assert code == status
    said = [value for name, value in found if name == "www-authenticate"]
    assert len(said) == 2
    assert any(error in value for value in said)


def test_what_is_open_needs_no_token() -> None:
    """And a token is not looked at there."""
    assert request(protected(), bearer("x"), "/health")[0] == 200


def test_a_proof_names_the_origin_that_clients_know() -> None:
    """The Host header, which a sender chooses, has no say; nor has the scheme behind a proxy."""
    evil = proof(BOUND, htu="http://evil.example/files")
    app = protected()
    scope = {"scheme": "http", "server": ("evil.example", 80)}
    headers = [("Host", "evil.example"), *dpop(BOUND, evil)]
    assert request(app, headers, **scope)[0] == 401
    headers = [("Host", "evil.example"), *dpop(BOUND, proof(BOUND))]
    assert request(app, headers, **scope)[0] == 200


def test_an_origin_can_be_given() -> None:
    """For a machine of one's own, or a resource whose name is no URL."""
    app = protected(FakeIssuer().verifier(), origin="http://127.0.0.1:9000")
    made = proof(BOUND, htu="http://127.0.0.1:9000/files")
    assert request(app, dpop(BOUND, made))[0] == 200
    with pytest.raises(ValueError, match="origin"):
        protected(Verifier("https://id.example.com", "urn:api"))


def test_escapes_in_a_path_stay_as_they_were_sent() -> None:
    """A proof is for the URL on the wire, not for what the server made of it."""
    app = protected(policy=lambda method, path: Needs())
    made = proof(BOUND, htu=f"{API}/a%2Fb")
    assert request(app, dpop(BOUND, made), "/a/b", raw_path=b"/a%2Fb")[0] == 200
    made = proof(BOUND, htu=f"{API}/a%2Fb")
    assert request(app, dpop(BOUND, made), "/a/b", raw_path=b"/a/b")[0] == 401


def test_the_metadata_are_served() -> None:
    """At their well-known path, without a token, to scripts of any site."""
    app = protected(metadata={"scopes_supported": ["read"]})
    status, headers, body = request(app, [], "/.well-known/oauth-protected-resource")
    assert status == 200
    assert ("access-control-allow-origin", "*") in headers
    assert json.loads(body)["scopes_supported"] == ["read"]


def test_the_certificate_is_the_connections() -> None:
    """By the TLS extension of ASGI, and by no header."""
    headers = bearer(token(cnf=CERTIFIED["cnf"]))
    tls = {"tls": {"client_cert_chain": (CERTIFIED["pem"],)}}
    assert request(protected(), headers, extensions=tls)[0] == 200
    for other in ({}, {"tls": {}}, {"tls": {"client_cert_chain": []}}):
        assert request(protected(), headers, extensions=other)[0] == 401
    in_header = [*headers, ("X-Client-Cert", CERTIFIED["pem"].replace("\n", " "))]
    assert request(protected(), in_header)[0] == 401


def test_a_new_nonce_comes_with_the_answer() -> None:
    """RFC 9449 section 8.2: added to the application's own headers."""
    nonces = Nonces(b"s" * 32)
    app = protected(FakeIssuer().verifier(proofs=ProofRules(nonces=nonces)))
    made = proof(BOUND, nonce=nonces.current(NOW - 300))
    _, headers, _ = request(app, dpop(BOUND, made))
    assert headers == [("x", "y"), ("dpop-nonce", nonces.current(NOW))]


def test_a_websocket_needs_a_token_too() -> None:
    """Without one it is closed before it was accepted."""
    app = protected()
    assert request(app, [], type="websocket") == [{"type": "websocket.close", "code": 1008}]
    assert request(app, bearer(token()), type="websocket") == [{"type": "websocket.accept"}]


def test_the_lifespan_passes() -> None:
    """A server's start and stop are no requests."""
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    asyncio.run(Protected(app, FakeIssuer().verifier())({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]
