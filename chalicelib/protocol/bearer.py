"""Access tokens as a client presents them, and how they are refused.

RFC 6750 sections 2 and 3, RFC 9449 section 7.
"""

from __future__ import annotations

import re

from ..errors import InvalidRequest, OAuthError
from ..http import FORM, Request
from .confirmation import DPOP_ALGORITHMS

SCHEMES = ("bearer", "dpop")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)


def presented(request: Request) -> tuple[str, str] | None:
    """The scheme, in lower case, and the token: in the Authorization header, or in the form, which
    counts as Bearer. None when there is none.

    InvalidRequest when it is malformed, comes twice, or stands in the query, where logs keep it.
    """
    if "access_token" in request.query:
        raise InvalidRequest("An access token in the query is not taken; send it in a header.")
    found = [each for each in (_in_header(request), _in_form(request)) if each is not None]
    if len(found) > 1:
        raise InvalidRequest("The access token was sent in two ways.")
    if found and not _TOKEN.fullmatch(found[0][1]):
        raise InvalidRequest("The access token is malformed.")
    return found[0] if found else None


def challenges(
    request: Request, realm: str, scope: str, problem: OAuthError | None = None
) -> tuple[tuple[str, str], ...]:
    """The WWW-Authenticate headers: one for each way to present a token that is open.

    RFC 6750 section 3, RFC 9449 section 7.1: an error goes with the scheme that was used, in the
    form Bearer's. Without a token there is no error, and both are named.
    """
    used = [scheme for scheme, _ in _shown(request)] or SCHEMES[: None if problem is None else 1]
    return tuple(
        ("WWW-Authenticate", _challenge(scheme, realm, scope, problem))
        for scheme in SCHEMES
        if scheme in used
    )


def _challenge(scheme: str, realm: str, scope: str, problem: OAuthError | None) -> str:
    members = {"realm": realm, "scope": scope}
    if problem is not None:
        members |= {"error": problem.error, "error_description": problem.description}
    if scheme == "dpop":
        members["algs"] = " ".join(DPOP_ALGORITHMS)
    name = {"bearer": "Bearer", "dpop": "DPoP"}[scheme]
    return f"{name} " + ", ".join(f'{k}="{v}"' for k, v in members.items())


def _shown(request: Request) -> list[tuple[str, str]]:
    """What each Authorization header has of a scheme that we know."""
    found = []
    for header in request.headers.get("authorization", ()):
        scheme, _, token = header.strip().partition(" ")
        if scheme.lower() in SCHEMES:
            found.append((scheme.lower(), token.strip()))
    return found


def _in_header(request: Request) -> tuple[str, str] | None:
    request.header("Authorization")  # which stands once, or not at all
    # Another scheme is as good as none: the client may not know what is needed.
    return next(iter(_shown(request)), None)


def _in_form(request: Request) -> tuple[str, str] | None:
    """Section 2.2: not of a request with GET, and only of a form."""
    kind = (request.header("Content-Type") or "").split(";")[0].strip().lower()
    if request.method != "POST" or kind != FORM:
        return None
    token = request.form.get("access_token")
    return ("bearer", token) if token is not None else None
