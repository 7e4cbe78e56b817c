"""The secrets of an application: how many live, a new one, an end to the old. RFC 7591 3.2.1."""

from __future__ import annotations

from .. import visits
from ..administration import Refused, clients
from ..applications import own
from ..encoding import equal
from ..errors import InvalidRequest
from ..http import Parameters, Response
from ..protocol import signing_keys
from ..records.client import Client
from ..registration.user_metadata import DEVELOPER
from ..services import Services
from ..settings import DAY, HOUR
from ..visits import Visit

ROLE = DEVELOPER
FRESH = True

# For how long the old secret counts beside the new one, in seconds.
OVERLAPS = {
    "day": ("For a day", DAY),
    "hour": ("For an hour", HOUR),
    "week": ("For a week", 7 * DAY),
    "none": ("Not at all: it has leaked", 0),
}


def show(visit: Visit, services: Services) -> Response:
    """What there is, never a secret itself."""
    return _page(own.find(visit.name, visit.user, services), visit, services)


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """Make a new secret, or end the old one. A form that is sent twice makes one."""
    client = own.find(visit.name, visit.user, services)
    if not equal(form.get("version", ""), own.version(client, services)):
        return _page(client, visit, services, clients.SECRET_REPLACED)
    try:
        if form.get("act") == "end":
            clients.end_previous_secret(client.client_id, services, seen=client)
            services.registry.forget(client.key)
            return visits.go(visit.place, services, "ended")
        if form.get("overlap", "") not in OVERLAPS:
            raise InvalidRequest("The form does not say for how long the old secret counts.")
        overlap = OVERLAPS[form["overlap"]][1]
        after, secret = clients.rotate_secret(client.client_id, services, overlap, seen=client)
    except Refused as refused:
        # Read anew: a form that names what is gone would be refused again.
        return _page(own.find(visit.name, visit.user, services), visit, services, str(refused))
    services.registry.forget(client.key)
    return visits.page(
        "secret",
        visit,
        services,
        client=after,
        secret=secret,
        is_new=False,
        old_ends=_old_ends(after, services),
    )


def _old_ends(client: Client, services: Services) -> str | None:
    """Until when the old secret counts; None where there is none that does."""
    until = client.previous_secret_expires_at
    if client.previous_secret_hash is None or until <= services.now():
        return None
    return signing_keys.iso(until)


def _page(client: Client, visit: Visit, services: Services, error: str = "") -> Response:
    return visits.page(
        "secrets",
        visit,
        services,
        status=400 if error else 200,
        client=client,
        old_ends=_old_ends(client, services),
        overlaps=[(name, words) for name, (words, _) in OVERLAPS.items()],
        version=own.version(client, services),
        error=error,
    )
