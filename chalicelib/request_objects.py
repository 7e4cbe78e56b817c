"""Requests as signed objects, by value or by reference. RFC 9101, OpenID Connect Core section 6.

     client known ─► request ──────────────────────────► checked ─► signature ─► parameters
            └──────► request_uri registered ─► fetched ──┘

What it gives are parameters like those of a plain request: they are checked, stored and gone on
with as those are, and the object is not kept. docs/decisions/0027 says which of them count.
"""

from __future__ import annotations

from . import asked, throttling
from .client_keys import NoKey
from .errors import (
    InvalidRequest,
    InvalidRequestObject,
    InvalidRequestUri,
    RequestNotSupported,
    RequestUriNotSupported,
)
from .http import Parameters, Request
from .protocol import fapi, request_object
from .protocol.jwt import Token
from .protocol.request_object import Expected
from .records.client import Client
from .services import Services

_OUTSIDE = ("request", "request_uri")


def resolve(
    parameters: Parameters, request: Request, services: Services
) -> tuple[Parameters, bool]:
    """The parameters that a request with an object stands for, and whether they are signed.

    OAuthError for an object that is not good; nothing is proved then of what is inside.
    """
    client = asked.known_client(parameters, services)
    parameters.refuse_repeated(but=("resource",))
    token = _token(parameters, client, request, services)
    expected = Expected(
        client_id=client.client_id,
        alg=client.request_object_signing_alg,
        issuer=services.settings.issuer,
        now=services.now(),
        algs=fapi.ALGORITHMS if client.is_fapi else request_object.ALGORITHMS,
        longest=fapi.LONGEST_REQUEST if client.is_fapi else None,
    )
    _check(token, expected, by_reference="request_uri" in parameters)
    inside = [("client_id", client.client_id)]
    inside += [
        pair for pair in request_object.parameters(token, asked.KNOWN) if pair[0] != "client_id"
    ]
    if not request_object.is_signed(token):
        return _merged(parameters, inside), False
    _check_signature(token, client, services)
    return Parameters(inside), True


def _check(token: Token, expected: Expected, *, by_reference: bool) -> None:
    try:
        request_object.check(token, expected)
    except RequestNotSupported as problem:
        if by_reference:
            raise RequestUriNotSupported(problem.description) from None
        raise


def _token(parameters: Parameters, client: Client, request: Request, services: Services) -> Token:
    if "request_uri" not in parameters:
        return request_object.parse(parameters["request"])
    if "request" in parameters:
        raise InvalidRequest("Either request or request_uri, not both.")
    uri = parameters["request_uri"]
    if uri not in client.request_uris:
        raise InvalidRequestUri("The client has not registered this request_uri.")
    try:
        return request_object.parse(_fetched(uri, client, request, services))
    except InvalidRequestObject as problem:
        raise InvalidRequestUri(problem.description, detail=problem.detail) from None


def _fetched(uri: str, client: Client, request: Request, services: Services) -> str:
    """What lies at a registered URI. Not kept: the next request may be another one there."""
    from .fetching import NotFetched

    throttling.request_uri(client.client_id, request.source_address, services)
    # The fragment tells caches that the object has changed (Core section 6.2).
    try:
        return services.fetcher.text(uri.partition("#")[0]).strip()
    except NotFetched as problem:
        _tell_operator(client, uri, str(problem), services)
        raise InvalidRequestUri("No request object can be read at the request_uri.") from None


def _check_signature(token: Token, client: Client, services: Services) -> None:
    try:
        signed = services.client_keys.have_signed(client, token)
    except NoKey as problem:
        if problem.detail:
            _tell_operator(client, str(client.jwks_uri), problem.detail, services)
        raise InvalidRequestObject(str(problem)) from None
    if not signed:
        raise InvalidRequestObject("The signature of the request object is not the client's.")


def _tell_operator(client: Client, uri: str, reason: str, services: Services) -> None:
    """What the network said is not for whoever asks."""
    services.log.event("client.not_read", client_id=client.client_id, uri=uri, reason=reason)


def _merged(outside: Parameters, inside: list[tuple[str, str]]) -> Parameters:
    """Core section 6.1: an unsigned object supersedes, and what it lacks may stand beside it."""
    names = {name for name, _ in inside}
    said = outside.get("response_type")
    if said is not None and dict(inside).get("response_type", said) != said:
        raise InvalidRequestObject("The response_type is another one in the request object.")
    kept = [
        (name, value)
        for name in outside
        if name not in names and name not in _OUTSIDE
        for value in outside.all(name)
    ]
    return Parameters([*inside, *kept])
