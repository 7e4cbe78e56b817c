"""Liveness: the function runs. It asks nothing of anybody else."""

from __future__ import annotations

from ..http import Request, Response, json_response
from ..services import Services


def handle(request: Request, services: Services) -> Response:
    """Always the same."""
    return json_response({"status": "ok"})
