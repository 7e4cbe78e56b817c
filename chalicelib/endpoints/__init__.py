"""The doors: one module an endpoint, each with `handle(request, services) -> Response`.

An endpoint raises OAuthError and lets `routes.py` turn it into an answer.
"""

from __future__ import annotations

from typing import Protocol

from ..http import Request, Response
from ..modules import Modules
from ..services import Services


class Endpoint(Protocol):
    """What a member looks like."""

    def handle(self, request: Request, services: Services) -> Response:
        """Answer one request."""


ENDPOINTS: Modules[Endpoint] = Modules(
    __name__,
    {
        "about": "about",
        "authorize": "authorize",
        "authorize_step": "authorize_step",
        "console": "console",
        "error_page": "error_page",
        "healthz": "healthz",
        "introspect": "introspect",
        "jwks": "jwks",
        "logout": "logout",
        "metadata": "metadata",
        "par": "par",
        "register": "register",
        "registration": "registration",
        "revoke": "revoke",
        "status_list": "status_list",
        "token": "token",
        "userinfo": "userinfo",
    },
)
