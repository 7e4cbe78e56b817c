"""The client's secret in the form. RFC 6749 section 2.3.1."""

from __future__ import annotations

from ..errors import InvalidClient
from ..http import Request
from ..protocol.client_secret import is_secret_of
from ..records.client import Client
from ..services import Services


def claimed(request: Request) -> str | None:
    """The client_id beside a client_secret; InvalidRequest when that is missing."""
    form = request.form
    return form.require("client_id") if "client_secret" in form else None


def prove(request: Request, client: Client | None, services: Services) -> None:
    """Compare the secret."""
    if not is_secret_of(client, request.form["client_secret"], services.now()):
        raise InvalidClient(detail="wrong secret")
