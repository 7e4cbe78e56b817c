"""The kit's decorator and authorizer for Chalice."""

from __future__ import annotations

from typing import Any

import pytest
from chalice.app import AuthRequest, Chalice, Response

from postern_verifier import Needs, Nonces, ProofRules, Verifier
from postern_verifier.adapters.chalice import authorize, protected
from postern_verifier.adapters.serving import TOKEN
from tests.kit.gateway_events import ARN, rest
from tests.kit.issuer import NOW, FakeIssuer, bearer, dpop, jkt, proof, token
from tests.vectors import load

BOUND = token(cnf={"jkt": jkt()})
CERTIFIED = load("rfc8705")
NONCES = Nonces(b"s" * 32)


def application(verifier: Verifier | None = None) -> Chalice:
    """Two views, as an application would write them."""
    app = Chalice(app_name="files")
    checked = verifier or FakeIssuer().verifier()

    @app.route("/files")
    @protected(app, checked, Needs("read"))
    def files() -> dict[str, str]:
        assert app.current_request is not None
        return {"of": app.current_request.context[TOKEN].subject}

    @app.route("/users/{name}", methods=["GET", "PUT"])
    @protected(app, checked, Needs("write"))
    def user(name: str) -> Response:
        return Response({"name": name}, {"X-Own": "yes"}, 201)

    return app


def request(app: Chalice, headers: list[tuple[str, str]], path: str = "/files", **more: str) -> Any:
    """The answer to a request of API Gateway's."""
    event = rest(headers, path=path, **more)
    if path.startswith("/users/"):
        event["requestContext"]["resourcePath"] = "/users/{name}"
        event["pathParameters"] = {"name": path.removeprefix("/users/")}
    return app(event, None)


def test_a_good_token_reaches_the_view() -> None:
    """In the request's context, under a documented name."""
    answer = request(application(), bearer(token()))
    assert (answer["statusCode"], answer["body"]) == (200, '{"of":"alice"}')


def test_a_view_keeps_its_parameters_and_its_response() -> None:
    """The decorator is not in between."""
    answer = request(application(), bearer(token()), "/users/bob")
    assert (answer["statusCode"], answer["body"]) == (201, '{"name":"bob"}')
    assert answer["headers"]["X-Own"] == "yes"


@pytest.mark.parametrize(
    ("headers", "path", "status", "error"),
    [
        ([], "/files", 401, 'Bearer scope="read"'),
        (bearer(token(exp=NOW - 60)), "/files", 401, 'Bearer error="invalid_token"'),
        (bearer(token(scope="read")), "/users/bob", 403, 'Bearer error="insufficient_scope"'),
        ([*bearer(token()), *bearer(token())], "/files", 400, 'Bearer error="invalid_request"'),
        (bearer(BOUND), "/files", 401, 'Bearer error="invalid_token"'),
        (dpop(BOUND), "/files", 401, 'DPoP error="invalid_dpop_proof"'),
        (dpop(BOUND, proof(BOUND), proof(BOUND)), "/files", 401, 'DPoP error="invalid_dpop_proof"'),
        (dpop(BOUND, proof(BOUND, htm="POST")), "/files", 401, 'DPoP error="invalid_dpop_proof"'),
    ],
    ids=range(8),
)
def test_a_bad_one_does_not(
    headers: list[tuple[str, str]], path: str, status: int, error: str
) -> None:
    """Both challenges share a line; the body is JSON."""
    answer = request(application(), headers, path)
    assert answer["statusCode"] == status
    assert error in answer["headers"]["WWW-Authenticate"]
    assert answer["headers"]["WWW-Authenticate"].count("resource_metadata") == 2
    assert answer["body"].startswith("{")


def test_a_token_in_the_query_is_refused() -> None:
    """Beside a good one as well."""
    answer = request(application(), bearer(token()), query="access_token=x")
    assert answer["statusCode"] == 400


def test_a_bound_token_needs_its_proof() -> None:
    """For the URL with the stage that clients see."""
    app = application()
    event = rest(dpop(BOUND, proof(BOUND, htu="https://api.example.com/dev/files")))
    event["requestContext"]["path"] = "/dev/files"
    assert app(event, None)["statusCode"] == 200
    assert app(event, None)["statusCode"] == 401


def test_a_new_nonce_comes_with_the_answer() -> None:
    """Of a view that returns a document, and of one that returns a Response."""
    app = application(FakeIssuer().verifier(proofs=ProofRules(nonces=NONCES)))
    for path in ("/files", "/users/bob"):
        made = proof(BOUND, htu=f"https://api.example.com{path}", nonce=NONCES.current(NOW - 300))
        answer = request(app, dpop(BOUND, made), path)
        assert answer["statusCode"] in (200, 201)
        assert answer["headers"]["DPoP-Nonce"] == NONCES.current(NOW)


def test_the_certificate_is_from_the_request_context() -> None:
    """Of the domain with mutual TLS."""
    headers = bearer(token(cnf=CERTIFIED["cnf"]))
    assert request(application(), headers, pem=CERTIFIED["pem"])["statusCode"] == 200
    assert request(application(), headers)["statusCode"] == 401


def test_an_authorizer_allows_a_good_bearer_token() -> None:
    """Chalice writes the policy; views find the claims in its context."""
    asked = AuthRequest("TOKEN", f"Bearer {token()}", f"{ARN}/GET/files")
    answer = authorize(asked, FakeIssuer().verifier(), Needs("read")).to_dict(asked)
    (statement,) = answer["policyDocument"]["Statement"]
    assert (answer["principalId"], answer["context"]["scope"]) == ("alice", "read write")
    assert statement["Resource"] == [f"{ARN}/*/*"]


OTHERS = ("", "Bearer x", f"Bearer {BOUND}", f"DPoP {BOUND}", f"Bearer {token(exp=1)}")


@pytest.mark.parametrize("header", OTHERS, ids=range(len(OTHERS)))
def test_an_authorizer_allows_nothing_else(header: str) -> None:
    """A bound token neither: an authorizer cannot see its proof."""
    asked = AuthRequest("TOKEN", header, f"{ARN}/GET/files")
    answer = authorize(asked, FakeIssuer().verifier()).to_dict(asked)
    assert answer["policyDocument"]["Statement"][0]["Resource"] == []
