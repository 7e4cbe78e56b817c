"""API Gateway's own errors: each is what an OAuth client can read."""

import json
import re
from typing import Any

import pytest

from infra.deployment.gateway_responses import RESPONSES, GatewayResponse, extension, put

EACH = pytest.mark.parametrize("response", RESPONSES, ids=lambda response: response.kind)
BY_KIND = {response.kind: response for response in RESPONSES}


@EACH
def test_a_body_is_oauths_error(response: GatewayResponse) -> None:
    """RFC 6749 section 5.2: a registered code, a description in its characters, a page."""
    body = json.loads(response.body("https://id.example.com"))
    assert body["error"] in {"invalid_request", "server_error", "temporarily_unavailable"}
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", body["error_description"])
    assert body["error_uri"] == f"https://id.example.com/errors/{body['error']}"
    assert body["request_id"] == "$context.requestId"


@EACH
def test_a_body_holds_no_variable_of_the_callers(response: GatewayResponse) -> None:
    """Substitution does not escape: only what API Gateway itself made goes into the JSON."""
    variables = re.findall(r"\$[\w.]+", response.body("https://id.example.com"))
    assert variables == ["$context.requestId"]


@EACH
def test_an_error_may_be_read_by_any_site_and_is_not_kept(response: GatewayResponse) -> None:
    """A script sees why it failed; no cache keeps it."""
    assert response.headers["Access-Control-Allow-Origin"] == "'*'"
    assert response.headers["Cache-Control"] == "'no-store'"


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", 404, "invalid_request"),
        ("THROTTLED", 429, "temporarily_unavailable"),
        ("QUOTA_EXCEEDED", 429, "temporarily_unavailable"),
        ("REQUEST_TOO_LARGE", 413, "invalid_request"),
        ("INTEGRATION_FAILURE", 502, "server_error"),
        ("INTEGRATION_TIMEOUT", 504, "temporarily_unavailable"),
        ("DEFAULT_4XX", None, "invalid_request"),
        ("DEFAULT_5XX", None, "server_error"),
    ],
)
def test_kinds_have_the_status_that_says_what_to_do(
    kind: str, status: int | None, error: str
) -> None:
    """An unknown path is 404, not 403; a status on a default would flatten all that fall to it."""
    assert (BY_KIND[kind].status, BY_KIND[kind].error) == (status, error)


def test_who_is_asked_to_wait_is_told_how_long() -> None:
    """temporarily_unavailable comes with Retry-After, in quotes as a static value stands."""
    for response in RESPONSES:
        waits = response.error == "temporarily_unavailable"
        assert waits == ("Retry-After" in response.headers)
        assert re.fullmatch(r"'\d+'", response.headers.get("Retry-After", "'1'"))


def test_each_kind_is_answered_once() -> None:
    """Two rows of one kind would silently be the last."""
    assert len(BY_KIND) == len(RESPONSES)


def test_kinds_are_api_gateways() -> None:
    """A misspelt kind would be refused only at deployment."""
    import botocore.session

    model = botocore.session.get_session().get_service_model("apigateway")
    assert set(BY_KIND) <= set(model.shape_for("GatewayResponseType").enum)


def test_the_document_takes_its_issuer_from_the_stack() -> None:
    """The body is substituted by CloudFormation, then by API Gateway."""
    entry = extension({"Ref": "Issuer"})["THROTTLED"]
    body, places = entry["responseTemplates"]["application/json"]["Fn::Sub"]
    assert places == {"ErrorsAt": {"Ref": "Issuer"}}
    assert json.loads(body)["error_uri"] == "${ErrorsAt}/errors/temporarily_unavailable"
    assert entry["statusCode"] == "429"
    assert "statusCode" not in extension("x")["DEFAULT_4XX"]


class _ApiGateway:
    """Records the names of its calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda **given: self.calls.append((name, given))


def test_responses_are_put_before_the_stage_is_deployed_again() -> None:
    """They take effect with a deployment; throttling is the stage's own."""
    apigateway = _ApiGateway()
    put(apigateway, "a1", "dev", "https://id.example.com")
    names = [name for name, _ in apigateway.calls]
    assert names == ["put_gateway_response"] * len(RESPONSES) + [
        "create_deployment",
        "update_stage",
    ]
