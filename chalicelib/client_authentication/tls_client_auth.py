"""A certificate of an authority that the stage trusts, with the client's name. RFC 8705, 2.1.

The authority has vouched for the certificate where the TLS connection ended: what is asked here is
whose it is.
"""

from __future__ import annotations

from ..errors import InvalidClient
from ..http import Request
from ..records.client import Client
from ..services import Services

METHOD = "tls_client_auth"


def claimed(request: Request) -> str | None:
    """None: what such a client sends looks like a public one's; the rest is the connection's."""
    return None


def prove(request: Request, client: Client | None, services: Services) -> None:
    """Look for the registered name in the certificate."""
    from .. import client_certificates
    from ..protocol import certificate_names

    client, certificate = client_certificates.proving(request, client, METHOD, services)
    # Nobody but its owner vouches for such a one: any name may stand in it.
    if certificate.issuer == certificate.subject:
        raise InvalidClient(detail="the certificate is its own authority's")
    names = {name: getattr(client, name) for name in certificate_names.KINDS}
    registered = {name: value for name, value in names.items() if value is not None}
    if not registered or not all(
        certificate_names.is_in(certificate, name, value) for name, value in registered.items()
    ):
        raise InvalidClient(detail="the certificate has not the client's name")
