"""The client configuration endpoint: a client looks at, changes or ends its registration. RFC 7592.

An unknown client and a wrong token are answered alike.
"""

from __future__ import annotations

from .. import throttling
from ..administration import clients, self_registration
from ..administration.self_registration import Registered
from ..errors import InvalidToken, TokenNeeded
from ..http import NO_STORE, Request, Response, json_response
from ..protocol import bearer
from ..records.client import Client
from ..registration_messages import answer, metadata_of, refusals, vouched_for
from ..services import Services
from ..values import replace


def handle(request: Request, services: Services) -> Response:
    """Read, replace or delete, by the registration access token."""
    client, token = _proved(request, services)
    if request.method == "GET":
        return json_response(answer(Registered(client, None, token), {}, services))
    with refusals():
        if request.method == "DELETE":
            clients.delete(client.client_id, services)
            services.registry.forget(client.key)
            return Response(204, "", NO_STORE)
        metadata = metadata_of(request)
        throttling.registration_change(client.client_id, services)
        said = vouched_for(metadata, services)
        changed = self_registration.update(client, said, services)
    return json_response(answer(replace(changed, token=token), metadata, services))


def _proved(request: Request, services: Services) -> tuple[Client, str]:
    client_id = request.path_parameters["client_id"]
    presented = bearer.presented(request)
    if presented is None:
        raise TokenNeeded("This endpoint needs the registration access token of the client.")
    with throttling.client_secret(client_id, request.source_address, services, InvalidToken):
        scheme, token = presented
        client = self_registration.find(client_id, token, services) if scheme == "bearer" else None
        if client is None:
            raise InvalidToken("The registration access token is not that of this client.")
    return client, token
