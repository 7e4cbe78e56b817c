"""Methods: what each path takes, and what it says to the others. RFC 9110 section 15.5.6."""

from __future__ import annotations

import re

import pytest

from chalicelib.routes import ROUTES
from tests.world import World

ALLOWED = {
    "/.well-known/oauth-authorization-server": ("GET", "HEAD"),
    "/.well-known/openid-configuration": ("GET", "HEAD"),
    "/.well-known/jwks.json": ("GET", "HEAD"),
    "/authorize": ("GET", "POST"),
    "/authorize/sign-in": ("POST",),
    "/authorize/select-account": ("POST",),
    "/authorize/consent": ("POST",),
    "/par": ("POST",),
    "/token": ("POST",),
    "/revoke": ("POST",),
    "/introspect": ("POST",),
    "/userinfo": ("GET", "POST"),
    "/logout": ("GET", "POST"),
    "/register": ("POST",),
    "/register/somebody": ("GET", "PUT", "DELETE"),
    "/console": ("GET", "POST"),
    "/console/new": ("GET", "POST"),
    "/console/new/web": ("GET", "POST"),
    "/status-lists/0-RS256": ("GET", "HEAD"),
    "/about": ("GET", "HEAD"),
    "/errors/invalid_grant": ("GET", "HEAD"),
    "/healthz": ("GET", "HEAD"),
}
PAGES = ("/authorize", "/logout", "/console", "/about", "/errors")
DOCUMENTS = [
    path
    for path, methods in ALLOWED.items()
    # There is no list before a token has a place in it: tests/flows/test_status_list_documents.py.
    if "HEAD" in methods and not path.startswith("/status-lists/")
]

WRONG = [
    (path, method)
    for path, allowed in ALLOWED.items()
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
    if method not in allowed
]


def test_every_path_is_here() -> None:
    """Whoever adds a route says which methods it takes."""
    patterns = {re.sub(r"\{\w+\}", "[^/]+", route.path) for route in ROUTES}
    assert all(any(re.fullmatch(one, path) for path in ALLOWED) for one in patterns)
    assert all(any(re.fullmatch(one, path) for one in patterns) for path in ALLOWED)


@pytest.mark.parametrize(("path", "method"), WRONG)
def test_another_method_is_refused(still: World, path: str, method: str) -> None:
    """405, the methods that are taken, and an error in OAuth's words or a page."""
    reply = still.request(method, path, body=b"" if method in ("GET", "HEAD") else b"a=b")
    assert reply.status == 405
    assert reply.header("Allow") == ", ".join(ALLOWED[path])
    if path.startswith(PAGES):
        assert reply.is_page
    else:
        assert reply.json["error"] == "invalid_request"
    assert still.aws.calls == []


@pytest.mark.parametrize("path", DOCUMENTS)
def test_head_has_the_headers_of_get(still: World, path: str) -> None:
    """RFC 9110 section 9.3.2."""
    head, get = still.request("HEAD", path), still.request("GET", path)
    own = ("X-Request-Id",)
    assert head.status == get.status == 200
    assert [h for h in head.answer.headers if h[0] not in own] == [
        h for h in get.answer.headers if h[0] not in own
    ]


@pytest.mark.parametrize("path", ALLOWED)
def test_options_lists_the_methods_and_asks_nobody(still: World, path: str) -> None:
    """No table, no keys: a preflight costs nothing."""
    reply = still.request("OPTIONS", path)
    assert reply.status == 204
    assert reply.text == ""
    assert reply.header("Allow") == ", ".join((*ALLOWED[path], "OPTIONS"))
    assert still.aws.calls == []


@pytest.mark.parametrize("path", ["/", "/nothing", "/token/x", "/authorize/a/b", "/errors", "//"])
def test_an_unknown_path_is_not_found(still: World, path: str) -> None:
    """What has no route never reaches the function; its answer keeps to the same form."""
    reply = still.request("GET", path)
    assert reply.status == 404
    assert reply.json["error"] == "invalid_request"
