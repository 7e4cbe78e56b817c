"""A sign-in that a developer tries from the console, as the application would do it.

The state names the client and is signed for the session that started it, and the code verifier is
made from it: nothing is stored, and an answer that somebody else began is good for nothing here.
What is issued is looked at and revoked, all in one request.

A request that has to be pushed (RFC 9126) is checked and stored here as at /par, by the server
itself: who pushes is proved by the session, and the answer still comes to this session's state.
"""

from __future__ import annotations

from urllib.parse import urlencode

from . import pushed_requests, throttling, token_status, tokens
from .encoding import base64url, equal, from_base64url, sha256
from .errors import InvalidGrant
from .grants import GRANT_TYPES
from .http import Parameters, Request
from .possession import Possession
from .protocol import handle as handles
from .records.client import Client
from .records.grant import Grant, grant_key
from .records.session import Session
from .records.user import User
from .services import Services

PATH = "/console/callback"


def address(services: Services) -> str:
    """The redirect URI that the application needs for it."""
    return services.settings.url(PATH)


def scope_of(client: Client) -> str:
    """What to ask for at first: an OpenID sign-in, and every scope that is registered."""
    return " ".join(dict.fromkeys(("openid", *(client.scope or ("profile", "email")))))


def must_push(client: Client, services: Services) -> bool:
    """Whether the application's requests have to be pushed."""
    return client.require_pushed_authorization_requests or services.settings.require_par


def url(client: Client, scope: str, session: Session, request: Request, services: Services) -> str:
    """Where the browser is sent. OAuthError, where a request that is pushed is refused."""
    state = _state(client.client_id, services.random_text(16), session, services)
    challenge = base64url(sha256(_verifier(state, session, services)))
    parameters = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": address(services),
        "scope": scope,
        "state": state,
        "nonce": services.random_text(16),
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if must_push(client, services):
        request_uri = _pushed(client, parameters, request, services)
        parameters = {"client_id": client.client_id, "request_uri": request_uri}
    return services.settings.url(f"/authorize?{urlencode(parameters)}")


def _pushed(
    client: Client, parameters: dict[str, str], request: Request, services: Services
) -> str:
    """The name of the request, which is stored as if the application had pushed it."""
    # On some stages everyone is a developer, and each push is kept.
    throttling.push(client.client_id, request.source_address, services)
    form = Parameters(tuple(parameters.items()))
    pushed, request_uri = pushed_requests.check(client, form, Possession(), request, services)
    services.table.put_new(pushed)
    services.log.event("authorization.pushed", client_id=client.client_id)
    return request_uri


def client_of(state: str, session: Session, services: Services) -> str | None:
    """The client that a state of this session is for; None for any other text."""
    client_id, _, rest = state.partition(" ")
    nonce, _, _ = rest.partition(" ")
    good = equal(state, _state(client_id, nonce, session, services))
    return client_id if good else None


def redeem(
    code: str, state: str, client: Client, user: User, session: Session, services: Services
) -> tuple[tuple[str, str], ...]:
    """Redeem a code as the application would, and revoke what it gives; name and JSON of each
    token's claims. OAuthError as at /token."""
    shown = handles.read(code, services.keyring.salt)
    if shown is None or shown.user_id != user.user_id:
        raise InvalidGrant(detail="another user's code")
    form = Parameters(
        (
            ("code", code),
            ("redirect_uri", address(services)),
            ("code_verifier", _verifier(state, session, services)),
        )
    )
    proved = GRANT_TYPES["authorization_code"].prove(form, client, services)
    proved.binding.must_be_met(None)
    answer = tokens.issue(proved.spend(None), services)
    grant = services.table.get(Grant, grant_key(user.user_id, shown.own_id))
    if grant is not None:
        token_status.revoke_grant(grant, services)
    services.log.event("console.sign_in_tried", client_id=client.client_id, grant=shown.own_id)
    named = (("ID token", "id_token"), ("Access token", "access_token"))
    return tuple((title, _claims(str(answer[name]))) for title, name in named if name in answer)


def _claims(token: str) -> str:
    import json

    header, claims = (json.loads(from_base64url(part)) for part in token.split(".")[:2])
    return json.dumps({"header": header, "claims": claims}, indent=2)


def _state(client_id: str, nonce: str, session: Session, services: Services) -> str:
    # By the lineage: to sign in again on the way changes the session, and not the person.
    signed = f"{session.user_id}\0{session.lineage}\0{client_id}\0{nonce}"
    return f"{client_id} {nonce} {services.keyring.pseudonym('try', signed)}"


def _verifier(state: str, session: Session, services: Services) -> str:
    return services.keyring.pseudonym("try-verifier", f"{session.lineage}\0{state}")
