"""/userinfo and what it refuses. OpenID Connect Core section 5.3, RFC 6750 sections 2 and 3."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.administration import clients, users
from chalicelib.records.user import User
from tests.reply import Reply, claims
from tests.world import World

FORM = ("Content-Type", "application/x-www-form-urlencoded")
CHALLENGE = 'Bearer realm="https://id.example.com", scope="openid"'
DPOP_CHALLENGE = (
    'DPoP realm="https://id.example.com", scope="openid", algs="RS256 ES256 PS256 Ed25519 EdDSA"'
)


def challenges(reply: Reply) -> list[str]:
    """What the answer says about authentication; API Gateway renames the header."""
    name = "WWW-Authenticate"
    return reply.headers_of(name) or reply.headers_of(f"x-amzn-Remapped-{name}")


def is_refused(reply: Reply, status: int, error: str) -> None:
    """RFC 6750 section 3: the error stands in the header and, in JSON, in the body."""
    assert (reply.status, reply.json["error"]) == (status, error)
    description = reply.json["error_description"]
    told = f'{CHALLENGE}, error="{error}", error_description="{description}"'
    assert challenges(reply) == [told]


@pytest.fixture
def tokens(still: World) -> dict[str, Any]:
    """What the demo user's sign-in gave, for this server itself."""
    given = still.tokens(scope="openid email")
    still.aws.reset()
    return given


def send(
    world: World,
    *authorization: str,
    method: str = "GET",
    query: str = "",
    **form: str,
) -> Reply:
    """A request with these Authorization headers and this form."""
    headers = [("Authorization", value) for value in authorization]
    if form:
        headers.append(FORM)
    return world.request(
        method, f"/userinfo{query}", headers=headers, body=urlencode(form).encode()
    )


def test_the_header_opens_it(still: World, tokens: dict[str, Any]) -> None:
    """With GET and POST, in JSON that nobody stores."""
    for method in ("GET", "POST"):
        reply = send(still, f"Bearer {tokens['access_token']}", method=method)
        assert reply.status == 200
        assert reply.json == {
            "sub": claims(tokens["id_token"])["sub"],
            "email": "demo@example.com",
            "email_verified": True,
        }
        assert reply.header("Cache-Control") == "no-store"
        assert reply.header("Content-Type") == "application/json"
        assert reply.header("Access-Control-Allow-Origin") == "*"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer ", " bearer"])
def test_the_scheme_has_no_case(still: World, tokens: dict[str, Any], scheme: str) -> None:
    """RFC 9110 section 11.1."""
    assert send(still, f"{scheme} {tokens['access_token']}").status == 200


def test_the_form_opens_it(still: World, tokens: dict[str, Any]) -> None:
    """RFC 6750 section 2.2."""
    reply = send(still, method="POST", access_token=tokens["access_token"])
    assert reply.json["email"] == "demo@example.com"


