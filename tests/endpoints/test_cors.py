"""Cross-origin requests: which answers scripts of any site may read. Fetch, RFC 8414 section 3."""

from __future__ import annotations

import pytest

from tests.world import World

OPEN = [
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/.well-known/openid-configuration"),
    ("GET", "/.well-known/jwks.json"),
    ("POST", "/token"),
    ("POST", "/par"),
    ("POST", "/revoke"),
    ("GET", "/userinfo"),
    ("POST", "/userinfo"),
]
METHODS = {"/token": "POST", "/par": "POST", "/revoke": "POST", "/userinfo": "GET, POST"}
CLOSED = [
    ("GET", "/authorize"),
    ("POST", "/authorize"),
    ("POST", "/authorize/sign-in"),
    ("POST", "/authorize/consent"),
    ("POST", "/introspect"),
    ("GET", "/errors/invalid_grant"),
    ("GET", "/healthz"),
]
ORIGIN = ("Origin", "https://app.example")
EXPOSED = "WWW-Authenticate, DPoP-Nonce, Retry-After, X-Request-Id"


def of_cors(reply_headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The CORS headers of an answer."""
    return {n: v for n, v in reply_headers if n.lower().startswith("access-control-")}


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_any_site_may_read_the_answer(still: World, method: str, path: str) -> None:
    """Errors too (these POSTs are empty); never with cookies."""
    for headers in ([ORIGIN], []):
        reply = still.request(method, path, headers=headers)
        assert of_cors(reply.answer.headers) == {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": EXPOSED,
        }


@pytest.mark.parametrize("path", ["/token", "/par", "/revoke"])
def test_failures_may_be_read_as_well(still: World, path: str) -> None:
    """401 and 405 tell a script what is wrong."""
    refused = still.post(path, {"grant_type": "refresh_token", "token": "x", "client_id": "nobody"})
    assert refused.status == 401
    assert refused.header("Access-Control-Allow-Origin") == "*"
    wrong = still.request("GET", path, headers=[ORIGIN])
    assert wrong.status == 405
    assert wrong.header("Access-Control-Allow-Origin") == "*"


@pytest.mark.parametrize(("method", "path"), OPEN)
def test_a_preflight_says_what_may_be_sent(still: World, method: str, path: str) -> None:
    """For an hour."""
    headers = [
        ORIGIN,
        ("Access-Control-Request-Method", method),
        ("Access-Control-Request-Headers", "authorization,content-type"),
    ]
    reply = still.request("OPTIONS", path, headers=headers)
    assert reply.status == 204
    assert of_cors(reply.answer.headers) == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": EXPOSED,
        "Access-Control-Allow-Methods": METHODS.get(path, "GET, HEAD"),
        "Access-Control-Allow-Headers": "Authorization, Content-Type, DPoP, MCP-Protocol-Version",
        "Access-Control-Max-Age": "3600",
    }


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_no_site_may_read_the_others(still: World, method: str, path: str) -> None:
    """What people and resource servers ask for is not for scripts of other sites."""
    assert of_cors(still.request(method, path, headers=[ORIGIN]).answer.headers) == {}
    preflight = [ORIGIN, ("Access-Control-Request-Method", method)]
    assert of_cors(still.request("OPTIONS", path, headers=preflight).answer.headers) == {}
