"""How an authorization response travels. OAuth 2.0 Multiple Response Types, Form Post, RFC 9207."""

from __future__ import annotations

from collections.abc import Mapping

MODES = ("query", "form_post")


def in_query(redirect_uri: str, parameters: Mapping[str, str]) -> str:
    """The redirect URI with the response in its query; what the client registered stays first."""
    from urllib.parse import quote, urlencode

    separator = "&" if "?" in redirect_uri else "?"
    if redirect_uri.endswith(("?", "&")):
        separator = ""
    return redirect_uri + separator + urlencode(parameters, quote_via=quote)
