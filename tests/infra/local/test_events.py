"""A plain HTTP request as API Gateway's REST proxy event."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from infra.local.events import HEADERS_LIMIT, event_from, match
from infra.local.wire import BODY_LIMIT, Answer, Headers

ROUTES: dict[str, dict[str, Any]] = {
    "/": {"GET": None},
    "/token": {"POST": None},
    "/authorize": {"GET": None, "POST": None},
    "/register/{client_id}": {"GET": None},
    "/register/well-known": {"GET": None},
}


def event(
    method: str = "GET",
    target: str = "/authorize",
    headers: Headers | None = None,
    body: bytes = b"",
    **options: Any,
) -> dict[str, Any]:
    """The event of a request that reaches the function."""
    found = ask(method, target, headers, body, **options)
    assert isinstance(found, dict), found
    return found


def ask(
    method: str = "GET",
    target: str = "/authorize",
    headers: Headers | None = None,
    body: bytes = b"",
    **options: Any,
) -> dict[str, Any] | Answer:
    """The event, or API Gateway's own answer."""
    given = {
        "routes": ROUTES,
        "stage": "local",
        "source_address": "192.0.2.7",
        "request_id": "r-1",
        "domain_name": "id.example",
        **options,
    }
    return event_from(method, target, headers or [("Host", "id.example")], body, **given)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", None),
        ("a=1", {"a": ["1"]}),
        ("a=1&a=2", {"a": ["1", "2"]}),
        ("a=1&A=2", {"a": ["1"], "A": ["2"]}),
        ("a=1;b=2", {"a": ["1"], "b": ["2"]}),
        ("a", {"a": [""]}),
        ("a=", {"a": [""]}),
        ("&&a=1&", {"a": ["1"]}),
        ("a=b=c", {"a": ["b=c"]}),
        ("a=x+y%20z%2B", {"a": ["x y z+"]}),
        ("a=%2541", {"a": ["%41"]}),
        ("%61=1", {"a": ["1"]}),
        ("a=%C3%A9", {"a": ["\xe9"]}),
        ("a=1?b=2", {"a": ["1?b=2"]}),
    ],
)
def test_query_is_decoded_once_and_keeps_every_value(query: str, expected: Any) -> None:
    """Repeated keys keep their order, and each key and value is decoded exactly once."""
    assert event(target=f"/authorize?{query}")["multiValueQueryStringParameters"] == expected


def test_single_value_query_holds_the_last_value() -> None:
    """The map of single values has the last of each key, and is None without a query."""
    assert event(target="/authorize?a=1&a=2")["queryStringParameters"] == {"a": "2"}
    assert event()["queryStringParameters"] is None


def test_headers_keep_every_value_and_the_last_one_wins() -> None:
    """A header that came twice, in whatever case, is whole in one map and last in the other."""
    made = event(headers=[("Host", "x"), ("DPoP", "one"), ("dpop", "two")])
    assert made["multiValueHeaders"]["DPoP"] == ["one", "two"]
    assert made["headers"]["DPoP"] == "two"


def test_hop_by_hop_headers_do_not_reach_the_function() -> None:
    """What concerns the connection alone stays with the gateway."""
    sent = [("Host", "x"), ("Connection", "keep-alive"), ("Transfer-Encoding", "chunked")]
    assert {"Connection", "Transfer-Encoding"}.isdisjoint(event(headers=sent)["headers"])


def test_caller_cannot_choose_the_source_address() -> None:
    """The peer is the source address; what X-Forwarded-For claimed stays left of it."""
    made = event(headers=[("X-Forwarded-For", "10.0.0.1"), ("X-Forwarded-Proto", "gopher")])
    assert made["requestContext"]["identity"]["sourceIp"] == "192.0.2.7"
    assert made["multiValueHeaders"]["X-Forwarded-For"] == ["10.0.0.1, 192.0.2.7"]
    assert made["multiValueHeaders"]["X-Forwarded-Proto"] == ["https"]


