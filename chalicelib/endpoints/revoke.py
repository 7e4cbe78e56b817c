"""Token revocation. RFC 7009. A client ends its own tokens only; success is durable."""

from __future__ import annotations

from .. import client_authentication, token_status, verification
from ..aws import grants
from ..errors import InvalidGrant
from ..http import Request, Response, json_response
from ..protocol import handle as handles
from ..records.client import Client
from ..records.grant import grant_key
from ..services import Services

_FOREIGN = "The token was issued to another client."


def handle(request: Request, services: Services) -> Response:
    """End a refresh token with its whole grant, or one access token.

    An unknown, expired or revoked token is no error (section 2.2): the client cannot do more.
    """
    form = request.form
    form.refuse_repeated()
    token = form.require("token")
    client = client_authentication.authenticate(request, services)
    # The two kinds cannot be mistaken for each other, so token_type_hint has nothing to add.
    if "." in token:
        _revoke_access_token(token, client, services)
    else:
        _revoke_refresh_token(token, client, services)
    # An empty JSON object: some client libraries parse every answer.
    return json_response({})


def _revoke_access_token(text: str, client: Client, services: Services) -> None:
    token = verification.access_token(text, services)
    if token is None:
        return
    if token.client_id != client.client_id:
        raise InvalidGrant(_FOREIGN)
    services.table.put(token.revocation)
    if token.place is not None:
        remaining = token.claims["exp"] - services.now()
        token_status.revoke_token(token.place, remaining, token.of(services), services)
    services.log.event("token.revoked", client_id=client.client_id, kind="access_token")


def _revoke_refresh_token(text: str, client: Client, services: Services) -> None:
    shown = handles.read(text, services.keyring.salt)
    if shown is None:
        return
    grant = grants.revoke_by_refresh_token(
        services.table,
        grant_key(shown.user_id, shown.own_id),
        shown.secret,
        client.client_id,
        services.now(),
    )
    if grant is None:
        return
    if grant.client_id != client.client_id:
        raise InvalidGrant(_FOREIGN)
    token_status.revoke_place(grant, services)
    services.log.event(
        "token.revoked", client_id=client.client_id, kind="refresh_token", grant=grant.grant_id
    )
