"""A public client: it says who it is and proves nothing. RFC 6749 section 2.1, RFC 7591 "none"."""

from __future__ import annotations

from ..http import Request
from ..records.client import Client
from ..services import Services


def claimed(request: Request) -> str | None:
    """The client_id in the body."""
    return request.form.get("client_id")


def prove(request: Request, client: Client | None, services: Services) -> None:
    """Nothing to prove: PKCE binds the code to the one who asked for it."""
