"""WSGI middleware: Flask, Django, Pyramid, Bottle. PEP 3333.

    app.wsgi_app = Protected(app.wsgi_app, Verifier(ISSUER, "https://api.example.com"))

The application finds its `Token` in `environ["postern_verifier.token"]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from ..errors import Refused
from ..verifier import Verifier
from .serving import METADATA_HEADERS, TOKEN, Policy, metadata_body, needs_a_token, own_origin

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Certificate = Callable[[Environ], str | bytes | None]

# RFC 3986 section 3.3: what a path is written with unescaped.
_PATH = "/:@!$&'()*+,;=-._~"


def certificate_of(environ: Environ) -> str | None:
    """The client's certificate as mod_ssl and uWSGI tell it; no client can set this by a header."""
    return environ.get("SSL_CLIENT_CERT") or None


class Protected:
    """An application behind the verifier.

    policy: what each operation needs. origin: scheme and host that clients know, the resource's
    unless given. metadata: more members for the RFC 9728 document, which is served here.
    certificate: gives the client's certificate, from the TLS layer.
    """

    def __init__(
        self,
        app: App,
        verifier: Verifier,
        *,
        policy: Policy = needs_a_token,
        origin: str | None = None,
        metadata: dict[str, object] | None = None,
        certificate: Certificate = certificate_of,
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._policy = policy
        self._origin = own_origin(verifier, origin)
        self._metadata = metadata_body(verifier, metadata or {})
        self._certificate = certificate

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Serve a request."""
        method, path = environ["REQUEST_METHOD"], _path(environ)
        target = _target(path, environ.get("QUERY_STRING", ""))
        if self._metadata is not None and target == self._verifier.metadata_path:
            start_response("200 OK", list(METADATA_HEADERS))
            return [self._metadata]
        needs = self._policy(method, path.decode("utf-8", "replace"))
        if needs is None:
            return self._app(environ, start_response)
        try:
            token = self._verifier.check(
                _headers(environ),
                method,
                self._origin + target,
                needs,
                certificate=self._certificate(environ),
            )
        except Refused as refused:
            phrase = HTTPStatus(refused.status).phrase
            start_response(f"{refused.status} {phrase}", list(refused.headers))
            return [refused.body]

        def with_headers(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, *token.headers], *more)

        return self._app({**environ, TOKEN: token}, with_headers)


def _headers(environ: Environ) -> list[tuple[str, str]]:
    """A server joins repeated headers by a comma, which neither a token nor a proof can hold."""
    names = {"HTTP_AUTHORIZATION": "Authorization", "HTTP_DPOP": "DPoP"}
    return [(name, environ[key]) for key, name in names.items() if key in environ]


def _path(environ: Environ) -> bytes:
    """The path, unescaped by the server."""
    path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return path.encode("latin-1")


def _target(path: bytes, query: str) -> str:
    """Path and query as a client writes them."""
    return quote(path, safe=_PATH) + (f"?{query}" if query else "")