@pytest.mark.parametrize(
    "authorization",
    [
        (),
        (f"Basic {b64encode(b'demoweb:demowebsecret').decode()}",),
        ("Mac x",),
        ("Bearerx",),
    ],
    ids=["nothing", "Basic", "MAC", "no blank"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_token_no_error_is_named(
    still: World, authorization: tuple[str, ...], method: str
) -> None:
    """RFC 6750 section 3.1: the client may not know that a token is needed."""
    reply = send(still, *authorization, method=method)
    assert (reply.status, reply.text) == (401, "")
    assert challenges(reply) == [CHALLENGE, DPOP_CHALLENGE]
    assert still.aws.calls == []


def test_the_form_of_a_get_is_not_read(still: World, tokens: dict[str, Any]) -> None:
    """RFC 6750 section 2.2; nor is a body of another type."""
    assert send(still, access_token=tokens["access_token"]).status == 401
    body = f'{{"access_token":"{tokens["access_token"]}"}}'.encode()
    json = [("Content-Type", "application/json")]
    assert still.request("POST", "/userinfo", headers=json, body=body).status == 401


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer a b", "Bearer é", 'Bearer "a"'])
def test_a_malformed_header_is_a_malformed_request(still: World, value: str) -> None:
    """RFC 6750 section 3.1."""
    is_refused(send(still, value), 400, "invalid_request")
    assert still.aws.calls == []


def test_a_token_comes_in_one_way(still: World, tokens: dict[str, Any]) -> None:
    """RFC 6750 section 2, also when both are the same."""
    token = tokens["access_token"]
    both = send(still, f"Bearer {token}", method="POST", access_token=token)
    is_refused(both, 400, "invalid_request")
    is_refused(send(still, f"Bearer {token}", f"Bearer {token}"), 400, "invalid_request")
    body = urlencode([("access_token", token)] * 2).encode()
    twice = still.request("POST", "/userinfo", headers=[FORM], body=body)
    is_refused(twice, 400, "invalid_request")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_in_the_query_is_refused(still: World, tokens: dict[str, Any], method: str) -> None:
    """Alone, and beside a good one: logs and histories keep URLs."""
    query = f"?access_token={tokens['access_token']}"
    is_refused(send(still, method=method, query=query), 400, "invalid_request")
    good = f"Bearer {tokens['access_token']}"
    is_refused(send(still, good, method=method, query=query), 400, "invalid_request")


def other_part(token: str, part: int) -> str:
    """The token with one character of a part changed."""
    parts = token.split(".")
    old = parts[part]
    parts[part] = old[:10] + ("A" if old[10] != "A" else "B") + old[11:]
    return ".".join(parts)


@pytest.mark.parametrize(
    "make",
    [
        lambda tokens: tokens["id_token"],
        lambda tokens: tokens["refresh_token"],
        lambda tokens: other_part(tokens["access_token"], 0),
        lambda tokens: other_part(tokens["access_token"], 1),
        lambda tokens: other_part(tokens["access_token"], 2),
        lambda tokens: tokens["access_token"].rpartition(".")[0] + ".",
        lambda tokens: tokens["access_token"] + "=",
        lambda tokens: "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.",
        lambda tokens: "x",
        lambda tokens: "a" * 5000,
    ],
    ids=[
        *("ID token", "refresh token", "header", "claims", "signature", "no signature"),
        *("padding", "alg none", "nonsense", "endless"),
    ],
)
def test_what_is_no_access_token_of_ours_is_refused(
    still: World, tokens: dict[str, Any], make: Callable[[dict[str, str]], str]
) -> None:
    """All in the same words, and before the table is asked."""
    reply = send(still, f"Bearer {make(tokens)}")
    is_refused(reply, 401, "invalid_token")
    assert reply.text == send(still, "Bearer other").text
    assert still.aws.count().get("BatchGetItem", 0) == 0


def test_a_token_for_a_resource_is_refused(still: World) -> None:
    """RFC 9068 section 4: an API does not read its callers' profiles with their tokens."""
    still.clock.forward(1)
    token = still.tokens(scope="openid email read")["access_token"]
    still.aws.reset()
    is_refused(still.userinfo(token), 401, "invalid_token")
    machine = still.post(
        "/token",
        {"grant_type": "client_credentials", "scope": "read"},
        auth=("demomachine", "demomachinesecret"),
    )
    is_refused(still.userinfo(machine.json["access_token"]), 401, "invalid_token")


def test_a_token_without_openid_is_not_enough(world: World) -> None:
    """RFC 6750 section 3.1: 403, and which scope is needed."""
    token = world.tokens(scope="email")["access_token"]
    is_refused(world.userinfo(token), 403, "insufficient_scope")


def test_another_issuers_token_is_refused(world: World) -> None:
    """Also of one with the same keys: a stage under two names."""
    token = world.tokens(scope="openid")["access_token"]
    assert world.userinfo(token).status == 200
    settings = world.services.settings
    world.settings = type(settings)(
        **{**{name: getattr(settings, name) for name in settings.MEMBERS}, "issuer": "https://b.c"}
    )
    world.restart()
    assert world.userinfo(token).json["error"] == "invalid_token"


def test_an_expired_token_is_refused(world: World) -> None:
    """In its last second it is good, and in the next it is not."""
    tokens = world.tokens(scope="openid")
    world.clock.forward(tokens["expires_in"] - 1)
    assert world.userinfo(tokens["access_token"]).status == 200
    world.clock.forward(1)
    is_refused(world.userinfo(tokens["access_token"]), 401, "invalid_token")


def _replay(world: World, tokens: dict[str, Any]) -> None:
    for _ in range(2):
        world.refresh(tokens["refresh_token"])
        world.clock.forward(61)


def _user(world: World) -> User:
    return users.find("demo@example.com", world.services)


ENDS: dict[str, Callable[[World, dict[str, Any]], object]] = {
    "token revoked": lambda world, tokens: world.revoke(tokens["access_token"]),
    "grant revoked": lambda world, tokens: world.revoke(tokens["refresh_token"]),
    "refresh token replayed": _replay,
    "user disabled": lambda world, _: users.update(_user(world), world.services, disabled=True),
    "user revoked": lambda world, _: users.revoke(_user(world), world.services),
    "user deleted": lambda world, _: users.delete("demo@example.com", world.services),
    "client revoked": lambda world, _: clients.revoke("demoweb", world.services),
    "client deleted": lambda world, _: clients.delete("demoweb", world.services),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_what_has_ended_opens_nothing(
    world: World, end: Callable[[World, dict[str, Any]], object]
) -> None:
    """The very next request of another process is refused."""
    tokens = world.tokens(scope="openid")
    assert world.userinfo(tokens["access_token"]).status == 200
    end(world, tokens)
    world.restart()
    is_refused(world.userinfo(tokens["access_token"]), 401, "invalid_token")
