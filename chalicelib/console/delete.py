"""The end of an application, for who types its name."""

from __future__ import annotations

from .. import visits
from ..administration import clients
from ..applications import own
from ..http import Parameters, Response
from ..records.client import Client
from ..registration.user_metadata import DEVELOPER
from ..services import Services
from ..visits import Visit

ROLE = DEVELOPER
FRESH = True


def show(visit: Visit, services: Services) -> Response:
    """The question."""
    return _page(own.find(visit.name, visit.user, services), "", visit, services)


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """Delete it, if the name is right."""
    client = own.find(visit.name, visit.user, services)
    if form.get("typed", "").strip() != client.display_name:
        return _page(client, "is not the name of the application", visit, services)
    clients.delete(client.client_id, services)
    services.registry.forget(client.key)
    return visits.go("home", services, "deleted")


def _page(client: Client, error: str, visit: Visit, services: Services) -> Response:
    status = 400 if error else 200
    return visits.page("delete", visit, services, status=status, client=client, error=error)
