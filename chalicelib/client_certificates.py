"""The certificate of a request, in its days. RFC 8705; API Gateway hands it over: function.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .http import Request
from .protocol import certificate as rules
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
