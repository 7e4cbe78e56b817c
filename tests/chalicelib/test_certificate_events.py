"""Where a request's certificate comes from: the event's context, and nothing else. RFC 8705.

`requestContext.identity.clientCert.clientCertPem` is what API Gateway's REST APIs say.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.function import to_request
from infra.local.events import event_from
from infra.local.gateway import API
from tests.client_certificates import issued

PEM = issued()
# Every member of an event that a caller writes, filled with what looks like a certificate.
WRITTEN = {
    "headers": {"X-Client-Cert": PEM, "clientCertPem": PEM, "requestContext": PEM},
    "multiValueHeaders": {"X-Amzn-Mtls-Clientcert": [PEM], "clientCert": [PEM]},
    "queryStringParameters": {"clientCertPem": PEM},
    "multiValueQueryStringParameters": {"clientCertPem": [PEM], "client_certificate": [PEM]},
    "pathParameters": {"clientCertPem": PEM},
    "body": json.dumps({"requestContext": {"identity": {"clientCert": {"clientCertPem": PEM}}}}),
    "stageVariables": {"clientCertPem": PEM},
}


def event(certificate: str | None = None) -> dict[str, Any]:
    """An event, as API Gateway makes it."""
    made = event_from(
        "POST",
        "/token",
        [],
        b"",
        routes=API,
        stage="api",
        source_address="203.0.113.7",
        request_id="r-1",
        domain_name="mtls.example.com",
        client_certificate=certificate,
    )
    assert isinstance(made, dict)
    return made


def test_the_context_says_what_was_proved() -> None:
    """The leaf, as the client has sent it."""
    assert to_request(event(PEM)).client_certificate == PEM


@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_that_a_caller_writes_is_one(name: str) -> None:
    """Member by member of the event."""
    assert to_request({**event(), name: WRITTEN[name]}).client_certificate is None


@pytest.mark.parametrize("said", [None, {}, {"clientCertPem": None}, {"clientCertPem": ""}])
def test_without_mutual_tls_there_is_none(said: Any) -> None:
    """However the context says so."""
    made = event()
    made["requestContext"]["identity"]["clientCert"] = said
    assert to_request(made).client_certificate is None


def test_another_place_of_the_context_does_not_count() -> None:
    """HTTP APIs, whose events are others, have it under `authentication`; this server has none."""
    made = event()
    made["requestContext"]["authentication"] = {"clientCert": {"clientCertPem": PEM}}
    assert to_request(made).client_certificate is None
