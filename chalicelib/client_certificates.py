"""The certificate of a request, in its days. RFC 8705; API Gateway hands it over: function.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import InvalidClient
from .http import Request
from .protocol import certificate as rules
from .records.client import Client
from .services import Services

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def presented(request: Request, services: Services) -> Certificate | None:
    """The certificate that the peer holds the key of, in its days; None without. BadCertificate."""
    if request.client_certificate is None:
        return None
    certificate = rules.read(request.client_certificate)
    rules.must_be_current(certificate, services.now())
    return certificate


def proving(
    request: Request, client: Client | None, method: str, services: Services
) -> tuple[Client, Certificate]:
    """A client that is registered for `method`, and the certificate it has shown. InvalidClient."""
    if client is None or client.token_endpoint_auth_method != method:
        raise InvalidClient(detail="unknown client, or not registered for certificates")
    try:
        certificate = presented(request, services)
    except rules.BadCertificate as problem:
        raise InvalidClient(detail=str(problem)) from None
    if certificate is None:
        raise InvalidClient(detail="no client certificate")
    return client, certificate
