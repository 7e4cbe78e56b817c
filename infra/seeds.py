"""The demo seeds: known to everyone, so for a stage that only its own machine can reach."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from urllib.parse import urlsplit

from chalicelib.administration import Refused, clients, resources, users
from chalicelib.aws.log import Log
from chalicelib.records.record import Value
from infra.stage import open_services

RESOURCE = {
    "resource": "https://api.example.com",
    "name": "Example API",
    "scopes": {"read": "Read your files", "write": "Change and delete your files"},
    "developers": "machines",
    "self_registered_clients": True,
}
USER = ("demo@example.com", "demo-password")
# So that both sides of the console can be seen.
ROLES = ("developer", "operator")
CLAIMS: Mapping[str, Value] = {
    "name": "Demo Person",
    "given_name": "Demo",
    "family_name": "Person",
    "email": "demo@example.com",
    "email_verified": True,
}
REDIRECT = "http://127.0.0.1:8000/demo/callback"
AFTER_LOGOUT = "http://127.0.0.1:8000/demo"
CODE_FLOW = ["authorization_code", "refresh_token"]
CLIENTS: tuple[Mapping[str, object], ...] = (
    {
        "client_id": "demoweb",
        "client_secret": "demowebsecret",
        "client_name": "Demo Web",
        "client_uri": "http://127.0.0.1:8000/demo",
        "redirect_uris": [REDIRECT],
        "post_logout_redirect_uris": [AFTER_LOGOUT],
        "grant_types": CODE_FLOW,
        "allowed_resources": [RESOURCE["resource"]],
    },
    {
        "client_id": "demospa",
        "client_name": "Demo Single-Page App",
        "redirect_uris": [REDIRECT],
        "post_logout_redirect_uris": [AFTER_LOGOUT],
        "grant_types": CODE_FLOW,
        "token_endpoint_auth_method": "none",
        "allowed_resources": [RESOURCE["resource"]],
    },
    {
        "client_id": "demomachine",
        "client_secret": "demomachinesecret",
        "client_name": "Demo Machine",
        "grant_types": ["client_credentials"],
        "scope": "read write",
        "allowed_resources": [RESOURCE["resource"]],
    },
)


class NotLocal(Exception):
    """The stage can be reached by others."""


def plant(environ: Mapping[str, str]) -> None:
    """Plant the demo resource, user and clients; what is there stays.

    NotLocal unless the stage's table lies in an emulated cloud on this very machine.
    """
    emulator = urlsplit(environ.get("AWS_ENDPOINT_URL", ""))
    if emulator.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise NotLocal("the demo seeds are for emulated stages only: everyone knows their secrets")
    with closing(open_services(environ, Log(io.StringIO()))) as services:
        _once(partial(resources.create, RESOURCE, services))
        _once(partial(users.create, *USER, CLAIMS, services, roles=ROLES))
        for metadata in CLIENTS:
            _once(partial(clients.create, metadata, services))


def _once(create: Callable[[], object]) -> None:
    try:
        create()
    except Refused as refused:
        if "exists already" not in str(refused):
            raise
