"""The metadata of a stage with a host for client certificates. RFC 8705 sections 3.3 and 5.

Without one nothing of it is there: tests/endpoints/discovery proves that.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.endpoints.discovery.asking import document
from tests.flows.certified import (
    BOUND,
    GOOD,
    MTLS,
    ask,
    register,
    register_keyed,
    take_certificates,
)
from tests.reply import claims
from tests.world import World

ALIASED = {
    "token_endpoint": "/token",
    "pushed_authorization_request_endpoint": "/par",
    "revocation_endpoint": "/revoke",
    "introspection_endpoint": "/introspect",
    "userinfo_endpoint": "/userinfo",
}


@pytest.fixture
def listed(world: World) -> dict[str, Any]:
    """The document."""
    return document(take_certificates(world))


def test_what_programs_call_is_aliased(listed: dict[str, Any]) -> None:
    """RFC 8705 section 5; what browsers go to is not: they would be asked for a certificate."""
    assert listed["mtls_endpoint_aliases"] == {
        name: f"{MTLS}{path}" for name, path in ALIASED.items()
    }
    for name, path in ALIASED.items():
        assert listed[name] == f"{listed['issuer']}{path}"


def test_everything_but_that_is_as_it_was(world: World) -> None:
    """And the issuer is the same at both hosts."""
    before = document(world)
    after = document(take_certificates(world))
    new = {"mtls_endpoint_aliases", "tls_client_certificate_bound_access_tokens"}
    changed = {name for name in after if before.get(name) != after[name]} - new
    assert changed == {
        f"{endpoint}_endpoint_auth_methods_supported"
        for endpoint in ("token", "revocation", "introspection")
    }
    assert {name for name in before if name not in after} == set()


def test_both_methods_are_listed_and_work(world: World, listed: dict[str, Any]) -> None:
    """At all endpoints that list them."""
    names = {"tls_client_auth": register(world), "self_signed_tls_client_auth": None}
    names["self_signed_tls_client_auth"] = register_keyed(world)
    endpoints = {"token": "/token", "revocation": "/revoke", "introspection": "/introspect"}
    for endpoint, path in endpoints.items():
        methods = listed[f"{endpoint}_endpoint_auth_methods_supported"]
        for method, client_id in names.items():
            assert method in methods
            assert client_id is not None
            assert ask(world, GOOD, client_id, path).status == 200


def test_tokens_are_bound(world: World, listed: dict[str, Any]) -> None:
    """RFC 8705 section 3.3."""
    assert listed["tls_client_certificate_bound_access_tokens"] is True
    register(world, **BOUND)
    assert set(claims(ask(world, GOOD).json["access_token"])["cnf"]) == {"x5t#S256"}
