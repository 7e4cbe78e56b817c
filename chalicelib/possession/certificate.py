"""Tokens bound to the certificate of the connection. RFC 8705 section 3."""

from __future__ import annotations

from .. import client_certificates
from ..errors import InvalidRequest, InvalidToken
from ..http import Request
from ..protocol import certificate as rules
from ..protocol.certificate import BadCertificate
from ..services import Services


def proved(request: Request, services: Services) -> str:
    """The thumbprint of the request's certificate (`x5t#S256`); InvalidRequest without one."""
    try:
        found = _thumbprint(request, services)
    except BadCertificate as problem:
        raise InvalidRequest(
            "The client certificate cannot be used.", detail=str(problem)
        ) from None
    if found is None:
        raise InvalidRequest(
            "This client's tokens are bound to its certificate, and the connection has none."
        )
    return found


def must_be(thumbprint: str, request: Request, services: Services) -> None:
    """InvalidToken unless the request's certificate is the one that its token is bound to."""
    try:
        found = _thumbprint(request, services)
    except BadCertificate as problem:
        raise InvalidToken(detail=str(problem)) from None
    if found != thumbprint:
        raise InvalidToken(
            "The access token is bound to another certificate than this connection's."
        )


def _thumbprint(request: Request, services: Services) -> str | None:
    certificate = client_certificates.presented(request, services)
    return rules.thumbprint(certificate) if certificate is not None else None
