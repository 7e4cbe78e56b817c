"""How an authorization response travels. OAuth 2.0 Multiple Response Types, Form Post, JARM."""

from __future__ import annotations

from collections.abc import Mapping

# JARM section 2.3.4: `jwt` alone is query.jwt for the code flow. There is no fragment: only the
# implicit grant needs one.
MODES = ("query", "form_post", "query.jwt", "form_post.jwt", "jwt")
LIFETIME = 120  # seconds; JARM section 2.1: ten minutes at most


def is_signed(mode: str) -> bool:
    """Whether the answer is a JWT of ours."""
    return mode in ("query.jwt", "form_post.jwt", "jwt")


def is_posted(mode: str) -> bool:
    """Whether the answer goes by a form; otherwise in the query."""
    return mode.startswith("form_post")


def claims(issuer: str, client_id: str, response: Mapping[str, str], now: int) -> dict[str, object]:
    """JARM section 2.1: a signed answer, for this client and for a short time.

    It has neither `sub` nor `auth_time`, so that it is never an ID token.
    """
    return {**response, "iss": issuer, "aud": client_id, "exp": now + LIFETIME}


def in_query(redirect_uri: str, parameters: Mapping[str, str]) -> str:
    """The redirect URI with the response in its query; what the client registered stays first."""
    from urllib.parse import quote, urlencode

    separator = "&" if "?" in redirect_uri else "?"
    if redirect_uri.endswith(("?", "&")):
        separator = ""
    return redirect_uri + separator + urlencode(parameters, quote_via=quote)
