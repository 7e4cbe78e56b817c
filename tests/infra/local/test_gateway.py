"""The gateway: a function's answer as an HTTP response, and the function behind a socket."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.app import Chalice, Response

from infra.deployment.gateway_responses import RESPONSES
from infra.local.gateway import Gateway, response_from, serve
from infra.local.server import Server
from infra.local.wire import BODY_LIMIT, Call


def chalice_app() -> Chalice:
    """A small Chalice application."""
    app = Chalice("small")

    def echo(name: str) -> Response:
        assert app.current_request is not None
        event = app.current_request.to_original_event()
        cookies: dict[str, str | list[str]] = {"Set-Cookie": ["a=1", "b=2"]}
        return Response(json.dumps([name, event["multiValueQueryStringParameters"]]), cookies)

    app.route("/echo/{name}", methods=["GET"])(echo)
    return app


@pytest.fixture
def server() -> Iterator[Server]:
    """The Chalice application behind the gateway on a loopback port."""
    app = chalice_app()
    with serve(app, routes=app.routes) as running:
        yield running


def test_chalice_answers_through_the_gateway(server: Server) -> None:
    """A Chalice view sees repeated query keys, and both of its cookies arrive."""
    with urllib.request.urlopen(f"{server.url}/echo/me?a=1&a=2") as response:
        assert json.load(response) == ["me", {"a": ["1", "2"]}]
        assert response.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


def test_both_header_maps_arrive_and_a_pair_in_both_counts_once() -> None:
    """API Gateway merges headers and multiValueHeaders."""
    answer = response_from(
        {
            "statusCode": 200,
            "headers": {"X-One": "1", "X-Two": "2"},
            "multiValueHeaders": {"X-Two": ["2", "3"]},
            "body": "{}",
        }
    )
    assert answer.headers == (
        *(("X-One", "1"), ("X-Two", "2"), ("X-Two", "3")),
        ("Content-Type", "application/json"),
    )


def test_base64_body_is_decoded() -> None:
    """isBase64Encoded means bytes."""
    said = {"statusCode": 200, "body": "/w==", "isBase64Encoded": True}
    assert response_from(said).body == b"\xff"


@pytest.mark.parametrize(("rename", "name"), [(False, ""), (True, "x-amzn-Remapped-")])
def test_rest_apis_rename_www_authenticate(rename: bool, name: str) -> None:
    """The platform's renaming is shown on request and touches nothing else."""
    said = {"statusCode": 401, "headers": {"WWW-Authenticate": "Basic", "DPoP-Nonce": "n"}}
    answer = response_from(said, rename_headers=rename)
    assert answer.header(f"{name}WWW-Authenticate") == "Basic"
    assert answer.header("DPoP-Nonce") == "n"


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        {"statusCode": "many"},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "body": "!", "isBase64Encoded": True},
        {"statusCode": 302, "headers": {"Location": "/\r\nSet-Cookie: a=1"}},
        {"statusCode": 200, "multiValueHeaders": {"Set-Cookie": ["a=1\nb: c"]}},
    ],
)
def test_malformed_answer_of_the_function_is_502(
    said: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """What API Gateway cannot pass on becomes 502, and the reason stays on this side."""
    gateway = Gateway(lambda event, context: said, {"/": {"GET": None}}, "http://127.0.0.1")
    answer = gateway(Call("GET", "/", []))
    assert (answer.status, json.loads(answer.body)["error"]) == (502, "server_error")
    assert "ValueError" in capsys.readouterr().err


def test_function_that_raises_is_502(capsys: pytest.CaptureFixture[str]) -> None:
    """An exception of the handler is logged here and not told."""

    def broken(event: Any, context: Any) -> Any:
        raise RuntimeError("secret detail")

    answer = Gateway(broken, {"/": {"GET": None}}, "http://127.0.0.1")(Call("GET", "/", []))
    assert (answer.status, b"secret" in answer.body) == (502, False)
    assert "secret detail" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", Call("GET", "/nowhere", [])),
        ("REQUEST_TOO_LARGE", Call("GET", "/", [], b"x" * (BODY_LIMIT + 1))),
        ("DEFAULT_4XX", Call("GET", "/", [("A", "x" * 20_000)])),
        ("INTEGRATION_FAILURE", Call("GET", "/", [])),
    ],
)
def test_gateway_says_what_the_deployed_one_will(
    kind: str, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status, body and headers are those of the deployment's gateway responses."""
    issuer = "https://id.example"
    known = {response.kind: response for response in RESPONSES}[kind]
    answer = Gateway(lambda event, context: None, {"/": {"GET": None}}, issuer)(call)
    expected, said = json.loads(known.body(issuer)), json.loads(answer.body)
    assert {**expected, "request_id": said["request_id"]} == said
    assert known.status in (None, answer.status)
    assert {name: value.strip("'") for name, value in known.headers.items()}.items() <= dict(
        answer.headers
    ).items()


def test_function_gets_one_event_at_a_time() -> None:
    """Eight callers at once never overlap in the handler, as in one Lambda environment."""
    inside: list[int] = []
    most: list[int] = []

    def handler(event: Any, context: Any) -> Any:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.005)
        inside.pop()
        return {"statusCode": 204}

    with serve(handler, routes={"/": {"GET": None}}) as server:
        threads = [threading.Thread(target=_get, args=(server.url,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (len(most), max(most)) == (8, 1)


def test_context_has_what_lambda_gives() -> None:
    """The request id of event and context agree, and the remaining time is a number."""
    seen: list[Any] = []

    def handler(event: Any, context: Any) -> Any:
        seen.extend((event["requestContext"]["requestId"] == context.aws_request_id, context))
        return {"statusCode": 204}

    Gateway(handler, {"/": {"GET": None}}, "http://127.0.0.1")(Call("GET", "/", []))
    assert seen[0]
    assert seen[1].get_remaining_time_in_millis() > 0


def _get(url: str) -> None:
    with urllib.request.urlopen(url) as response:
        response.read()