def test_text_body_is_a_string() -> None:
    """A UTF-8 body arrives as it is."""
    made = event("POST", "/token", body="a=\xe9".encode())
    assert (made["body"], made["isBase64Encoded"]) == ("a=\xe9", False)


def test_other_bytes_arrive_as_base64() -> None:
    """A body that is not UTF-8 is encoded and says so."""
    made = event("POST", "/token", body=b"a=\xff")
    assert (base64.b64decode(made["body"]), made["isBase64Encoded"]) == (b"a=\xff", True)


def test_absent_body_is_none() -> None:
    """Without a body the event has None."""
    assert event()["body"] is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/token", ("/token", {})),
        ("/token/", ("/token", {})),
        ("/", ("/", {})),
        ("/register/abc", ("/register/{client_id}", {"client_id": "abc"})),
        ("/register/a%2Fb", ("/register/{client_id}", {"client_id": "a%2Fb"})),
        ("/register/well-known", ("/register/well-known", {})),
        ("/register/", None),
        ("/register", None),
        ("/register/a/b", None),
        ("/register/{client_id}", ("/register/{client_id}", {"client_id": "{client_id}"})),
        ("//token", None),
        ("/Token", None),
        ("/%74oken", None),
    ],
)
def test_path_finds_its_route(path: str, expected: Any) -> None:
    """Fixed segments match as they are, named ones take one segment that is not empty."""
    assert match(path, ROUTES) == expected


def test_path_parameters_are_in_the_event() -> None:
    """The resource is the route, and its parameters stand beside it; none are None."""
    made = event(target="/register/abc?x=1")
    assert (made["resource"], made["path"]) == ("/register/{client_id}", "/register/abc")
    assert made["requestContext"]["resourcePath"] == "/register/{client_id}"
    assert made["pathParameters"] == {"client_id": "abc"}
    assert event()["pathParameters"] is None


def test_stage_in_the_url_is_not_in_the_path() -> None:
    """On an execute-api address the stage leads the URL and only requestContext.path keeps it."""
    made = event(target="/local/authorize", stage_in_path=True)
    assert made["path"] == "/authorize"
    assert made["requestContext"]["path"] == "/local/authorize"
    assert made["requestContext"]["stage"] == "local"


@pytest.mark.parametrize("target", ["/authorize", "/other/authorize", "/local"])
def test_url_without_the_stage_is_unknown(target: str) -> None:
    """On an execute-api address nothing is found outside the stage but its root."""
    found = ask(target=target, stage_in_path=True)
    assert (found["path"] if isinstance(found, dict) else found.status) == (
        "/" if target == "/local" else 404
    )


@pytest.mark.parametrize(
    ("method", "target"), [("GET", "/nope"), ("PUT", "/authorize"), ("HEAD", "/authorize")]
)
def test_unknown_path_or_method_never_reaches_the_function(method: str, target: str) -> None:
    """The gateway answers 404 in OAuth's words, and HEAD is not derived from GET."""
    found = ask(method, target, issuer="https://id.example")
    assert isinstance(found, Answer)
    said = json.loads(found.body)
    assert found.status == 404
    assert found.header("Cache-Control") == "no-store"
    assert (said["error"], said["error_uri"]) == (
        "invalid_request",
        "https://id.example/errors/invalid_request",
    )


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"body": b"x" * BODY_LIMIT}, None),
        ({"body": b"x" * (BODY_LIMIT + 1)}, 413),
        ({"headers": [("A", "x" * (HEADERS_LIMIT - 1))]}, None),
        ({"headers": [("A", "x" * HEADERS_LIMIT)]}, 431),
        ({"target": "token"}, 400),
        ({"target": "/token#x"}, 400),
        ({"target": "/to\xe9ken"}, 400),
    ],
)
def test_limits_are_the_platforms(change: dict[str, Any], status: int | None) -> None:
    """Too large or malformed requests are answered by the gateway, at the documented limits."""
    found = ask(**{"method": "POST", "target": "/token", **change})
    assert (found.status if isinstance(found, Answer) else None) == status
