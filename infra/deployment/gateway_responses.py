"""API Gateway's own errors, in OAuth's shape (RFC 6749 section 5.2).

What never reaches the function - an unknown path, a throttled or too large request - is answered by
API Gateway with `{"message": ...}`, which no OAuth client reads. Chalice has no setting for it. A
template is filled in by plain substitution: `$context.requestId` is the one variable used.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

# Half of what KMS signs a second in an account (1,000): a flood at one stage leaves the rest to
# others. Both are per second and for all methods together.
RATE_LIMIT = 500
BURST_LIMIT = 1000
THROTTLING = [
    {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": str(RATE_LIMIT)},
    {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": str(BURST_LIMIT)},
]


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """One of API Gateway's response types, and what it says here. `retry_after` is in seconds.

    A status on DEFAULT_4XX or DEFAULT_5XX would replace that of every error that falls to them:
    None.
    """

    kind: str
    status: int | None
    error: str
    description: str
    retry_after: int | None = None

    def body(self, issuer: str) -> str:
        """The mapping template. `issuer` may itself be made of API Gateway's variables."""
        members = {
            "error": self.error,
            "error_description": self.description,
            "error_uri": f"{issuer}/errors/{self.error}",
            "request_id": "$context.requestId",
        }
        return json.dumps(members, separators=(",", ":"))

    @property
    def headers(self) -> dict[str, str]:
        """Header names with values; a static value stands in single quotes."""
        always = {"Access-Control-Allow-Origin": "'*'", "Cache-Control": "'no-store'"}
        if self.retry_after is None:
            return always
        return {**always, "Retry-After": f"'{self.retry_after}'"}


_BAD = "invalid_request"
_BUSY = "temporarily_unavailable"
_BROKEN = "server_error"
_NOWHERE = "There is nothing at this path for this method."
_MALFORMED = "The request is malformed."
_TOO_LONG = "The answer took too long."
_FAILED = "The server failed to answer."
_REFUSED = "The request was refused before it was read."

# No authorizer and no API key is configured: types that only those can cause fall to DEFAULT_4XX
# and DEFAULT_5XX, which also catch what API Gateway may yet add.
RESPONSES = (
    GatewayResponse("MISSING_AUTHENTICATION_TOKEN", 404, _BAD, _NOWHERE),
    GatewayResponse("RESOURCE_NOT_FOUND", 404, _BAD, _NOWHERE),
    GatewayResponse("THROTTLED", 429, _BUSY, "Too many requests.", retry_after=1),
    GatewayResponse("QUOTA_EXCEEDED", 429, _BUSY, "Too many requests.", retry_after=60),
    GatewayResponse("REQUEST_TOO_LARGE", 413, _BAD, "The request is too large."),
    GatewayResponse("UNSUPPORTED_MEDIA_TYPE", 415, _BAD, "The media type is not supported."),
    GatewayResponse("BAD_REQUEST_PARAMETERS", 400, _BAD, _MALFORMED),
    GatewayResponse("BAD_REQUEST_BODY", 400, _BAD, _MALFORMED),
    GatewayResponse("INTEGRATION_FAILURE", 502, _BROKEN, _FAILED),
    GatewayResponse("INTEGRATION_TIMEOUT", 504, _BUSY, _TOO_LONG, retry_after=5),
    GatewayResponse("WAF_FILTERED", 403, _BAD, _REFUSED),
    GatewayResponse("DEFAULT_4XX", None, _BAD, _MALFORMED),
    GatewayResponse("DEFAULT_5XX", None, _BROKEN, _FAILED),
)


def extension(issuer: Any) -> dict[str, Any]:
    """The value of x-amazon-apigateway-gateway-responses; `issuer` is text or an intrinsic.

    In the API's own document and not resources beside it: those are not ordered before the stage's
    deployment, and an import of the document wipes them.
    """
    return {response.kind: _in_document(response, issuer) for response in RESPONSES}


def _in_document(response: GatewayResponse, issuer: Any) -> dict[str, Any]:
    body = {"Fn::Sub": [response.body("${ErrorsAt}"), {"ErrorsAt": issuer}]}
    status = {} if response.status is None else {"statusCode": str(response.status)}
    return {
        **status,
        "responseParameters": _parameters(response),
        "responseTemplates": {"application/json": body},
    }


def put(apigateway: Any, api: str, stage: str, issuer: str) -> None:
    """Put the responses and the throttling on a deployed API, and deploy its stage again.

    After every `chalice deploy`, which overwrites the API and the responses with it.
    """
    for response in RESPONSES:
        status = {} if response.status is None else {"statusCode": str(response.status)}
        apigateway.put_gateway_response(
            restApiId=api,
            responseType=response.kind,
            responseParameters=_parameters(response),
            responseTemplates={"application/json": response.body(issuer)},
            **status,
        )
    # A response takes effect with the stage's next deployment, not when it is put.
    apigateway.create_deployment(restApiId=api, stageName=stage, description="gateway responses")
    apigateway.update_stage(restApiId=api, stageName=stage, patchOperations=THROTTLING)


def _parameters(response: GatewayResponse) -> dict[str, str]:
    return {f"gatewayresponse.header.{name}": value for name, value in response.headers.items()}
