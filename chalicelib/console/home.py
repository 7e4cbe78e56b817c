"""The first page: a developer's own applications, and the ways onward."""

from __future__ import annotations

from .. import visits
from ..applications import kinds, own
from ..errors import MethodNotAllowed
from ..http import Parameters, Response
from ..registration.user_metadata import DEVELOPER
from ..services import Services
from ..visits import Visit

ROLE = ""
FRESH = False


def show(visit: Visit, services: Services) -> Response:
    """The list."""
    is_developer = visit.has(DEVELOPER, services)
    mine = own.list_all(visit.user, services) if is_developer else ()
    rows = [(client.client_id, client.display_name, kinds.of(client)) for client in mine]
    return visits.page(
        "home", visit, services, applications=rows, is_developer=is_developer, most=own.MOST_OWN
    )


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """It has no form."""
    raise MethodNotAllowed(("GET",))
