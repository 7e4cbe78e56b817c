"""The kit's Lambda authorizers, with the events of REST APIs and HTTP APIs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from postern_verifier import Needs
from postern_verifier.adapters.aws_lambda import Authorizer, NotChecked, Unauthorized
from postern_verifier.errors import Refused
from tests.kit.gateway_events import ARN, http_authorizer, rest_authorizer, token_authorizer
from tests.kit.issuer import NOW, FakeIssuer, bearer, claims, dpop, jkt, proof, token
from tests.vectors import load

BOUND = token(cnf={"jkt": jkt()})
CERTIFIED = load("rfc8705")
EVENTS = [token_authorizer, rest_authorizer, http_authorizer]
WHOLE_REQUEST = [rest_authorizer, http_authorizer]

Event = Callable[..., Any]


def policy(method: str, path: str) -> Needs | None:
    """Health is for everyone, files may be read, and the rest is for administrators."""
    return {"/health": None, "/files": Needs("read")}.get(path, Needs("admin"))


def authorizer(issuer: FakeIssuer | None = None, **settings: Any) -> Authorizer:
    """The function."""
    return Authorizer((issuer or FakeIssuer()).verifier(), **{"policy": policy, **settings})


def allowed(answer: dict[str, Any]) -> bool:
    """Whether API Gateway lets the request pass."""
    if "isAuthorized" in answer:
        return bool(answer["isAuthorized"])
    (statement,) = answer["policyDocument"]["Statement"]
    return bool(statement["Effect"] == "Allow")


@pytest.mark.parametrize("event", EVENTS)
def test_a_good_token_is_allowed(event: Event) -> None:
    """And the integration finds the claims in the context, as texts."""
    answer = authorizer()(event(bearer(token())))
    assert allowed(answer)
    context = answer["context"]
    assert {name: context[name] for name in ("sub", "client_id", "scope")} == {
        "sub": "alice",
        "client_id": "app",
        "scope": "read write",
    }
    assert json.loads(context["claims"]) == claims()


@pytest.mark.parametrize("event", [token_authorizer, rest_authorizer])
def test_a_policy_is_about_one_operation(event: Event) -> None:
    """Another path may need more, so an answer that is kept must not open it."""
    answer = authorizer()(event(bearer(token())))
    assert answer["principalId"] == "alice"
    assert answer["policyDocument"] == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Action": "execute-api:Invoke",
                "Effect": "Allow",
                "Resource": f"{ARN}/GET/files",
            }
        ],
    }


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(
    "headers",
    [
        [],
        bearer(token(exp=NOW - 60)),
        bearer(token(aud="other")),
        bearer("x"),
        [("Authorization", "Bearer")],
        bearer(BOUND),
        dpop(BOUND),
    ],
    ids=range(7),
)
def test_a_bad_token_is_unauthorized(event: Event, headers: list[tuple[str, str]]) -> None:
    """API Gateway answers 401 to this very text; the log finds the reason."""
    with pytest.raises(Unauthorized, match=r"^Unauthorized$") as caught:
        authorizer()(event(headers))
    assert isinstance(caught.value.__cause__, Refused)


@pytest.mark.parametrize("event", EVENTS)
def test_a_missing_scope_is_denied(event: Event) -> None:
    """API Gateway answers 403; its gateway response may show the challenge."""
    answer = authorizer()(event(bearer(token()), path="/users"))
    assert not allowed(answer)
    assert answer["context"]["error"] == "insufficient_scope"
    assert 'scope="read write admin"' in answer["context"]["challenge"]


@pytest.mark.parametrize("event", EVENTS)
def test_what_is_open_needs_no_token(event: Event) -> None:
    """Everyone is allowed there."""
    assert allowed(authorizer()(event([], path="/health")))


@pytest.mark.parametrize("event", EVENTS)
def test_nothing_is_allowed_while_the_issuer_is_down(event: Event) -> None:
    """API Gateway answers 500."""
    issuer = FakeIssuer()
    issuer.down = True
    with pytest.raises(NotChecked):
        authorizer(issuer)(event(bearer(token())))


@pytest.mark.parametrize("event", WHOLE_REQUEST)
def test_a_bound_token_needs_its_proof(event: Event) -> None:
    """For this method and URL, once."""
    function = authorizer()
    once = event(dpop(BOUND, proof(BOUND)))
    assert allowed(function(once))
    for bad in (
        once,
        event(dpop(BOUND, proof(BOUND)), method="POST"),
        event(dpop(BOUND, proof(BOUND), proof(BOUND))),
        event([*dpop(BOUND, proof(BOUND)), *bearer(token())]),
    ):
        with pytest.raises(Unauthorized):
            function(bad)


@pytest.mark.parametrize("event", WHOLE_REQUEST)
def test_the_url_is_with_the_stage_that_clients_see(event: Event) -> None:
    """And without what only the query says."""
    function = authorizer(policy=lambda method, path: Needs())
    made = dpop(BOUND, proof(BOUND, htu="https://api.example.com/prod/files"))
    assert allowed(function(event(made, path="/prod/files", query="page=2")))


@pytest.mark.parametrize("event", WHOLE_REQUEST)
def test_a_token_in_the_query_is_refused(event: Event) -> None:
    """Beside a good one as well."""
    with pytest.raises(Unauthorized):
        authorizer()(event(bearer(token()), query="access_token=x"))


@pytest.mark.parametrize("event", WHOLE_REQUEST)
def test_the_certificate_is_from_the_request_context(event: Event) -> None:
    """Of the domain with mutual TLS, and never from a header."""
    headers = bearer(token(cnf=CERTIFIED["cnf"]))
    assert allowed(authorizer()(event(headers, pem=CERTIFIED["pem"])))
    for bad in (event(headers), event([*headers, ("X-Amzn-Mtls-Clientcert", CERTIFIED["pem"])])):
        with pytest.raises(Unauthorized):
            authorizer()(bad)
