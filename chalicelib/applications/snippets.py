"""Code to copy: what a developer writes with a popular library, for the application that it is for.

Texts, as they are shown; tests run some of them. Values are written as JSON, which is a literal of
Python and of JavaScript alike; a secret is never among them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from ..records.client import Client
from ..records.resource import Resource
from ..values import Frozen
from . import snippet_texts as texts


class Snippet(Frozen):
    """One piece of code: the library that it is for, and the text."""

    title: str
    text: str


def of(client: Client, resource: Resource | None, issuer: str) -> tuple[Snippet, ...]:
    """Every piece that goes with the application. resource: the API that it calls first."""
    interactive = "authorization_code" in client.grant_types
    chosen: list[tuple[str, str]] = []
    if interactive:
        chosen += _of_people(client)
    if "client_credentials" in client.grant_types:
        chosen += _of_machines(client)
    places = _places(client, resource, issuer, interactive=interactive)
    return tuple(Snippet(title, _filled(text, places)) for title, text in chosen)


def _of_people(client: Client) -> list[tuple[str, str]]:
    found = []
    if not client.is_public or client.application_type == "native":
        if client.is_public or client.has_secret:
            found.append(("Authlib (Python)", texts.AUTHLIB))
        if client.is_public or client.token_endpoint_auth_method in texts.OPENID_CLIENT_AUTH:
            found.append(("openid-client (Node.js)", texts.OPENID_CLIENT))
    if client.is_public and client.application_type == "web":
        found.append(("oidc-client-ts (browsers)", texts.OIDC_CLIENT_TS))
    if client.is_public and client.application_type == "native":
        found.append(("mcp (Python), for MCP servers", texts.MCP))
    return found


def _of_machines(client: Client) -> list[tuple[str, str]]:
    if client.has_secret:
        return [
            ("curl", texts.CURL if _in_header(client) else texts.CURL_POST),
            ("requests (Python)", texts.REQUESTS if _in_header(client) else texts.REQUESTS_POST),
            ("openid-client (Node.js)", texts.OPENID_CLIENT_MACHINE),
        ]
    if client.token_endpoint_auth_method == "private_key_jwt":
        return [("openid-client (Node.js)", texts.OPENID_CLIENT_MACHINE)]
    return []


def _in_header(client: Client) -> bool:
    return client.token_endpoint_auth_method == "client_secret_basic"


def _places(
    client: Client, resource: Resource | None, issuer: str, *, interactive: bool
) -> dict[str, str]:
    of_resource = tuple(resource.scopes) if resource else ()
    registered = client.scope or of_resource
    scope = [name for name in of_resource if name in registered]
    if interactive:
        refresh = ["offline_access"] if "refresh_token" in client.grant_types else []
        scope = ["openid", *scope, *refresh]
    method = client.token_endpoint_auth_method
    return {
        "ISSUER": issuer,
        "CLIENT_ID": client.client_id,
        "REDIRECT_URI": client.redirect_uris[0] if client.redirect_uris else "",
        "SCOPE": " ".join(scope),
        "RESOURCE": resource.resource if resource else "",
        "METHOD": method,
        "AUTH": texts.OPENID_CLIENT_AUTH.get(method, ""),
        # Of several APIs, a request has to say which it is for (RFC 8707).
        "CHOSEN": resource.resource if resource and len(client.allowed_resources or ()) > 1 else "",
        # A token for an API is for that alone.
        "USERINFO": "" if resource else "yes",
        # A library that wants https has to be told.
        "LOCAL": "yes" if issuer.startswith("http:") else "",
        "NAME": client.display_name,
    }


def _filled(text: str, places: dict[str, str]) -> str:
    kept = []
    for line in text.strip("\n").splitlines():
        name = line.partition("@?")[2].partition("@")[0]
        if name:
            # A line that is there only where its value is.
            if not places[name]:
                continue
            line = line.replace(f"@?{name}@", "")
        kept.append(line.rstrip())
    return _PLACE.sub(lambda place: _WRITERS[place[1]](places[place[2]]), "\n".join(kept))


_PLACE = re.compile(r"@(code:|shell:|)([A-Z_]+)@")
# The only code among the values is a library's own words; all else is a literal.
_WRITERS: Mapping[str, Callable[[str], str]] = {
    "": json.dumps,
    "code:": str,
    "shell:": lambda value: "'" + value.replace("'", "'\\''") + "'",
}
