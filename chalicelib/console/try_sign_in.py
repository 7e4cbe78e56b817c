"""A sign-in to try: the application's own request, answered at the console's own address.

Whoever starts it is the developer, and the answer counts only in the session that it was started
in; the application itself takes no part. RFC 6749 section 4.1, RFC 7636, RFC 9126.
"""

from __future__ import annotations

from .. import trials, visits
from ..administration import Refused
from ..applications import own
from ..errors import NotFound, OAuthError, TemporarilyUnavailable
from ..http import Parameters, Response, redirect
from ..records.client import Client
from ..registration import InvalidMetadata
from ..registration.user_metadata import DEVELOPER
from ..services import Services
from ..visits import Visit

ROLE = DEVELOPER
FRESH = False


def show(visit: Visit, services: Services) -> Response:
    """What will be asked, and whether the console's address is registered for it."""
    client = _find(visit, services)
    return _page(client, trials.scope_of(client), "", visit, services)


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """Start it; or register the console's address, or take it out again."""
    client = _find(visit, services)
    here = trials.address(services)
    act = form.get("act", "")
    if act == "start":
        return _start(client, form.get("scope", "openid")[:1000], visit, services)
    others = [uri for uri in client.redirect_uris if uri != here]
    uris = [*others, here] if act == "add" else others
    try:
        own.update(client, {"redirect_uris": uris}, services)
    except (InvalidMetadata, Refused) as problem:
        return _page(client, trials.scope_of(client), str(problem), visit, services)
    return visits.go(visit.place, services, "saved")


def _start(client: Client, scope: str, visit: Visit, services: Services) -> Response:
    try:
        return redirect(trials.url(client, scope, visit.session, visit.request, services))
    except TemporarilyUnavailable:
        raise
    except OAuthError as refused:
        # Of a request that is pushed; another is refused at /authorize, and the answer shows it.
        reason = f"The request was refused when it was pushed: {refused.description}"
        return _page(client, scope, f"{reason} ({refused.error})", visit, services)


def _find(visit: Visit, services: Services) -> Client:
    client = own.find(visit.name, visit.user, services)
    if "authorization_code" not in client.grant_types:
        raise NotFound("Nobody signs in to this application.")
    return client


def _page(client: Client, scope: str, error: str, visit: Visit, services: Services) -> Response:
    here = trials.address(services)
    return visits.page(
        "try_sign_in",
        visit,
        services,
        status=400 if error else 200,
        client=client,
        address=here,
        is_registered=here in client.redirect_uris,
        can_try=not client.require_signed_request_object,
        is_pushed=trials.must_push(client, services),
        is_bound=client.dpop_bound_access_tokens
        or client.tls_client_certificate_bound_access_tokens,
        scope=scope,
        error=error,
    )
