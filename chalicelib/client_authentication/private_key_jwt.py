"""An assertion that the client signs with a key of its own. RFC 7523 section 2.2, RFC 7521.

     registered so ─► rules ─► key, fetched where it must be ─► signature ─ ─ ─► jti spent

Proved first, spent last: what somebody else makes in the client's name uses up nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidClient
from ..http import Request
from ..records.client import Client
from ..services import Services

# Most clients have a secret, and pay for nothing of this: it is imported where it is used.
if TYPE_CHECKING:
    from ..protocol.jwt import Token
    from ..records.seen_once import SeenOnce

METHOD = "private_key_jwt"
_PARAMETERS = ("client_assertion", "client_assertion_type")


def claimed(request: Request) -> str | None:
    """The sub of an assertion; InvalidClient when it is none, or of another type."""
    form = request.form
    if not any(name in form for name in _PARAMETERS):
        return None
    from ..protocol import client_assertion

    return client_assertion.claimed_client(_assertion(request))


def prove(request: Request, client: Client | None, services: Services) -> SeenOnce:
    """Check the assertion; it counts once, and the mark is not written yet. InvalidClient."""
    from ..protocol import client_assertion, fapi
    from ..protocol.client_assertion import Expected
    from ..records import seen_once

    if client is None or client.token_endpoint_auth_method != METHOD:
        raise InvalidClient(detail="unknown client, or not registered for assertions")
    token = _assertion(request)
    expected = Expected(
        client_id=client.client_id,
        alg=client.token_endpoint_auth_signing_alg,
        issuer=services.settings.issuer,
        endpoints=() if client.is_fapi else _endpoints(request, services),
        now=services.now(),
        algs=fapi.ALGORITHMS if client.is_fapi else client_assertion.ALGORITHMS,
    )
    client_assertion.check(token, expected)
    _check_signature(token, client, services)
    # RFC 7523 section 3: remembered for longer than anyone would take it.
    return seen_once.client_assertion(
        client.client_id,
        token.claims["jti"],
        client_assertion.last_second(token),
        services.random_text(12),
    )


def _assertion(request: Request) -> Token:
    from ..protocol import client_assertion

    form = request.form
    if form.get("client_assertion_type") != client_assertion.TYPE:
        raise InvalidClient(detail="client_assertion_type: not that of a JWT")
    return client_assertion.parse(form.get("client_assertion", ""))


def _endpoints(request: Request, services: Services) -> tuple[str, ...]:
    """What older clients name instead of the issuer: the token endpoint, and what they call."""
    called_url, paths = services.settings.called_url, ("/token", request.path)
    hosts = (False, True) if request.client_certificate is not None else (False,)
    return tuple(called_url(path, certified=host) for host in hosts for path in paths)


def _check_signature(token: Token, client: Client, services: Services) -> None:
    from ..client_keys import NoKey

    try:
        signed = services.client_keys.have_signed(client, token)
    except NoKey as problem:
        raise InvalidClient(detail=f"{problem} {problem.detail}".strip()) from None
    if not signed:
        raise InvalidClient(detail="the signature is not the client's")
