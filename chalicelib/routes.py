"""Every path and method in one table; the only module beside app.py that knows Chalice.

Here an event becomes a Request, and an error an answer: JSON for machines (RFC 6749 section 5.2),
a page for people.
"""

from __future__ import annotations

import base64
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalice.app import Chalice
from chalice.app import Response as ChaliceResponse

from .endpoints import ENDPOINTS
from .errors import (
    InvalidClient,
    InvalidRequest,
    MethodNotAllowed,
    OAuthError,
    ServerError,
    TemporarilyUnavailable,
)
from .http import Parameters, Request, Response, json_response
from .services import Services

# Every method gets a route, so that a wrong one is refused here in OAuth's words: what API Gateway
# has no route for, it answers itself.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

CORS_HEADERS = "Authorization, Content-Type, DPoP, MCP-Protocol-Version"
CORS_EXPOSED = "WWW-Authenticate, DPoP-Nonce, Retry-After, X-Request-Id"


@dataclass(frozen=True, slots=True)
class Route:
    """A path, its endpoint and its methods. `page`: people see it. `cors`: scripts of any site
    may call it, without cookies."""

    path: str
    endpoint: str
    methods: tuple[str, ...]
    page: bool = False
    cors: bool = False


ROUTES = (
    Route("/.well-known/oauth-authorization-server", "metadata", ("GET", "HEAD"), cors=True),
    Route("/.well-known/openid-configuration", "metadata", ("GET", "HEAD"), cors=True),
    Route("/.well-known/jwks.json", "jwks", ("GET", "HEAD"), cors=True),
    Route("/authorize", "authorize", ("GET", "POST"), page=True),
    Route("/authorize/{step}", "authorize_step", ("POST",), page=True),
    Route("/token", "token", ("POST",), cors=True),
    Route("/revoke", "revoke", ("POST",), cors=True),
    Route("/introspect", "introspect", ("POST",)),
    Route("/errors/{code}", "error_page", ("GET", "HEAD"), page=True),
    Route("/healthz", "healthz", ("GET", "HEAD")),
)


def mount(app: Chalice, services: Callable[[], Services]) -> None:
    """Register every route. `services` is called for each request, and may keep what it made."""
    for route in ROUTES:
        # No content types: Chalice would answer a wrong one itself, with a body of its own.
        app.route(route.path, methods=list(METHODS), content_types=[], name=route.path)(
            _view(app, route, services)
        )

    def speak_oauth(event: Any, get_response: Callable[[Any], Any]) -> Any:
        """Give the errors that Chalice answers by itself the same form as ours."""
        response = get_response(event)
        if isinstance(response.body, dict) and "Code" in response.body:
            known = response.status_code < 500
            problem = InvalidRequest() if known else ServerError()
            own = _json_error(problem, services(), status=response.status_code)
            return _to_chalice(own)
        return response

    app.register_middleware(speak_oauth, "http")


def _view(
    app: Chalice, route: Route, services: Callable[[], Services]
) -> Callable[..., ChaliceResponse]:
    def view(**path_parameters: str) -> ChaliceResponse:
        assert app.current_request is not None
        event = app.current_request.to_original_event()
        return _to_chalice(respond(route, to_request(event, path_parameters), services()))

    return view


def respond(route: Route, request: Request, services: Services) -> Response:
    """The answer to one request; whatever happens, it is one of ours."""
    started = time.perf_counter()
    services.log.request_id = request.request_id
    try:
        response = _answer(route, request, services)
    except OAuthError as problem:
        response = _error(route, problem, request, services)
    except Exception:  # a bug of ours; nothing of it may reach the client
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
    response = (
        _page_error(problem, request, services) if route.page else _json_error(problem, services)
    )
    if isinstance(problem, MethodNotAllowed):
        response = response.with_headers(("Allow", ", ".join(problem.allow)))
    if isinstance(problem, TemporarilyUnavailable):
        response = response.with_headers(("Retry-After", str(problem.retry_after)))
    return response


def _json_error(problem: OAuthError, services: Services, status: int | None = None) -> Response:
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


def to_request(event: Mapping[str, Any], path_parameters: Mapping[str, str]) -> Request:
    """The Request in an API Gateway REST event (version 1.0)."""
    context = event["requestContext"]
    headers: dict[str, tuple[str, ...]] = {}
    for name, values in (event.get("multiValueHeaders") or {}).items():
        headers[name.lower()] = headers.get(name.lower(), ()) + tuple(values)
    query = (event.get("multiValueQueryStringParameters") or {}).items()
    body = event.get("body") or ""
    return Request(
        method=context["httpMethod"],
        path=event["path"],
        query=Parameters((name, value) for name, values in query for value in values),
        headers=headers,
        body=base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
        path_parameters=path_parameters,
        source_address=context["identity"]["sourceIp"],
        request_id=context["requestId"],
    )


def _to_chalice(response: Response) -> ChaliceResponse:
    headers: dict[str, Any] = {}
    for name, value in response.headers:
        headers[name] = [*headers.get(name, []), value]
    # Chalice sends a header that stands once as a string, and one that stands twice as a list.
    single = {name: values[0] if len(values) == 1 else values for name, values in headers.items()}
    return ChaliceResponse(body=response.body, status_code=response.status, headers=single)
