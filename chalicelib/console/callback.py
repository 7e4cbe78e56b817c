"""Where the answer to a sign-in that was tried arrives: it is redeemed, shown, and revoked.

No token leaves the server: the page shows what they say.
"""

from __future__ import annotations

from .. import trials, visits
from ..applications import own
from ..errors import InvalidRequest, MethodNotAllowed, OAuthError, TemporarilyUnavailable
from ..http import Parameters, Response
from ..registration.user_metadata import DEVELOPER
from ..services import Services
from ..visits import Visit

ROLE = DEVELOPER
FRESH = False

_SHOWN = ("error", "error_description", "iss", "state", "scope")


def show(visit: Visit, services: Services) -> Response:
    """What came back, decoded. An answer that this session did not ask for shows nothing."""
    answer = visit.request.query
    answer.refuse_repeated()
    client_id = trials.client_of(answer.get("state", ""), visit.session, services)
    if client_id is None:
        raise InvalidRequest("This is no answer to a sign-in that was tried from this page.")
    client = own.find(client_id, visit.user, services)
    decoded: tuple[tuple[str, str], ...] = ()
    problem: OAuthError | None = None
    if "code" in answer:
        try:
            decoded = trials.redeem(
                answer["code"], answer["state"], client, visit.user, visit.session, services
            )
        except TemporarilyUnavailable:
            raise
        except OAuthError as refused:
            problem = refused
    return visits.page(
        "callback",
        visit,
        services,
        status=400 if problem or "error" in answer else 200,
        client=client,
        members=[(name, answer[name]) for name in _SHOWN if name in answer],
        has_code="code" in answer,
        decoded=decoded,
        problem=problem,
    )


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """It has no form."""
    raise MethodNotAllowed(("GET",))
