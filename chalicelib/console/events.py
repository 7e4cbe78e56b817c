"""Recent audit events, for operators, from the function's own log. docs/operations.md has names."""

from __future__ import annotations

from typing import Any

from .. import visits
from ..errors import MethodNotAllowed
from ..http import Parameters, Response
from ..protocol import signing_keys
from ..registration.user_metadata import OPERATOR
from ..services import Services
from ..settings import DAY, HOUR, MINUTE
from ..visits import Visit

ROLE = OPERATOR
FRESH = False

MOST = 100
# How far to look back, in seconds.
SPANS = {"15-minutes": 15 * MINUTE, "hour": HOUR, "day": DAY}
_BESIDE = ("time", "kind", "event", "actor", "request_id")


def show(visit: Visit, services: Services) -> Response:
    """The newest first."""
    from ..aws import log_reader

    span = visit.name if visit.name in SPANS else next(iter(SPANS))
    since = services.now() - SPANS[span]
    found = log_reader.recent(services.settings, lambda: services.client, since, MOST)
    return visits.page(
        "events",
        visit,
        services,
        rows=None if found is None else [_row(event) for event in found.events],
        is_all=found is not None and found.is_all,
        span=span,
        spans=tuple(SPANS),
        most=MOST,
    )


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """It has no form."""
    raise MethodNotAllowed(("GET",))


def _row(event: dict[str, Any]) -> tuple[str, str, str, str]:
    rest = {name: value for name, value in event.items() if name not in _BESIDE}
    details = ", ".join(f"{name}: {value}" for name, value in rest.items())
    time = signing_keys.iso(int(event["time"]))
    return time, str(event.get("event", "")), str(event.get("actor", "")), details
