"""A certificate whose key the client has registered, whoever issued it. RFC 8705 section 2.2."""

from __future__ import annotations

from ..errors import InvalidClient
from ..http import Request
from ..records.client import Client
from ..services import Services

METHOD = "self_signed_tls_client_auth"


def claimed(request: Request) -> str | None:
    """None: what such a client sends looks like a public one's; the rest is the connection's."""
    return None


def prove(request: Request, client: Client | None, services: Services) -> None:
    """Look for the certificate's key among the client's."""
    from .. import client_certificates
    from ..client_keys import NoKey
    from ..protocol import certificate as certificates
    from ..protocol.certificate import BadCertificate

    client, certificate = client_certificates.proving(request, client, METHOD, services)
    try:
        services.client_keys.must_have(client, certificates.public_jwk(certificate))
    except BadCertificate as problem:
        raise InvalidClient(detail=str(problem)) from None
    except NoKey as problem:
        raise InvalidClient(detail=f"{problem} {problem.detail}".strip()) from None
