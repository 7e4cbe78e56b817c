"""What API Gateway's events say of a request, for a Lambda function or authorizer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..verified import Token

Event = Mapping[str, Any]


def pairs(event: Event) -> list[tuple[str, str]]:
    """The headers, repeated ones as often as they came.

    An HTTP API joins them by a comma, which neither a token nor a proof can hold.
    """
    several = event.get("multiValueHeaders")
    if several:
        return [(name, value) for name, values in several.items() for value in values or ()]
    return list((event.get("headers") or {}).items())


def certificate_in(event: Event) -> str | None:
    """The client certificate that API Gateway checked on its mutual-TLS domain."""
    context = event.get("requestContext") or {}
    of_rest_api, of_http_api = context.get("identity") or {}, context.get("authentication") or {}
    found = of_rest_api.get("clientCert") or of_http_api.get("clientCert") or {}
    return found.get("clientCertPem") or None


def method_and_url(arn: str, origin: str) -> tuple[str, str]:
    """The method and URL in `arn:aws:execute-api:region:account:api/stage/METHOD/path`."""
    _, _, rest = arn.split(":", 5)[-1].split("/", 2)
    method, _, path = rest.partition("/")
    return method, f"{origin}/{path}"


def context_of(token: Token) -> dict[str, str]:
    """What an authorizer passes on: texts only, so the claims are JSON."""
    return {
        "sub": token.subject or "",
        "client_id": token.client_id or "",
        "scope": " ".join(sorted(token.scope)),
        "claims": json.dumps(dict(token.claims)),
    }
