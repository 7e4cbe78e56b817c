"""Every path and method in one table, and the answer to a request.

An error becomes one here as well: JSON for machines (RFC 6749 section 5.2), a page for people.
"""

from __future__ import annotations

import time

from .endpoints import ENDPOINTS
from .errors import (
    InvalidClient,
    InvalidDPoPProof,
    InvalidToken,
    MethodNotAllowed,
    OAuthError,
    ServerError,
    TemporarilyUnavailable,
    TokenNeeded,
    UseDPoPNonce,
)
from .http import Request, Response, json_response
from .services import Services
from .values import Frozen

# Every method gets a route, so that a wrong one is refused here in OAuth's words: what API Gateway
# has no route for, it answers itself.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

CORS_HEADERS = "Authorization, Content-Type, DPoP, MCP-Protocol-Version"
CORS_EXPOSED = "WWW-Authenticate, DPoP-Nonce, Retry-After, X-Request-Id"


class Route(Frozen):
    """A path, its endpoint and its methods. `page`: people see it. `cors`: scripts of any site
    may call it, without cookies. `bearer`: the scope of the access token that opens it."""

    path: str
    endpoint: str
    methods: tuple[str, ...]
    page: bool = False
    cors: bool = False
    bearer: str | None = None


ROUTES = (
    Route("/.well-known/oauth-authorization-server", "metadata", ("GET", "HEAD"), cors=True),
    Route("/.well-known/openid-configuration", "metadata", ("GET", "HEAD"), cors=True),
    Route("/.well-known/jwks.json", "jwks", ("GET", "HEAD"), cors=True),
    Route("/authorize", "authorize", ("GET", "POST"), page=True),
    Route("/authorize/{step}", "authorize_step", ("POST",), page=True),
    Route("/par", "par", ("POST",), cors=True),
    Route("/token", "token", ("POST",), cors=True),
    Route("/revoke", "revoke", ("POST",), cors=True),
    Route("/introspect", "introspect", ("POST",)),
    Route("/userinfo", "userinfo", ("GET", "POST"), cors=True, bearer="openid"),
    Route("/logout", "logout", ("GET", "POST"), page=True),
    Route("/register", "register", ("POST",), cors=True),
    Route("/register/{client_id}", "registration", ("GET", "PUT", "DELETE"), cors=True),
    Route("/status-lists/{list}", "status_list", ("GET", "HEAD"), cors=True),
    Route("/console", "console", ("GET", "POST"), page=True),
    Route("/console/{page}", "console", ("GET", "POST"), page=True),
    Route("/console/{page}/{name}", "console", ("GET", "POST"), page=True),
    Route("/about", "about", ("GET", "HEAD"), page=True, cors=True),
    Route("/errors/{code}", "error_page", ("GET", "HEAD"), page=True),
    Route("/healthz", "healthz", ("GET", "HEAD")),
)


def respond(route: Route, request: Request, services: Services) -> Response:
    """The answer to one request; whatever happens, it is one of ours."""
    started = time.perf_counter()
    services.log.request_id, services.log.actor = request.request_id, None
    services.source_address = request.source_address
    try:
        response = _answer(route, request, services)
    except OAuthError as problem:
        response = _error(route, problem, request, services)
    except Exception:  # a bug of ours; nothing of it may reach the client
        import traceback

        services.log.problem("unhandled", trace=traceback.format_exc())
        response = _error(route, ServerError(), request, services)
    services.log.request(
        method=request.method,
        path=route.path,
        status=response.status,
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
    )
    headers = [("X-Request-Id", request.request_id)]
    if route.cors:
        headers += [
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Expose-Headers", CORS_EXPOSED),
        ]
    return response.with_headers(*headers)


def _answer(route: Route, request: Request, services: Services) -> Response:
    if request.method == "OPTIONS":
        return _preflight(route)
    if request.method not in route.methods:
        raise MethodNotAllowed(route.methods)
    return ENDPOINTS[route.endpoint].handle(request, services)


def _preflight(route: Route) -> Response:
    methods = ", ".join((*route.methods, "OPTIONS"))
    headers = [("Allow", methods), ("Cache-Control", "no-store")]
    if route.cors:
        headers += [
            ("Access-Control-Allow-Methods", ", ".join(route.methods)),
            ("Access-Control-Allow-Headers", CORS_HEADERS),
            ("Access-Control-Max-Age", "3600"),
        ]
    return Response(204, "", tuple(headers))


def _error(route: Route, problem: OAuthError, request: Request, services: Services) -> Response:
    if isinstance(problem, ServerError | TemporarilyUnavailable):
        services.log.problem(problem.error, reason=problem.detail)
    # RFC 9449 section 7.1: of a request with an access token, the proof is part of what is refused.
    status = 401 if route.bearer and isinstance(problem, InvalidDPoPProof) else problem.status
    response = (
        _page_error(problem, request, services)
        if route.page
        else json_error(problem, services, status)
    )
    if route.bearer is not None and status in (400, 401, 403):
        from .protocol import bearer

        realm = services.settings.issuer
        headers = bearer.challenges(request, realm, route.bearer, problem)
        response = response.with_headers(*headers)
    elif isinstance(problem, InvalidToken):
        challenge = _bearer_challenge(problem, services.settings.issuer)
        response = response.with_headers(("WWW-Authenticate", challenge))
    if isinstance(problem, UseDPoPNonce):
        response = response.with_headers(("DPoP-Nonce", problem.nonce))
    if isinstance(problem, MethodNotAllowed):
        response = response.with_headers(("Allow", ", ".join(problem.allow)))
    if isinstance(problem, TemporarilyUnavailable):
        response = response.with_headers(("Retry-After", str(problem.retry_after)))
    return response


def _bearer_challenge(problem: InvalidToken, realm: str) -> str:
    """RFC 6750 section 3, of an endpoint whose tokens have no scope."""
    if isinstance(problem, TokenNeeded):
        return f'Bearer realm="{realm}"'
    said = f'error="{problem.error}", error_description="{problem.description}"'
    return f'Bearer realm="{realm}", {said}'


def json_error(problem: OAuthError, services: Services, status: int | None = None) -> Response:
    """RFC 6749 section 5.2, with the page that explains the error."""
    response = json_response(
        {
            "error": problem.error,
            "error_description": problem.description,
            "error_uri": services.settings.url(f"/errors/{problem.error}"),
        },
        status=status or problem.status,
    )
    if isinstance(problem, InvalidClient):
        challenge = f'Basic realm="{services.settings.issuer}", charset="UTF-8"'
        response = response.with_headers(("WWW-Authenticate", challenge))
    return response


def _page_error(problem: OAuthError, request: Request, services: Services) -> Response:
    from .pages import render

    ours = problem.status >= 500
    return render(
        "error.html",
        status=problem.status,
        product=services.settings.product_name,
        title="Something went wrong here" if ours else "This request cannot be completed",
        message=problem.description,
        advice=(
            "Wait a moment, then load the page again."
            if ours
            else "Go back to the application and start again. If it happens again, tell the "
            "people who run the application."
        ),
        code=problem.error,
        request_id=request.request_id,
    )
