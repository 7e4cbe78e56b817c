"""Chalice: a decorator for views, and an answer for Chalice's own authorizers.

    @app.route("/files")
    @protected(app, verifier, Needs("read"))
    def files(): ...

A view finds its `Token` in `app.current_request.context["postern_verifier.token"]`. An authorizer
sees the Authorization header only, so bound tokens need the decorator.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from chalice.app import AuthRequest, AuthResponse, Chalice, Request, Response

from ..errors import Headers, Refused
from ..needs import NOTHING, Needs
from ..verifier import Verifier
from .events import certificate_in, context_of, method_and_url, pairs
from .serving import TOKEN, own_origin

View = Callable[..., Any]


def protected(
    app: Chalice,
    verifier: Verifier,
    needs: Needs = NOTHING,
    *,
    origin: str | None = None,
) -> Callable[[View], View]:
    """Put a view behind the verifier; below `app.route`, above the function.

    origin: scheme and host that clients know, the resource's unless given.
    """
    base = own_origin(verifier, origin)

    def decorator(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            request = app.current_request
            # Chalice sets it before it calls a view.
            assert request is not None
            event = request.to_original_event()
            context = event.get("requestContext") or {}
            path = context.get("path") or request.path
            try:
                token = verifier.check(
                    pairs(event),
                    request.method,
                    base + path + ("?access_token" if _in_query(request) else ""),
                    needs,
                    certificate=certificate_in(event),
                )
            except Refused as refused:
                return _answer(refused)
            request.context[TOKEN] = token
            return _with_headers(view(*args, **kwargs), token.headers)

        return checked

    return decorator


def authorize(
    request: AuthRequest,
    verifier: Verifier,
    needs: Needs = NOTHING,
    *,
    routes: tuple[str, ...] = ("*",),
) -> AuthResponse:
    """What a function under `@app.authorizer()` answers; no route when the token is refused.

    Views find the claims in `app.current_request.context["authorizer"]`.
    """
    method, url = method_and_url(request.method_arn, own_origin(verifier, None))
    try:
        token = verifier.check([("Authorization", request.token)], method, url, needs)
    except Refused:
        return AuthResponse(routes=[], principal_id="refused")
    return AuthResponse(
        routes=list(routes), principal_id=token.subject or "", context=context_of(token)
    )


def _in_query(request: Request) -> bool:
    return "access_token" in (request.query_params or {})


def _answer(refused: Refused) -> Response:
    headers: dict[str, str | list[str]] = {}
    for name, value in refused.headers:
        if name == "WWW-Authenticate":
            # RFC 9110 section 11.6.1: several challenges may share a line.
            value = ", ".join(filter(None, [str(headers.get(name, "")), value]))
        headers[name] = value
    # As text: Chalice takes bytes for something that needs base64.
    return Response(refused.body.decode(), headers, refused.status)


def _with_headers(answer: Any, headers: Headers) -> Any:
    if not headers:
        return answer
    response = answer if isinstance(answer, Response) else Response(answer)
    response.headers.update(headers)
    return response
