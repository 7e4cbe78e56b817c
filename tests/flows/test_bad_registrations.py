"""Registrations that are refused: what is sent is no JSON, or no client. RFC 7591 section 3.2.2."""

from __future__ import annotations

import json

import pytest

from chalicelib.fetching import Fetcher
from tests.flows.registrations import CONFIDENTIAL, JSON, PUBLIC, WEB, is_refused, post
from tests.world import World


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "invalid_client_metadata"),
        (b"{", "invalid_client_metadata"),
        (b"[]", "invalid_client_metadata"),
        (b'"redirect_uris"', "invalid_client_metadata"),
        (b"null", "invalid_client_metadata"),
        (b'{"redirect_uris": ["%s"]}' % WEB.encode() * 2, "invalid_client_metadata"),
        (b'{"scope": "a", "scope": "b"}', "invalid_client_metadata"),
        (b'{"default_max_age": NaN}', "invalid_client_metadata"),
        (b'{"default_max_age": 1e999}', "invalid_client_metadata"),
        (b'{"default_max_age": ' + b"9" * 5000 + b"}", "invalid_client_metadata"),
        (b'{"a": ' + b"[" * 1000 + b"]" * 1000 + b"}", "invalid_client_metadata"),
        (b"\xff\xfe{}", "invalid_client_metadata"),
        (b'{"client_name": "\\ud800"}', "invalid_redirect_uri"),
        (b'{"client_name": "' + b"a" * 40_000 + b'"}', "invalid_client_metadata"),
        (b"{}", "invalid_redirect_uri"),
    ],
    ids=lambda value: value[:24] if isinstance(value, bytes) else value,
)
def test_a_body_that_is_no_registration_is_refused(world: World, body: bytes, error: str) -> None:
    """One JSON object, of a size that people write; nothing is stored of another."""
    reply = post(world, body)
    if b"ud800" in body:
        error = "invalid_client_metadata"
    is_refused(reply, error)
    assert world.writes() == []


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Content-Type", "text/plain")],
        [("Content-Type", "application/x-www-form-urlencoded")],
        [JSON, JSON],
    ],
)
def test_another_type_of_content_is_refused(world: World, headers: list[tuple[str, str]]) -> None:
    """A form of another site cannot register: a browser asks before it sends JSON."""
    body = json.dumps(PUBLIC).encode()
    is_refused(world.request("POST", "/register", headers=headers, body=body), "invalid_request")
    assert world.aws.calls == []


@pytest.mark.parametrize(
    ("member", "value", "words"),
    [
        ("token_endpoint_auth_method", "client_secret_jwt", "token_endpoint_auth_method: "),
        ("token_endpoint_auth_method", 7, "token_endpoint_auth_method: "),
        ("token_endpoint_auth_method", "private_key_jwt", "needs jwks or jwks_uri"),
        ("token_endpoint_auth_method", "tls_client_auth", "token_endpoint_auth_method: "),
        ("grant_types", ["client_credentials"], "grant_types: must have authorization_code"),
        ("grant_types", ["refresh_token"], "grant_types: must have authorization_code"),
        ("grant_types", "authorization_code", "grant_types: "),
        ("grant_types", [["authorization_code"]], "grant_types: "),
        ("response_types", ["token"], "response_types: must have code"),
        ("application_type", "service", "application_type: "),
        ("client_name", 7, "client_name: "),
        ("client_name", "a" * 201, "client_name: "),
        ("client_name", "Postern", "name of this service"),
        ("client_name", "POSTERN", "name of this service"),
        ("client_name", "\uff30ostern", "name of this service"),
        ("client_name", "Bank\u202egnihton", "client_name: "),
        ("client_name", "Ba\u200bnk", "client_name: "),
        ("client_name", "Bank\ufe0f", "client_name: "),
        ("client_name", "\u3164", "client_name: "),
        ("client_name", " ", "client_name: "),
        ("client_name", "Bank\u00a0", "client_name: "),
        ("client_name", "Bank\nVerified", "client_name: "),
        ("client_name", "Bank   Verified", "client_name: "),
        ("contacts", ["a\u200bb"], "contacts: "),
        ("logo_uri", "javascript:alert(1)", "logo_uri: "),
        ("logo_uri", "data:image/png;base64,AA", "logo_uri: "),
        ("client_uri", "http://app.example", "client_uri: "),
        ("policy_uri", "https://a.example/ b", "policy_uri: "),
        ("tos_uri", ["https://a.example"], "tos_uri: "),
        ("jwks_uri", "http://keys.example/", "jwks_uri: "),
        ("jwks_uri", "https://169.254.169.254/", "jwks_uri: "),
        ("sector_identifier_uri", "file:///etc/passwd", "sector_identifier_uri: "),
        ("request_uris", ["https://10.0.0.1/"], "request_uris: "),
        ("backchannel_logout_uri", "https://[fe80::1]/", "backchannel_logout_uri: "),
        ("frontchannel_logout_uri", "https://other.example/", "frontchannel_logout_uri: "),
        ("id_token_signed_response_alg", "none", "id_token_signed_response_alg: "),
        ("id_token_signed_response_alg", "HS256", "id_token_signed_response_alg: "),
        ("default_max_age", -1, "default_max_age: "),
        ("scope", "a\tb", "scope: "),
        ("jwks", {"keys": [{"kty": "oct", "k": "AA"}]}, "jwks: "),
    ],
)
def test_bad_metadata_are_refused_by_name(
    world: World, member: str, value: object, words: str
) -> None:
    """Section 3.2.2: invalid_client_metadata, in words that name the member; nothing is stored."""
    is_refused(post(world, {**CONFIDENTIAL, member: value}), "invalid_client_metadata", words)
    assert world.writes() == []


@pytest.mark.parametrize("member", ["jwks_uri", "sector_identifier_uri", "backchannel_logout_uri"])
@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://app.example:8443/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::ffff:169.254.169.254]/",
        "https://user@app.example/",
    ],
)
def test_a_url_that_leads_into_a_network_is_refused(world: World, member: str, uri: str) -> None:
    """On a stage that calls the internet only, as every deployed one; nobody is called for it."""
    world.fetcher = Fetcher(_nowhere)
    world.restart()
    try:
        reply = post(world, {**CONFIDENTIAL, member: uri})
    finally:
        world.fetcher = None
        world.restart()
    is_refused(reply, "invalid_client_metadata", f"{member}: ")
    assert world.writes() == []


def _nowhere(host: str, port: int) -> list[tuple[str, int]]:
    raise AssertionError(f"{host} was looked up")
