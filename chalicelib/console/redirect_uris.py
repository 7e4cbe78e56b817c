"""The redirect URIs of an application, each with the reason where one is refused.

RFC 6749 section 3.1.2, RFC 8252 sections 7 and 8, RFC 9700 section 2.1.
"""

from __future__ import annotations

from .. import visits
from ..administration import Refused
from ..applications import own
from ..errors import NotFound
from ..http import Parameters, Response
from ..protocol import redirect_uri
from ..records.client import Client
from ..registration import InvalidMetadata
from ..registration.client_metadata import MOST_REDIRECT_URIS
from ..registration.user_metadata import DEVELOPER
from ..services import Services
from ..visits import Visit

ROLE = DEVELOPER
FRESH = False

FIELD = "redirect_uri"
SPARE = 3  # empty fields to add some in


def show(visit: Visit, services: Services) -> Response:
    """A field for each, and some more."""
    client = _find(visit, services)
    return _page(client, client.redirect_uris, {}, visit, services)


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """Take them all, or say which cannot be taken and why."""
    client = _find(visit, services)
    given = tuple(dict.fromkeys(text.strip() for text in form.all(FIELD) if text.strip()))
    errors = {uri: reason for uri in given if (reason := _reason(uri, client, services))}
    if not errors:
        try:
            own.update(client, {"redirect_uris": list(given)}, services)
            return visits.go(visit.place, services, "saved")
        except (InvalidMetadata, Refused) as problem:
            errors = {"": str(problem).removeprefix("redirect_uris: ")}
    return _page(client, given, errors, visit, services)


def _find(visit: Visit, services: Services) -> Client:
    client = own.find(visit.name, visit.user, services)
    if "authorization_code" not in client.grant_types:
        raise NotFound("This application has no redirect URIs.")
    return client


def _reason(uri: str, client: Client, services: Services) -> str:
    schemes = services.settings.native_schemes
    try:
        redirect_uri.check(uri, client.application_type, schemes)
    except ValueError as reason:
        return str(reason)
    return ""


def _page(
    client: Client,
    uris: tuple[str, ...],
    errors: dict[str, str],
    visit: Visit,
    services: Services,
) -> Response:
    spare = max(min(SPARE, MOST_REDIRECT_URIS - len(uris)), 0)
    rows = [(uri, errors.get(uri, "")) for uri in uris] + [("", "")] * spare
    numbered = [(f"{FIELD}-{number}", *row) for number, row in enumerate(rows, 1)]
    return visits.page(
        "redirect_uris",
        visit,
        services,
        status=400 if errors else 200,
        client=client,
        rows=numbered,
        general=errors.get("", ""),
        is_native=client.application_type == "native",
        schemes=services.settings.native_schemes,
        most=MOST_REDIRECT_URIS,
    )
