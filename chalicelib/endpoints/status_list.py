"""A token status list: which access tokens were revoked. draft-ietf-oauth-status-list-21 section 8.

For anyone, and for any cache: it tells no more than bits. The same text until its `ttl` is over, so
that nobody can have it signed more often than that.
"""

from __future__ import annotations

from .. import tokens
from ..encoding import base64url, sha256
from ..errors import NotFound, NotOffered
from ..http import Request, Response
from ..protocol import status_list
from ..services import Services


def handle(request: Request, services: Services) -> Response:
    """The list of this name, signed."""
    name = request.path_parameters["list"]
    found = status_list.read_name(name)
    if found is None or not services.status_lists.exists(found[0]):
        raise NotFound
    if "time" in request.query:
        # Section 8.4: 501 where the past is not kept.
        raise NotOffered("This server does not keep what a status list was before.")
    text, made_at = _published(name, *found, services)
    tag = f'"{base64url(sha256(text))[:22]}"'
    left = max(0, made_at + services.settings.status_list_ttl - services.now())
    headers = (("Cache-Control", f"public, max-age={left}"), ("ETag", tag))
    if tag in (request.header("If-None-Match") or ""):
        return Response(304, "", headers)
    return Response(200, text, (("Content-Type", status_list.MEDIA_TYPE), *headers))


def _published(name: str, in_list: int, alg: str, services: Services) -> tuple[str, int]:
    kept = services.status_lists.kept(name, services.settings.status_list_ttl)
    if kept is not None:
        return kept
    made_at = services.now()
    text = tokens.status_list(in_list, alg, services)
    if text is None:
        raise NotFound
    services.status_lists.keep(name, (text, made_at))
    return text, made_at
