"""All clients, for operators: a page at a time; one of them, to verify, revoke or delete."""

from __future__ import annotations

from .. import visits
from ..administration import Refused, clients, directory
from ..administration.clients import Changed
from ..applications import kinds, own
from ..encoding import base64url, equal, sha256
from ..errors import InvalidRequest, NotFound
from ..http import Parameters, Response
from ..protocol import signing_keys
from ..records.client import Client
from ..records.user import User, user_key
from ..registration import client_metadata
from ..registration.user_metadata import OPERATOR
from ..services import Services
from ..visits import Visit

ROLE = OPERATOR
FRESH = True

ON_A_PAGE = 25


def show(visit: Visit, services: Services) -> Response:
    """The list, from behind `after`; or one client."""
    if visit.name:
        return _page(_find(visit.name, services), "", visit, services)
    after = visit.request.query.get("after", "")[:512]
    # One more than is shown tells whether there is another page.
    names = directory.page("client", after, ON_A_PAGE + 1, services)
    found = own.clients_named(names[:ON_A_PAGE], services)
    rows = [
        (client.client_id, client.display_name, kinds.of(client), client.registered_by)
        for client in found
    ]
    more = names[ON_A_PAGE - 1] if len(names) > ON_A_PAGE else None
    return visits.page("clients", visit, services, rows=rows, more=more, is_first=not after)


def submit(form: Parameters, visit: Visit, services: Services) -> Response:
    """One act on one client."""
    client = _find(visit.name, services)
    act = form.get("act", "")
    if act not in ("verify", "unverify", "revoke", "delete"):
        raise InvalidRequest("The form does not say what to do.")
    if act == "delete" and form.get("typed", "").strip() != client.display_name:
        error = "is not the name of the application"
        return _page(client, error, visit, services)
    if act == "verify" and not equal(form.get("seen", ""), _seen(client)):
        return _page(client, "", visit, services, changed=True)
    if act == "delete":
        clients.delete(client.client_id, services)
    elif act == "revoke":
        clients.revoke(client.client_id, services)
    elif act == "unverify":
        clients.update(client.client_id, {"verified": False}, services)
    else:
        try:
            clients.update(client.client_id, {"verified": True}, services, seen=client)
        except Changed:
            return _page(_find(visit.name, services), "", visit, services, changed=True)
    services.registry.forget(client.key)
    if act == "delete":
        return visits.go("clients", services, "deleted")
    return visits.go(visit.place, services, "revoked" if act == "revoke" else "saved")


def _find(client_id: str, services: Services) -> Client:
    try:
        return clients.get(client_id, services)
    except Refused:
        raise NotFound("There is no such client.") from None


def _seen(client: Client) -> str:
    """What stands for all that the page says of a client: what is called verified was looked at,
    and its developer has not put something else in the place of it meanwhile."""
    import json

    document = json.dumps(client_metadata.write(client), sort_keys=True)
    return base64url(sha256(document))


def _page(
    client: Client, error: str, visit: Visit, services: Services, *, changed: bool = False
) -> Response:
    owner = services.table.get(User, user_key(client.owner)) if client.owner else None
    return visits.page(
        "client",
        visit,
        services,
        status=400 if error or changed else 200,
        client=client,
        seen=_seen(client),
        changed=changed,
        kind=kinds.of(client),
        owner=owner.username if owner else None,
        revoked_at=_revoked_at(client),
        rows=[(name, _text(value)) for name, value in client_metadata.write(client).items()],
        error=error,
    )


def _revoked_at(client: Client) -> str | None:
    known = client.not_before >= client.created_at
    return signing_keys.iso(client.not_before) if known else None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
