"""Client credentials that are malformed, doubled or misplaced. RFC 6749 section 2.3, RFC 7617."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import urlencode

import pytest

from tests.reply import Reply
from tests.world import World

FORM = ("Content-Type", "application/x-www-form-urlencoded")
BODY = {"grant_type": "client_credentials", "scope": "read", "token": "t" * 67}
MACHINE = {"client_id": "demomachine", "client_secret": "demomachinesecret"}
paths = pytest.mark.parametrize("path", ["/token", "/revoke", "/introspect"])


def encoded(text: str | bytes) -> str:
    """Base64, as HTTP Basic has it."""
    return b64encode(text.encode() if isinstance(text, str) else text).decode()


RIGHT = f"Basic {encoded('demomachine:demomachinesecret')}"


def send(world: World, path: str, *authorization: str, query: str = "", **form: str) -> Reply:
    """A request with these Authorization headers and these members more in its form."""
    headers = [FORM, *(("Authorization", value) for value in authorization)]
    body = urlencode({**BODY, **form}).encode()
    return world.request("POST", path + query, headers=headers, body=body)


def is_invalid_client(reply: Reply) -> None:
    """RFC 6749 section 5.2: 401, and which scheme this server takes."""
    assert (reply.status, reply.json["error"]) == (401, "invalid_client")
    assert (reply.header("WWW-Authenticate") or "").startswith('Basic realm="')


@paths
@pytest.mark.parametrize(
    "value",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic a",
        f"Basic {encoded('demomachine:demomachinesecret')}!",
        f"Basic {encoded('demomachine:demomachinesecret').rstrip('=')}x",
        f"Basic {encoded('demomachine:demomachinesecret')[:8]} {encoded('x')}",
        f"Basic {encoded('demomachine')}",
        f"Basic {encoded(':')}",
        f"Basic {encoded(':demomachinesecret')}",
        f"Basic {encoded('demomachine:')}",
        f"Basic {encoded('demomachine:wrong')}",
        f"Basic {encoded('demomachine:demomachinesecret:more')}",
        f"Basic {encoded('demomachine:demomachinesecret ')}",
        f"Basic {encoded('demomachine:DEMOMACHINESECRET')}",
        f"Basic {encoded('demomachine :demomachinesecret')}",
        f"Basic {encoded('demomachine%00:demomachinesecret')}",
        f"Basic {encoded('demoweb:demomachinesecret')}",
        f"Basic {encoded('nobody:demomachinesecret')}",
        f"Basic {encoded(b'demomachine:' + bytes([255, 254]))}",
        f"Basic {encoded('demomachine:sécret')}",
        f"Basic {encoded('démomachine:demomachinesecret')}",
        f"Basic {encoded('%zz:%zz')}",
        f"Basic {encoded('%ff%fe:%ff')}",
        f"Basic {encoded('i' * 5000 + ':' + 's')}",
        f"Basic {encoded('demomachine:' + 's' * 5000)}",
        "Basic demomachine:demomachinesecret",
        f"Basic{encoded('demomachine:demomachinesecret')}",
        f"Bearer {encoded('demomachine:demomachinesecret')}",
        "Bearer demomachinesecret",
        "Digest username=demomachine",
        "DPoP eyJhbGciOiJFUzI1NiJ9.e30.x",
        encoded("demomachine:demomachinesecret"),
    ],
    ids=lambda value: value[:50],
)
def test_a_malformed_or_wrong_authorization_header_proves_nothing(
    still: World, path: str, value: str
) -> None:
    """Whatever is wrong with it, the client is not authenticated."""
    is_invalid_client(send(still, path, value))


@paths
def test_no_credentials_prove_nothing(still: World, path: str) -> None:
    """Neither a header nor a client_id."""
    is_invalid_client(send(still, path))


@paths
def test_two_authorization_headers_are_refused(still: World, path: str) -> None:
    """Which of them counts would be anyone's guess, so the request is malformed."""
    for second in (RIGHT, "Bearer x", f"Basic {encoded('demoweb:demowebsecret')}"):
        reply = send(still, path, RIGHT, second)
        assert (reply.status, reply.json["error"]) == (400, "invalid_request")


@paths
@pytest.mark.parametrize("secret", ["demomachinesecret", "wrong", "x"])
def test_two_ways_to_authenticate_are_refused(still: World, path: str, secret: str) -> None:
    """RFC 6749 section 2.3: not more than one method in a request."""
    reply = send(still, path, RIGHT, client_id="demomachine", client_secret=secret)
    assert (reply.status, reply.json["error"]) == (400, "invalid_request")


@paths
def test_a_secret_without_a_client_id_is_refused(still: World, path: str) -> None:
    """The form names nobody."""
    reply = send(still, path, client_secret="demomachinesecret")
    assert (reply.status, reply.json["error"]) == (400, "invalid_request")


@paths
def test_another_client_id_beside_basic_is_refused(still: World, path: str) -> None:
    """The header and the body name two clients."""
    reply = send(still, path, RIGHT, client_id="demoweb")
    assert (reply.status, reply.json["error"]) == (400, "invalid_request")


@paths
def test_credentials_in_the_query_prove_nothing(still: World, path: str) -> None:
    """RFC 6749 section 2.3.1: they must not be in the request URI, which lands in logs."""
    reply = send(still, path, query=f"?{urlencode(MACHINE)}")
    is_invalid_client(reply)


@paths
def test_a_parameter_in_the_query_is_none(still: World, path: str) -> None:
    """RFC 6749 section 3.2: the endpoints take forms."""
    reply = still.request(
        "POST",
        f"{path}?{urlencode(BODY)}",
        headers=[FORM, ("Authorization", RIGHT)],
        body=b"",
    )
    assert (reply.status, reply.json["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "value",
    [
        RIGHT,
        RIGHT.replace("Basic", "basic"),
        RIGHT.replace("Basic", "BASIC"),
        RIGHT.replace("Basic ", "Basic   "),
        f"Basic {encoded('demo%6Dachine:demomachine%73ecret')}",
    ],
)
def test_basic_may_be_spelled_as_http_and_oauth_allow(still: World, value: str) -> None:
    """The scheme has no case, and both parts may be form-encoded (appendix B)."""
    assert send(still, "/token", value).status == 200


def test_the_same_client_id_beside_basic_is_let_pass(still: World) -> None:
    """Many client libraries send it in the body as well."""
    assert send(still, "/token", RIGHT, client_id="demomachine").status == 200


def test_an_empty_client_secret_beside_basic_is_let_pass(still: World) -> None:
    """An empty parameter is one that was not sent."""
    assert send(still, "/token", RIGHT, client_id="demomachine", client_secret="").status == 200
