"""Trusted issuers: what may be registered. RFC 7523 section 3, RFC 7591 section 2.3."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.records.trusted_issuer import TrustedIssuer
from chalicelib.registration import InvalidMetadata, trusted_issuer_metadata
from tests.client_signatures import jwks
from tests.shown import shown

IDP: dict[str, Any] = {
    "issuer": "https://idp.example.com",
    "jwks_uri": "https://idp.example.com/jwks",
    "purposes": ["id_jag"],
    "resources": {"https://api.example.com": ["read"]},
}
SOFTWARE = {
    "issuer": "https://software.example",
    "jwks": jwks("publisher"),
    "purposes": ["software_statement"],
}
API = "https://api.example.com"


def read(**changes: Any) -> TrustedIssuer:
    return trusted_issuer_metadata.read({**IDP, **changes}, 1)


def test_the_defaults_trust_little() -> None:
    """Users that an operator has linked, and clients with a credential."""
    issuer = read()
    assert (issuer.users, issuer.public_clients, issuer.clients) == ("linked", False, None)
    assert (issuer.algs, issuer.email_domains, issuer.created_at) == ((), (), 1)


def test_a_purpose_is_no_other() -> None:
    """Who speaks for software has no say about users, and the reverse."""
    speaks_for_software = trusted_issuer_metadata.read(SOFTWARE, 1)
    assert speaks_for_software.is_trusted_for("software_statement")
    assert not speaks_for_software.is_trusted_for("id_jag")
    assert not read().is_trusted_for("software_statement")


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://idp.example.com/"},
        {"issuer": "https://idp.example.com:8443/tenant/a~b"},
        {"issuer": "http://127.0.0.1:9000"},
        {"issuer": "http://[::1]:1/x"},
        {"issuer": "http://localhost"},
        {"purposes": ["id_jag", "software_statement"]},
        {"algs": ["ES256", "Ed25519"]},
        {"algs": None, "name": None, "clients": None, "users": None},
        {"name": "Example IdP für alle"},
        {"jwks_uri": None, "jwks": jwks("idp")},
        {"jwks_uri": None, "jwks": jwks("idp", "EC"), "algs": ["RS256", "ES256"]},
        {"clients": []},
        {"clients": ["demoweb", "https://app.example/client.json"]},
        {"public_clients": True},
        {"users": "create"},
        {"users": "email", "email_domains": ["example.com"]},
        {"resources": {API: "read write"}},
        {"resources": {API: ["read", "read"], "urn:example:api": ["x"]}},
    ],
    ids=shown,
)
def test_what_may_be_registered(changes: dict[str, Any]) -> None:
    """And what is written is read again as the same."""
    issuer = read(**changes)
    assert trusted_issuer_metadata.read(trusted_issuer_metadata.write(issuer), 1) == issuer


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"issuer": None}, "issuer: is missing"),
        ({"issuer": 7}, "issuer: must"),
        ({"issuer": ""}, "issuer: must"),
        ({"issuer": "idp.example.com"}, "issuer: must"),
        ({"issuer": "http://idp.example.com"}, "issuer: must"),
        ({"issuer": "http://127.0.0.1.evil.example"}, "issuer: must"),
        ({"issuer": "http://localhost@evil.example"}, "issuer: must"),
        ({"issuer": "https://idp.example.com?a=b"}, "issuer: must"),
        ({"issuer": "https://idp.example.com#a"}, "issuer: must"),
        ({"issuer": "https://idp.example.com\n"}, "issuer: must"),
        ({"issuer": "https://ïdp.example.com"}, "issuer: must"),
        ({"issuer": "https://i.example/" + "a" * 1000}, "issuer: must"),
        ({"purposes": None}, "purposes: is missing"),
        ({"purposes": []}, "purposes: must"),
        ({"purposes": "id_jag"}, "purposes: must"),
        ({"purposes": ["id_jag", "everything"]}, "purposes: must"),
        ({"algs": []}, "algs: must"),
        ({"algs": ["none"]}, "algs: must"),
        ({"algs": ["HS256"]}, "algs: must"),
        ({"jwks_uri": None}, "jwks: either"),
        ({"jwks": jwks("idp")}, "jwks: either"),
        ({"jwks_uri": None, "jwks": {"keys": []}}, "jwks: must hold a key"),
        ({"jwks_uri": None, "jwks": {"keys": [{"kty": "oct", "k": "AA"}]}}, "jwks: must not hold"),
        ({"jwks_uri": None, "jwks": jwks("idp", "EC"), "algs": ["RS256"]}, "algs: no key"),
        ({"jwks_uri": "http://idp.example.com/jwks"}, "jwks_uri: must"),
        ({"jwks_uri": "https://10.0.0.1/jwks"}, "jwks_uri: must"),
        ({"jwks_uri": 1}, "jwks_uri: must"),
        ({"resources": None}, "resources: id_jag needs"),
        ({"resources": {}}, "resources: must"),
        ({"resources": [API]}, "resources: must"),
        ({"resources": {"api": ["read"]}}, "resources: A resource must"),
        ({"resources": {API: []}}, "resources: .* needs scopes"),
        ({"resources": {API: ""}}, "resources: .* needs scopes"),
        ({"resources": {API: None}}, "resources: must be a list"),
        ({"resources": {API: ["a b"]}}, "resources: .* needs scopes"),
        ({"resources": {API: ["openid"]}}, "resources: .* needs scopes"),
        ({"resources": {API: "read offline_access"}}, "resources: .* needs scopes"),
        ({"clients": "demoweb"}, "clients: must"),
        ({"clients": ["a b"]}, "clients: must"),
        ({"clients": [f"c{n}" for n in range(101)]}, "clients: must"),
        ({"public_clients": "true"}, "public_clients: must"),
        ({"users": "all"}, "users: must"),
        ({"users": "email"}, "email_domains: users"),
        ({"users": "email", "email_domains": ["Example.com"]}, "email_domains: must"),
        ({"users": "email", "email_domains": ["@example.com"]}, "email_domains: must"),
        ({"users": "email", "email_domains": ["*.example.com"]}, "email_domains: must"),
        ({"users": "email", "email_domains": ["com"]}, "email_domains: must"),
        ({"name": ""}, "name: must"),
        ({"name": "a\nb"}, "name: must"),
        ({"name": "n" * 201}, "name: must"),
        ({"colour": "red"}, "colour: is not a member"),
    ],
    ids=shown,
)
def test_what_may_not_be_registered(changes: dict[str, Any], reason: str) -> None:
    """With one sentence that names the member."""
    with pytest.raises(InvalidMetadata, match=reason):
        read(**changes)
