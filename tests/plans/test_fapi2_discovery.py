"""What the suite reads before it does anything: the metadata and the keys."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from tests.client_signatures import Private
from tests.flows.certified import MTLS
from tests.plans.fapi2 import Plan

ALGORITHMS = {"PS256", "ES256", "EdDSA"}
# At each of them the suite asks for one of the profile's.
SIGNED = (
    "id_token_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "request_object_signing_alg_values_supported",
    "authorization_signing_alg_values_supported",
    "dpop_signing_alg_values_supported",
)
# A member, and what must be in it, or what it must be.
LISTED = {
    "response_types_supported": "code",
    "response_modes_supported": "jwt",
    "code_challenge_methods_supported": "S256",
    "grant_types_supported": "refresh_token",
    "scopes_supported": "openid",
    "subject_types_supported": "public",
    "token_endpoint_auth_methods_supported": "private_key_jwt",
}
IS_TRUE = (
    "authorization_response_iss_parameter_supported",
    "tls_client_certificate_bound_access_tokens",
    "claims_parameter_supported",
)
ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "pushed_authorization_request_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
)
PLACES = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


@pytest.fixture(params=PLACES)
def told(plan: Plan, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The document of OpenID, and that of plain OAuth."""
    reply = plan.world.get(request.param)
    assert (reply.status, reply.header("Content-Type")) == (200, "application/json")
    return reply.json


def test_the_issuer_is_where_it_is_read(plan: Plan, told: dict[str, Any]) -> None:
    """OpenID Discovery 4.3, RFC 8414 section 3.3: letter by letter."""
    assert told["issuer"] == plan.world.issuer


@pytest.mark.parametrize("name", SIGNED)
def test_an_algorithm_of_the_profile_is_offered(told: dict[str, Any], name: str) -> None:
    """One is enough: others may use more."""
    assert ALGORITHMS & set(told[name])


@pytest.mark.parametrize("name", LISTED)
def test_what_the_profile_needs_is_offered(told: dict[str, Any], name: str) -> None:
    """By its name in the list."""
    assert LISTED[name] in told[name]


@pytest.mark.parametrize("name", IS_TRUE)
def test_what_the_profile_needs_is_true(told: dict[str, Any], name: str) -> None:
    """And no text."""
    assert told[name] is True


def test_whether_all_must_push_is_a_boolean(told: dict[str, Any]) -> None:
    """RFC 9126 section 5: false here, since clients of other profiles need not."""
    assert told["require_pushed_authorization_requests"] is False


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_endpoint_is_https(told: dict[str, Any], name: str) -> None:
    """And an URL without a fragment."""
    assert told[name].startswith("https://")
    assert "#" not in told[name]


@pytest.mark.parametrize("name", ENDPOINTS[1:3])
def test_certificates_are_taken_elsewhere(told: dict[str, Any], name: str) -> None:
    """RFC 8705 section 5, and the methods that go with it."""
    assert told["mtls_endpoint_aliases"][name].startswith(MTLS)
    methods = {"tls_client_auth", "self_signed_tls_client_auth"}
    assert methods <= set(told["token_endpoint_auth_methods_supported"])


def test_the_keys_are_public_and_long(plan: Plan) -> None:
    """Section 5.4: each has its own kid; RSA of 2,048 bits, curves of 224, nothing private."""
    keys = plan.world.get("/.well-known/jwks.json").json["keys"]
    assert len({key["kid"] for key in keys}) == len(keys) > 1
    for key in keys:
        assert not key.keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}
        public: Private = jwt.PyJWK(key).key
        assert getattr(public, "key_size", 256) >= (2048 if key["kty"] == "RSA" else 224)
