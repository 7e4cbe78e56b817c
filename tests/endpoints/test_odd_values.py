"""Values that no client sends by accident, in every parameter of the machines' endpoints."""

from __future__ import annotations

import pytest

from tests.world import REDIRECT, VERIFIER, World

WEB = ("demoweb", "demowebsecret")
MACHINE = ("demomachine", "demomachinesecret")

ODD = {
    "10 KiB": "v" * 10 * 1024,
    "a NUL": "a\0b",
    "a line feed": "a\r\nSet-Cookie: a=b",
    "a delete": "a\x7fb",
    "an escape": "\x1b[31m",
    "non-ASCII": "zürich-日本",
    "digits of another script": "١٢٣",
    "a character above the plane": "\U0001f600",
    "a broken percent-encoding": "%zz%",
    "a blank": " ",
    "quotes and a backslash": '"\\"',
    "markup": "<script>alert(1)</script>",
    "dots": "a.b.c",
    "many dots": "." * 5000,
    "a plus": "a+b",
}
odd = pytest.mark.parametrize("value", ODD.values(), ids=ODD.keys())

CODE = {
    "grant_type": "authorization_code",
    "code": "c" * 67,
    "redirect_uri": REDIRECT,
    "code_verifier": VERIFIER,
}
REFRESH = {"grant_type": "refresh_token", "refresh_token": "r" * 67}
MACHINES = {"grant_type": "client_credentials", "scope": "read"}


@odd
@pytest.mark.parametrize(
    ("form", "auth", "name", "error"),
    [
        (CODE, WEB, "grant_type", "unsupported_grant_type"),
        (CODE, WEB, "code", "invalid_grant"),
        (CODE, WEB, "redirect_uri", "invalid_grant"),
        (CODE, WEB, "code_verifier", "invalid_grant"),
        (CODE, WEB, "resource", "invalid_grant"),
        (REFRESH, WEB, "refresh_token", "invalid_grant"),
        (REFRESH, WEB, "scope", "invalid_grant"),
        (REFRESH, WEB, "resource", "invalid_grant"),
        (MACHINES, MACHINE, "scope", "invalid_scope"),
        (MACHINES, MACHINE, "resource", "invalid_target"),
    ],
)
def test_an_odd_value_at_the_token_endpoint_is_refused(
    still: World, form: dict[str, str], auth: tuple[str, str], name: str, error: str, value: str
) -> None:
    """The registered error of the parameter, and no other."""
    reply = still.post("/token", {**form, name: value}, auth=auth)
    assert (reply.status, reply.json["error"]) == (400, error)


@odd
def test_an_odd_value_of_an_unknown_parameter_is_ignored(still: World, value: str) -> None:
    """RFC 6749 section 3.2: unrecognised request parameters are ignored."""
    assert still.post("/token", {**MACHINES, "unknown": value}, auth=MACHINE).status == 200


@odd
def test_an_odd_token_is_unknown_to_revocation(still: World, value: str) -> None:
    """RFC 7009 section 2.2: an invalid token is no error."""
    reply = still.post("/revoke", {"token": value}, auth=WEB)
    assert (reply.status, reply.json) == (200, {})


@odd
def test_an_odd_token_is_inactive(still: World, value: str) -> None:
    """RFC 7662 section 2.2: nothing but `active` is said of it."""
    reply = still.post("/introspect", {"token": value}, auth=WEB)
    assert (reply.status, reply.json) == (200, {"active": False})


@odd
@pytest.mark.parametrize("path", ["/revoke", "/introspect"])
def test_an_odd_token_type_hint_does_not_matter(still: World, path: str, value: str) -> None:
    """RFC 7009 section 2.1: the hint may be ignored."""
    form = {"token": "r" * 67, "token_type_hint": value}
    assert still.post(path, form, auth=WEB).status == 200


@odd
@pytest.mark.parametrize("path", ["/token", "/revoke", "/introspect"])
@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_odd_credentials_in_the_form_are_refused(
    still: World, path: str, name: str, value: str
) -> None:
    """RFC 6749 section 5.2: 401 and invalid_client, whatever they hold."""
    form = {**MACHINES, "token": "r" * 67, "client_id": "demomachine", "client_secret": "wrong"}
    reply = still.post(path, {**form, name: value})
    assert (reply.status, reply.json["error"]) == (401, "invalid_client")
