"""Once client and redirect URI are proved, what is wrong is told to the client.

RFC 6749 section 4.1.2.1, RFC 9207, OpenID Connect Core section 3.1.2.6.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.reply import Reply
from tests.world import CHALLENGE, REDIRECT, World

FORM = ("Content-Type", "application/x-www-form-urlencoded")
methods = pytest.mark.parametrize("method", ["GET", "POST"])

TABLE = [
    # parameter, its values, the error
    ("response_type", (), "invalid_request"),
    ("response_type", ("",), "invalid_request"),
    ("response_type", ("token",), "unsupported_response_type"),
    ("response_type", ("id_token",), "unsupported_response_type"),
    ("response_type", ("code token",), "unsupported_response_type"),
    ("response_type", ("CODE",), "unsupported_response_type"),
    ("response_type", ("code\0",), "unsupported_response_type"),
    ("response_type", ("code", "code"), "invalid_request"),
    ("response_type", ("c" * 5000,), "unsupported_response_type"),
    ("response_mode", ("fragment",), "invalid_request"),
    ("response_mode", ("web_message",), "invalid_request"),
    ("response_mode", ("query", "query"), "invalid_request"),
    ("response_mode", ("é",), "invalid_request"),
    ("code_challenge", (), "invalid_request"),
    ("code_challenge", ("",), "invalid_request"),
    ("code_challenge", (CHALLENGE, CHALLENGE), "invalid_request"),
    ("code_challenge", (CHALLENGE[:-1],), "invalid_request"),
    ("code_challenge", (CHALLENGE + "a",), "invalid_request"),
    ("code_challenge", (CHALLENGE + "=",), "invalid_request"),
    ("code_challenge", (CHALLENGE + "\n",), "invalid_request"),
    ("code_challenge", ("!" * 43,), "invalid_request"),
    ("code_challenge", ("c" * 5000,), "invalid_request"),
    ("code_challenge", ("١" * 43,), "invalid_request"),
    ("code_challenge_method", (), "invalid_request"),
    ("code_challenge_method", ("plain",), "invalid_request"),
    ("code_challenge_method", ("s256",), "invalid_request"),
    ("code_challenge_method", ("S256", "S256"), "invalid_request"),
    ("code_challenge_method", ("S512",), "invalid_request"),
    ("scope", (), "invalid_scope"),
    ("scope", ("",), "invalid_scope"),
    ("scope", (" ",), "invalid_scope"),
    ("scope", ("read  write",), "invalid_scope"),
    ("scope", (" read",), "invalid_scope"),
    ("scope", ("read\twrite",), "invalid_scope"),
    ("scope", ("read\0",), "invalid_scope"),
    ("scope", ('"read"',), "invalid_scope"),
    ("scope", ("lesen-é",), "invalid_scope"),
    ("scope", ("unknown",), "invalid_scope"),
    ("scope", ("READ",), "invalid_scope"),
    ("scope", ("read unknown",), "invalid_scope"),
    ("scope", (" ".join(f"s{number}" for number in range(101)),), "invalid_scope"),
    ("scope", ("s" * 5000,), "invalid_scope"),
    ("scope", ("read", "write"), "invalid_request"),
    ("resource", ("https://other.example.com",), "invalid_target"),
    ("resource", ("https://api.example.com/x",), "invalid_target"),
    ("resource", ("https://api.example.com#f",), "invalid_target"),
    ("resource", ("/relative",), "invalid_target"),
    ("resource", ("not a uri",), "invalid_target"),
    ("resource", ("https://api.example.com", "https://other.example.com"), "invalid_target"),
    ("resource", ("https://api.example.com\0",), "invalid_target"),
    ("resource", ("r" * 5000,), "invalid_target"),
    ("prompt", ("always",), "invalid_request"),
    ("prompt", ("none login",), "invalid_request"),
    ("prompt", ("none consent",), "invalid_request"),
    ("prompt", ("LOGIN",), "invalid_request"),
    ("prompt", ("login", "login"), "invalid_request"),
    ("max_age", ("soon",), "invalid_request"),
    ("max_age", ("-1",), "invalid_request"),
    ("max_age", ("1.5",), "invalid_request"),
    ("max_age", ("١٢",), "invalid_request"),
    ("max_age", ("1" * 10,), "invalid_request"),
    ("max_age", ("1\n",), "invalid_request"),
    ("claims", ("x",), "invalid_request"),
    ("claims", ("[]",), "invalid_request"),
    ("claims", ('{"id_token":{"email":true}}',), "invalid_request"),
    ("claims", ('{"userinfo":{"email":{"essential":1}}}',), "invalid_request"),
    ("claims", ('{"userinfo":{},"userinfo":{}}',), "invalid_request"),
    ("claims", ("[" * 5000,), "invalid_request"),
    ("claims", ("{}", "{}"), "invalid_request"),
    ("request", ("eyJhbGciOiJub25lIn0.e30.",), "request_not_supported"),
    ("request", ("e30.e30.x", "e30.e30.x"), "invalid_request"),
    ("request_uri", ("https://client.example/r",), "invalid_request_uri"),
    ("request_uri", ("urn:example:request:x",), "invalid_request_uri"),
    ("nonce", ("n" * 2049,), "invalid_request"),
    ("nonce", ("a", "b"), "invalid_request"),
    ("login_hint", ("a", "b"), "invalid_request"),
    ("unknown", ("a", "b"), "invalid_request"),
    ("unknown", ("a", "a"), "invalid_request"),
]


def ask(world: World, method: str, name: str, values: tuple[str, ...]) -> Reply:
    """A good request with one parameter replaced, as a query or as a form."""
    pairs = [pair for pair in parse_qsl(urlsplit(world.authorize_url()).query) if pair[0] != name]
    encoded = urlencode([*pairs, *((name, value) for value in values)])
    if method == "GET":
        return world.request("GET", f"/authorize?{encoded}")
    return world.request("POST", "/authorize", headers=[FORM], body=encoded.encode())


def told(reply: Reply) -> dict[str, str]:
    """What the redirect tells the client."""
    assert reply.status == 303, reply.text
    location = reply.header("Location") or ""
    assert location.startswith(REDIRECT + "?")
    assert "#" not in location
    members = parse_qsl(urlsplit(location).query, strict_parsing=True)
    assert len(dict(members)) == len(members)
    return dict(members)


@methods
@pytest.mark.parametrize(("name", "values", "error"), TABLE, ids=lambda given: repr(given)[:40])
def test_what_is_wrong_is_told_to_the_client(
    still: World, method: str, name: str, values: tuple[str, ...], error: str
) -> None:
    """The registered code, words, a page about it, the state and the issuer; and no more."""
    members = told(ask(still, method, name, values))
    assert members.keys() == {"error", "error_description", "error_uri", "state", "iss"}
    assert members["error"] == error
    assert members["error_uri"] == f"{still.issuer}/errors/{error}"
    assert members["state"] == "af0ifjsldkj"
    assert members["iss"] == still.issuer


@methods
@pytest.mark.parametrize(
    "values", [("s" * 2049,), ("é" * 1025,), ("a", "b"), ("a", "a")], ids=lambda v: repr(v)[:20]
)
def test_a_state_that_cannot_be_kept_is_refused_and_not_sent_back(
    still: World, method: str, values: tuple[str, ...]
) -> None:
    """Longer than 2048 bytes, or sent twice."""
    members = told(ask(still, method, "state", values))
    assert members["error"] == "invalid_request"
    assert "state" not in members


@methods
@pytest.mark.parametrize("values", [(), ("",)])
def test_without_a_state_none_comes_back(
    still: World, method: str, values: tuple[str, ...]
) -> None:
    """An empty parameter is one that was not sent."""
    pairs = dict(parse_qsl(urlsplit(still.authorize_url(scope="unknown")).query))
    kept = [(name, value) for name, value in pairs.items() if name != "state"]
    query = urlencode([*kept, *(("state", value) for value in values)])
    if method == "GET":
        reply = still.request("GET", f"/authorize?{query}")
    else:
        reply = still.request("POST", "/authorize", headers=[FORM], body=query.encode())
    assert "state" not in told(reply)


@methods
@pytest.mark.parametrize("method_sent", [True, False])
def test_pkce_cannot_be_left_out(still: World, method: str, method_sent: bool) -> None:
    """RFC 9700 section 2.1.1: no downgrade by dropping the challenge, with its method or alone."""
    changes: dict[str, str | None] = {"code_challenge": None, "nonce": "n", "scope": "openid read"}
    if not method_sent:
        changes["code_challenge_method"] = None
    query = urlsplit(still.authorize_url(**changes)).query
    if method == "GET":
        reply = still.request("GET", f"/authorize?{query}")
    else:
        reply = still.request("POST", "/authorize", headers=[FORM], body=query.encode())
    assert told(reply)["error"] == "invalid_request"
