"""Token introspection. RFC 7662. For clients with a credential, about the tokens they may see."""

from __future__ import annotations

from .. import client_authentication, subjects, verification
from ..errors import UnauthorizedClient
from ..http import Request, Response, json_response
from ..protocol import handle as handles
from ..protocol import scope
from ..protocol.refresh_chain import steps_behind
from ..records.client import Client
from ..records.grant import LIVE, Grant, grant_key
from ..records.user import User, user_key
from ..services import Services

_INACTIVE: dict[str, object] = {"active": False}


def handle(request: Request, services: Services) -> Response:
    """What a token is good for now; {"active": false} for any that this client may not see."""
    form = request.form
    form.refuse_repeated()
    token = form.require("token")
    client = client_authentication.authenticate(request, services)
    if client.is_public:
        raise UnauthorizedClient("A public client cannot introspect.")
    if "." in token:
        return json_response(_access_token(token, client, services))
    return json_response(_refresh_token(token, client, services))


def _access_token(text: str, client: Client, services: Services) -> dict[str, object]:
    token = verification.access_token(text, services)
    if token is None or not may_see(client, token.client_id, str(token.claims["aud"])):
        return _INACTIVE
    if not verification.is_active(token, services):
        return _INACTIVE
    names = ("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "scope")
    return {
        "active": True,
        "token_type": "Bearer",
        **{name: token.claims[name] for name in names},
    }


def _refresh_token(text: str, client: Client, services: Services) -> dict[str, object]:
    shown = handles.read(text, services.keyring.salt)
    if shown is None:
        return _INACTIVE
    user: User | None
    grant: Grant | None
    user, grant = services.table.get_all(
        (User, user_key(shown.user_id)), (Grant, grant_key(shown.user_id, shown.own_id))
    )
    if grant is None or grant.state != LIVE or not grant.chain or not grant.current_hash:
        return _INACTIVE
    # A resource server has no business with refresh tokens: the owner only, or one that sees all.
    if client.introspection != "all" and grant.client_id != client.client_id:
        return _INACTIVE
    is_current = steps_behind(shown.secret, grant.chain, grant.current_hash, 0) == 0
    owner = services.registry.client(grant.client_id)
    stands = verification.stands(user, grant, grant.issued_at, services)
    if user is None or owner is None or not is_current or not stands:
        return _INACTIVE
    if grant.issued_at <= owner.not_before:
        return _INACTIVE
    return {
        "active": True,
        "iss": services.settings.issuer,
        "sub": subjects.of(user, owner, services),
        "client_id": grant.client_id,
        "scope": scope.join(grant.scope),
        "iat": grant.issued_at,
        "exp": grant.expires_at,
    }


def may_see(client: Client, issued_to: str, audience: str) -> bool:
    """Whether a client may look into a token: its own, its resources', or any, as registered."""
    if client.introspection == "all":
        return True
    if client.introspection == "audience":
        return audience in client.resource_server
    return issued_to == client.client_id
