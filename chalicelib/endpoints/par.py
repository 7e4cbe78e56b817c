"""The pushed authorization request endpoint. RFC 9126 section 2, RFC 9449 section 10.1."""

from __future__ import annotations

from .. import client_authentication, possession, pushed_requests, throttling
from ..errors import OAuthError
from ..http import Request, Response, json_response
from ..services import Services

PATH = "/par"


def handle(request: Request, services: Services) -> Response:
    """Prove the client, check what it asks as /authorize would, and give a name for it."""
    form = request.form
    form.refuse_repeated(but=("resource",))
    caller = client_authentication.proved(request, services)
    client = caller.client
    if client.is_public:
        throttling.push(client.client_id, request.source_address, services)
    try:
        shown = possession.proved(request, client, services, path=PATH, compulsory=False)
        caller.spend(request, services)
        pushed, request_uri = pushed_requests.check(client, form, shown, request, services)
        shown.spend(services)
    except OAuthError as refused:
        services.log.event(
            "authorization.refused",
            client_id=client.client_id,
            error=refused.error,
            reason=refused.detail or refused.description,
        )
        raise
    services.table.put_new(pushed)
    services.log.event("authorization.pushed", client_id=client.client_id)
    answer = {"request_uri": request_uri, "expires_in": pushed.expires_at - pushed.created_at}
    return json_response(answer, status=201).with_headers(*shown.headers)
