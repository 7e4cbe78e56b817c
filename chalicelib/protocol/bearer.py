"""Access tokens as a client presents them, and how they are refused. RFC 6750 sections 2 and 3."""

from __future__ import annotations

import re

from ..errors import InvalidRequest, OAuthError
from ..http import FORM, Request

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)


def presented(request: Request) -> str | None:
    """The token in the Authorization header or in the form; None when there is none.

    InvalidRequest when it is malformed, comes twice, or stands in the query, where logs keep it.
    """
    if "access_token" in request.query:
        raise InvalidRequest("An access token in the query is not taken; send it in a header.")
    found = [text for text in (_in_header(request), _in_form(request)) if text is not None]
    if len(found) > 1:
        raise InvalidRequest("The access token was sent in two ways.")
    if found and not _TOKEN.fullmatch(found[0]):
        raise InvalidRequest("The access token is malformed.")
    return found[0] if found else None


def challenge(realm: str, scope: str, problem: OAuthError | None = None) -> tuple[str, str]:
    """The WWW-Authenticate header (section 3); without an error when no token came (3.1)."""
    members = {"realm": realm, "scope": scope}
    if problem is not None:
        members |= {"error": problem.error, "error_description": problem.description}
    return "WWW-Authenticate", "Bearer " + ", ".join(f'{k}="{v}"' for k, v in members.items())


def _in_header(request: Request) -> str | None:
    scheme, _, token = (request.header("Authorization") or "").strip().partition(" ")
    # Another scheme is as good as none: the client may not know what is needed.
    return token.strip() if scheme.lower() == "bearer" else None


def _in_form(request: Request) -> str | None:
    """Section 2.2: not of a request with GET, and only of a form."""
    kind = (request.header("Content-Type") or "").split(";")[0].strip().lower()
    if request.method != "POST" or kind != FORM:
        return None
    return request.form.get("access_token")
