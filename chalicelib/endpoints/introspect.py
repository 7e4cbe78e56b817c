"""Token introspection. RFC 7662; answers that are signed, RFC 9701.

For clients with a credential, about the tokens they may see; of all others they learn nothing, not
even that there are any.
"""

from __future__ import annotations

from .. import client_authentication, subjects, tokens, verification
from ..errors import InvalidClient, Unauthenticated, UnauthorizedClient
from ..http import NO_STORE, Request, Response, json_response
from ..protocol import confirmation, scope
from ..protocol import handle as handles
from ..protocol.refresh_chain import steps_behind
from ..records.client import Client
from ..records.grant import LIVE, Grant, grant_key
from ..records.user import User, user_key
from ..services import Services

SIGNED = f"application/{tokens.INTROSPECTION}"
JSON = "application/json"

_INACTIVE: dict[str, object] = {"active": False}
# What nearly every library sends: it means JSON, and needs no reading.
_PLAIN = ((), (JSON,), ("*/*",))
# The last ones are not in every token: RFC 9470 section 6.2, RFC 9449 section 6.2, RFC 9396
# section 9.2.
_CLAIMS = (
    *("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id"),
    *("acr", "auth_time", "cnf", "status", "authorization_details"),
)


def handle(request: Request, services: Services) -> Response:
    """What a token is good for now; {"active": false} for any that this client may not see."""
    form = request.form
    form.refuse_repeated()
    token = form.require("token")
    client = _caller(request, services)
    look = _access_token if "." in token else _refresh_token
    found = look(token, client, services)
    if not _is_signed(request, client):
        return json_response(found)
    signed = tokens.introspection_response(found, client, services)
    return Response(200, signed, (("Content-Type", SIGNED), *NO_STORE))


def _caller(request: Request, services: Services) -> Client:
    """The client that asks. Nobody who wants it signed gets 400: RFC 9701 section 5."""
    try:
        client = client_authentication.authenticate(request, services)
    except InvalidClient:
        if client_authentication.is_tried(request) or not _asks_for_jwt(request):
            raise
        raise Unauthenticated from None
    if client.is_public:
        raise UnauthorizedClient("A public client cannot introspect.")
    return client


def _is_signed(request: Request, client: Client) -> bool:
    """Whether the request asks for a signed answer, or the client gets no other."""
    return client.introspection_signed_response_alg is not None or _asks_for_jwt(request)


def _asks_for_jwt(request: Request) -> bool:
    asked = request.headers.get("accept", ())
    if asked in _PLAIN:
        return False
    from ..protocol import accept

    return accept.prefers(asked, SIGNED, JSON)


def _access_token(text: str, client: Client, services: Services) -> dict[str, object]:
    token = verification.access_token(text, services)
    if token is None:
        return _INACTIVE
    if not may_see(client, token.client_id, str(token.claims["aud"]), services):
        return _INACTIVE
    if not verification.is_active(token, services):
        return _INACTIVE
    return {
        "active": True,
        "token_type": confirmation.token_type(token.confirmation),
        **{name: token.claims[name] for name in _CLAIMS if name in token.claims},
        **_scope_for(client, token.claims.get("scope", "")),
    }


def _scope_for(client: Client, granted: str) -> dict[str, object]:
    """RFC 9701 section 5: a resource server is told what is for it, not what is for this server."""
    own = tuple(granted.split(" ")) if granted else ()
    if client.introspection == "audience":
        own = scope.of_resources(own)
    return {"scope": scope.join(own)} if own else {}


def _refresh_token(text: str, client: Client, services: Services) -> dict[str, object]:
    # A resource server has no business with refresh tokens: their owner only, or one that sees all.
    if client.introspection == "audience":
        return _INACTIVE
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
        **_extent(grant),
        "iat": grant.issued_at,
        "exp": grant.expires_at,
    }


def _extent(grant: Grant) -> dict[str, object]:
    """How far a grant reaches, for all its audiences."""
    told: dict[str, object] = {"scope": scope.join(grant.scope)} if grant.scope else {}
    if grant.authorization_details is not None:
        from ..protocol import authorization_details as rich

        told["authorization_details"] = list(rich.stored(grant.authorization_details))
    return told


def may_see(client: Client, issued_to: str, audience: str, services: Services) -> bool:
    """Whether a client may look into a token: its own, its resources', or any, as registered."""
    if client.introspection == "all":
        return True
    if client.introspection == "audience":
        if audience in client.resource_server:
            return True
        resource = services.registry.resource(audience)
        return resource is not None and resource.is_one_of(client.resource_server)
    return issued_to == client.client_id
