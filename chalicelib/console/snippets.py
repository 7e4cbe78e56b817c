"""Code to copy, for this very application."""

from __future__ import annotations

from .. import visits
from ..applications import own
from ..applications.snippets import of as written_for
from ..errors import MethodNotAllowed
from ..http import Parameters, Response
from ..records.resource import Resource, resource_key
from ..registration.user_metadata import DEVELOPER
from ..services import Services
from ..visits import Visit

ROLE = DEVELOPER
FRESH = False


def show(visit: Visit, services: Services) -> Response:
    """A piece of code for each library that goes with the application."""
    client = own.find(visit.name, visit.user, services)
    uri = (client.default_resource, *(client.allowed_resources or ()))
    first = next(filter(None, uri), None)
    resource = services.table.get(Resource, resource_key(first)) if first else None
    pieces = written_for(client, resource, services.settings.issuer)
    return visits.page("snippets", visit, services, client=client, pieces=pieces)


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """It has no form."""
    raise MethodNotAllowed(("GET",))
