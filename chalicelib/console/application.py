"""One application: what it is, and what its developer can change of it."""

from __future__ import annotations

from .. import visits
from ..administration import Refused
from ..applications import fields, forms, kinds, own
from ..applications.fields import Errors, Shown
from ..http import Parameters, Response
from ..records.client import Client
from ..registration import InvalidMetadata, client_metadata
from ..registration.user_metadata import DEVELOPER
from ..services import Services
from ..visits import Visit

ROLE = DEVELOPER
FRESH = False


def show(visit: Visit, services: Services) -> Response:
    """The application, with its settings as a form."""
    client = own.find(visit.name, visit.user, services)
    document = forms.document(client, client_metadata.write(client))
    shown = fields.filled_in(forms.of_client(client, services), document, {})
    return _page(client, shown, {}, visit, services)


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """Change the settings."""
    client = own.find(visit.name, visit.user, services)
    asked = forms.of_client(client, services)
    members, errors = fields.read(asked, form)
    if not errors:
        try:
            own.update(client, forms.metadata(members, client.grant_types), services)
            return visits.go(visit.place, services, "saved")
        except (InvalidMetadata, Refused) as problem:
            errors = fields.explained(problem, asked)
    return _page(client, fields.sent_back(asked, form, errors), errors, visit, services)


def _page(
    client: Client, shown: tuple[Shown, ...], errors: Errors, visit: Visit, services: Services
) -> Response:
    return visits.page(
        "application",
        visit,
        services,
        status=400 if errors else 200,
        client=client,
        kind=kinds.of(client),
        fields=shown,
        errors=errors,
    )
