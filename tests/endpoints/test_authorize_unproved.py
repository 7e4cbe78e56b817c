"""Until client and redirect URI are proved, /authorize tells nobody but the user.

RFC 6749 section 4.1.2.1, RFC 9700 section 4.11.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.reply import Reply
from tests.world import REDIRECT, World

FORM = ("Content-Type", "application/x-www-form-urlencoded")
methods = pytest.mark.parametrize("method", ["GET", "POST"])


def good(world: World) -> list[tuple[str, str]]:
    """The parameters of a request that would be taken."""
    return parse_qsl(urlsplit(world.authorize_url()).query)


def ask(world: World, method: str, pairs: list[tuple[str, str]]) -> Reply:
    """Send an authorization request as a query or as a form."""
    encoded = urlencode(pairs)
    if method == "GET":
        return world.request("GET", f"/authorize?{encoded}")
    return world.request("POST", "/authorize", headers=[FORM], body=encoded.encode())


def is_a_page_for_the_user(reply: Reply) -> None:
    """Status 400, a page, no way out."""
    assert reply.status == 400
    assert reply.is_page
    assert reply.header("Location") is None
    assert reply.page.refresh is None
    assert reply.page.forms == {}
    assert reply.headers_of("Set-Cookie") == []
    assert "invalid_request" in reply.page.text


def changed(pairs: list[tuple[str, str]], name: str, *values: str) -> list[tuple[str, str]]:
    """The parameters with one of them replaced."""
    return [pair for pair in pairs if pair[0] != name] + [(name, value) for value in values]


@methods
@pytest.mark.parametrize(
    "values",
    [
        (),
        ("",),
        ("nobody",),
        ("demoweb", "demoweb"),
        ("demoweb", "demospa"),
        ("DEMOWEB",),
        (" demoweb",),
        ("demoweb\0",),
        ("demoweb\n",),
        ("dёmoweb",),
        ("c" * 256,),
        ("c" * 9000,),
        ("%zz",),
        ("<script>alert(1)</script>",),
        ("demomachine",),
    ],
    ids=lambda values: repr(values)[:40],
)
def test_a_bad_client_is_told_to_the_user_only(
    still: World, method: str, values: tuple[str, ...]
) -> None:
    """Missing, unknown, misspelled, repeated, or not registered for redirects."""
    is_a_page_for_the_user(ask(still, method, changed(good(still), "client_id", *values)))


@methods
@pytest.mark.parametrize(
    "values",
    [
        ("https://evil.example/",),
        (REDIRECT, REDIRECT),
        (REDIRECT, "https://evil.example/"),
        (f"{REDIRECT}/",),
        (f"{REDIRECT}?",),
        (f"{REDIRECT}#",),
        (f"{REDIRECT}#fragment",),
        (f"{REDIRECT}?next=https://evil.example",),
        (f"{REDIRECT}/../other",),
        (f"{REDIRECT};a",),
        (f"{REDIRECT}%00",),
        (f"{REDIRECT}\0",),
        (f"{REDIRECT}\r\nLocation: https://evil.example/",),
        (f" {REDIRECT}",),
        (f"{REDIRECT}\t",),
        (REDIRECT.upper(),),
        (REDIRECT.replace("http:", "https:"),),
        (REDIRECT.replace("http:", "HTTP:"),),
        (REDIRECT.replace("127.0.0.1", "localhost"),),
        (REDIRECT.replace("127.0.0.1", "127.1"),),
        (REDIRECT.replace("127.0.0.1", "2130706433"),),
        (REDIRECT.replace("127.0.0.1", "[::1]"),),
        (REDIRECT.replace("127.0.0.1", "127.0.0.1.evil.example"),),
        (REDIRECT.replace("127.0.0.1", "evil.example@127.0.0.1"),),
        (REDIRECT.replace("127.0.0.1:8000", "127.0.0.1:8000@evil.example"),),
        (REDIRECT.replace(":8000", ":0"),),
        (REDIRECT.replace(":8000", ":65536"),),
        (REDIRECT.replace(":8000", ":١٢"),),
        (REDIRECT.replace(":8000", ":"),),
        (REDIRECT.replace("/demo", "\\demo"),),
        (REDIRECT.replace("callback", "c%61llback"),),
        (REDIRECT.replace("http:", "javascript:"),),
        ("/demo/callback",),
        ("//127.0.0.1:8000/demo/callback",),
        ("u" * 9000,),
        ("http://127.0.0.1:8000/dёmo/callback",),
    ],
    ids=lambda values: repr(values)[:70],
)
def test_a_redirect_uri_that_is_not_registered_is_told_to_the_user_only(
    still: World, method: str, values: tuple[str, ...]
) -> None:
    """Compared as strings, whatever a URL parser would make of them."""
    is_a_page_for_the_user(ask(still, method, changed(good(still), "redirect_uri", *values)))


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ([("Content-Type", "application/json")], b'{"client_id": "demoweb"}'),
        ([("Content-Type", "multipart/form-data; boundary=x")], b"--x--"),
        ([], b"client_id=demoweb"),
        ([FORM, FORM], b"client_id=demoweb"),
        ([FORM], b""),
        ([FORM], b"client_id=demoweb&a=" + b"x" * 64 * 1024),
        ([FORM], b"client_id=demoweb&a=%ff"),
        ([FORM], b"client_id=demoweb&a=\xff"),
        ([FORM], b"client_id=demoweb" + b"&a=1" * 100),
    ],
    ids=["JSON", "multipart", "no type", "two types", "empty", "large", "no UTF-8", "raw", "many"],
)
def test_a_malformed_form_is_told_to_the_user_only(
    still: World, headers: list[tuple[str, str]], body: bytes
) -> None:
    """OpenID Connect Core section 3.1.2.1 lets clients post their request, as a form."""
    is_a_page_for_the_user(still.request("POST", "/authorize", headers=headers, body=body))


def test_parameters_in_the_query_of_a_post_do_not_count(still: World) -> None:
    """A POST has its parameters in the body."""
    query = urlencode(good(still))
    is_a_page_for_the_user(
        still.request("POST", f"/authorize?{query}", headers=[FORM], body=b"a=b")
    )


@pytest.mark.parametrize(
    "query",
    ["", "interaction=", "interaction=x", "interaction=x&interaction=y", "interaction=%00%ff%zz"],
)
def test_an_unknown_sign_in_cannot_go_on(still: World, query: str) -> None:
    """Only what this server stored, for this browser, can be gone on with."""
    is_a_page_for_the_user(still.request("GET", f"/authorize?{query}"))


def test_the_page_does_not_repeat_what_the_stranger_wrote(still: World) -> None:
    """Text of an attacker on our page would look like ours."""
    reply = ask(still, "GET", [("client_id", "call +1-555-0100 now"), ("redirect_uri", "x:y")])
    assert "555" not in reply.text
