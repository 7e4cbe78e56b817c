"""The documents: error pages, liveness, keys, and odd requests for each of them."""

from __future__ import annotations

import base64

import pytest

from chalicelib import error_reference, errors
from tests.invariants import REGISTERED
from tests.world import World

ODD_QUERIES = ["", "?", "?a=1&a=2", "?%ff=%00", "?interaction=x", "?" + "q" * 5000]


def every_error() -> set[type[errors.OAuthError]]:
    """Each class of error that has a code."""
    found, new = set(), {errors.OAuthError}
    while new:
        new = {child for parent in new for child in parent.__subclasses__()}
        found |= new
    return found


@pytest.mark.parametrize("code", sorted({kind.error for kind in every_error()}))
def test_every_error_that_is_sent_has_its_page(still: World, code: str) -> None:
    """`error_uri` never leads into nothing, and the code is a registered one."""
    assert code in REGISTERED
    reply = still.get(f"/errors/{code}")
    assert reply.status == 200
    assert code in reply.page.text


def test_every_page_is_of_an_error_that_is_sent() -> None:
    """No page explains what cannot happen."""
    assert set(error_reference.REFERENCE) == {kind.error for kind in every_error()}


@pytest.mark.parametrize(
    "code",
    ["nothing", "INVALID_GRANT", "invalid_grant%00", "%3Cscript%3E", "..", "invalid%5Fgrant", "é"],
)
def test_an_unknown_code_has_no_page(still: World, code: str) -> None:
    """And the page that says so does not repeat it."""
    reply = still.request("GET", f"/errors/{code}")
    assert reply.status in (400, 404)
    assert code not in reply.text


@pytest.mark.parametrize("query", ODD_QUERIES)
@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/openid-configuration",
        "/.well-known/jwks.json",
        "/healthz",
        "/errors/server_error",
    ],
)
def test_a_query_does_not_change_a_document(still: World, path: str, query: str) -> None:
    """Documents take no parameters."""
    plain, asked = still.request("GET", path), still.request("GET", path + query)
    assert (asked.status, asked.text) == (plain.status, plain.text)


@pytest.mark.parametrize(
    "headers", [[("Host", "evil.example")], [("X-Forwarded-Host", "evil.example")]]
)
@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/errors/server_error"])
def test_the_host_of_a_request_changes_nothing(
    still: World, path: str, headers: list[tuple[str, str]]
) -> None:
    """Addresses are built from the issuer only."""
    assert "evil" not in still.request("GET", path, headers=headers).text


def test_liveness_asks_nobody(still: World) -> None:
    """No table, no keys."""
    assert still.get("/healthz").json == {"status": "ok"}
    assert still.aws.calls == []


def test_the_key_document_holds_public_keys_only(still: World) -> None:
    """RFC 7517 section 9.2: no private member; every key says what it is for."""
    keys = still.get("/.well-known/jwks.json").json["keys"]
    assert [key["alg"] for key in keys] == ["RS256", "ES256"]
    for key in keys:
        members = {"RS256": {"n", "e"}, "ES256": {"crv", "x", "y"}}[key["alg"]]
        assert set(key) == {"kty", "kid", "alg", "use"} | members
        assert key["use"] == "sig"


@pytest.mark.parametrize(
    ("path", "seconds"),
    [
        ("/.well-known/jwks.json", 300),
        ("/.well-known/openid-configuration", 300),
        ("/.well-known/oauth-authorization-server", 300),
        ("/errors/invalid_grant", 3600),
    ],
)
def test_documents_may_be_kept_for_a_while(still: World, path: str, seconds: int) -> None:
    """Caches answer for us."""
    assert still.get(path).header("Cache-Control") == f"public, max-age={seconds}"


def test_a_binary_body_does_not_matter_to_a_document(still: World) -> None:
    """API Gateway sends it as base64."""
    reply = still.request("GET", "/healthz", body=base64.b64decode("//79"))
    assert reply.status == 200
