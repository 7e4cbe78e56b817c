"""The kit's middleware for MCP servers. MCP 2026-07-28, Authorization; RFC 6750, RFC 9728."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from postern_verifier.adapters.asgi import Message, Receive, Scope, Send
from postern_verifier.adapters.mcp import ProtectedTools
from postern_verifier.adapters.serving import TOKEN
from tests.kit.issuer import ISSUER, FakeIssuer, bearer, dpop, jkt, proof, token

SERVER = "https://mcp.example.com/mcp"
METADATA = "/.well-known/oauth-protected-resource/mcp"
READER = token(aud=SERVER, scope="read offline_access")
WRITER = token(aud=SERVER, scope="read write")


def call(name: object = "add") -> dict[str, object]:
    """A message that calls a tool."""
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name}}


async def server(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that gives back whose message it was, the message, and what came after."""
    parts, more = [], scope["method"] == "POST"
    while more:
        message = await receive()
        parts.append(message["body"])
        more = message["more_body"]
    after = (await receive())["type"]
    said = [scope[TOKEN].subject, b"".join(parts).decode(), after]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(said).encode()})


def ask(
    body: object, headers: list[tuple[str, str]], method: str = "POST", path: str = "/mcp"
) -> tuple[int, list[tuple[str, str]], Any]:
    """The answer to a message that comes in two parts: status, headers, JSON."""
    whole = body if isinstance(body, bytes) else json.dumps(body).encode()
    half = len(whole) // 2
    coming: list[Message] = [
        {"type": "http.request", "body": whole[:half], "more_body": True},
        {"type": "http.request", "body": whole[half:], "more_body": False},
    ]
    coming = [*coming, {"type": "http.disconnect"}] if method == "POST" else coming
    sent: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    app = ProtectedTools(
        server,
        FakeIssuer().verifier(SERVER),
        scope="read",
        tools={"add": "write", "wipe": "write admin"},
        metadata={"resource_name": "Notes"},
        most=10_000,
    )
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(app(scope, receive, send))
    found = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
    return sent[0]["status"], found, json.loads(sent[1]["body"])


def challenge(headers: list[tuple[str, str]]) -> str:
    """All challenges, as clients read them: in one line."""
    return ", ".join(value for name, value in headers if name == "www-authenticate")


def test_the_metadata_name_every_scope() -> None:
    """RFC 9728: at the path's own well-known URL, for scripts of any site, without a token."""
    status, headers, document = ask({}, [], "GET", METADATA)
    assert (status, dict(headers)["access-control-allow-origin"]) == (200, "*")
    assert document["resource"] == SERVER
    assert document["authorization_servers"] == [ISSUER]
    assert document["scopes_supported"] == ["read", "write", "admin"]
    assert document["bearer_methods_supported"] == ["header"]
    assert document["resource_name"] == "Notes"
    assert "ES256" in document["dpop_signing_alg_values_supported"]


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_without_a_token_it_says_where_to_get_one(method: str) -> None:
    """401 with the scope to begin with, whatever the message."""
    status, headers, _ = ask(call(), [], method)
    where = f"https://mcp.example.com{METADATA}"
    assert status == 401
    assert f'Bearer scope="read", resource_metadata="{where}"' in challenge(headers)


@pytest.mark.parametrize(
    ("sent", "body", "status"),
    [
        (READER, call("show"), 200),
        (READER, call("add"), 403),
        (READER, call("wipe"), 403),
        (WRITER, call("add"), 200),
        (WRITER, call("wipe"), 403),
        (READER, {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}, 200),
        (READER, [call("show"), call("add")], 403),
        (WRITER, [call("show"), call("add")], 200),
        (READER, [call("show"), 1, None], 200),
        (READER, {"method": "tools/call", "params": ["add"]}, 200),
        (READER, {"method": "tools/call"}, 200),
        (READER, call(["add"]), 200),
        (READER, {"method": "resources/read", "params": {"name": "add"}}, 200),
        (token(aud=SERVER, scope="write"), call("show"), 403),
        (token(aud="https://mcp.example.com", scope="read"), call("show"), 401),
        (token(aud=f"{SERVER}/", scope="read"), call("show"), 401),
    ],
    ids=range(16),
)
def test_a_tool_needs_its_scope(sent: str, body: object, status: int) -> None:
    """And the scope of every request; what is no call of a tool needs only that."""
    assert ask(body, bearer(sent))[0] == status


def test_the_server_gets_the_whole_message() -> None:
    """With the token's user, and it hears when the client leaves."""
    body = call("add")
    assert ask(body, bearer(WRITER))[2] == ["alice", json.dumps(body), "http.disconnect"]


def test_a_step_up_asks_for_all_at_once() -> None:
    """What the token had, what every request needs, and what the tool needs."""
    _, headers, body = ask(call("wipe"), bearer(READER))
    assert 'error="insufficient_scope"' in challenge(headers)
    assert ' scope="read write admin", ' in challenge(headers)
    assert f'resource_metadata="https://mcp.example.com{METADATA}"' in challenge(headers)
    assert body["error"] == "insufficient_scope"


def test_a_step_up_of_a_bound_token() -> None:
    """The error is in the challenge of its scheme, the scope in both; Bearer comes first."""
    bound = token(aud=SERVER, scope="read", cnf={"jkt": jkt()})
    shown = dpop(bound, proof(bound, htm="POST", htu=SERVER))
    _, headers, _ = ask(call("add"), shown)
    bearer_s, its_own = (value for name, value in headers if name == "www-authenticate")
    assert bearer_s.startswith('Bearer scope="read write", resource_metadata=')
    assert its_own.startswith('DPoP error="insufficient_scope", ')
    assert ' scope="read write", ' in its_own


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf" + json.dumps(call("show")).encode(),
        b'{"method": "tools/call", "params": {"name": "show"}, "params": {"name": "add"}}',
        b'{"method": "tools/call", "params": {"name": "show", "name": "add"}}',
        b'{"x": NaN}',
        b"[" * 5000,
        b'{"x": "' + b"x" * 10_000 + b'"}',
    ],
    ids=range(9),
)
def test_what_could_be_read_in_two_ways_is_refused(body: bytes) -> None:
    """Or the tool that is called would not be the one that was checked."""
    status, _, answer = ask(body, bearer(WRITER))
    assert (status, answer["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_other_methods_have_no_message(method: str) -> None:
    """A stream or the end of a session: the scope of every request is enough."""
    assert ask(b"", bearer(READER), method)[0] == 200
    assert ask(b"", bearer(token(aud=SERVER, scope="write")), method)[0] == 403
