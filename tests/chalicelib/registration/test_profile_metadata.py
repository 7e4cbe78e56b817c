"""The profile fapi2: what it fills in, and what it refuses. FAPI 2.0 Security Profile section 5."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.registration import InvalidMetadata, client_metadata
from tests.client_signatures import jwks

FAPI: dict[str, Any] = {
    "profile": "fapi2",
    "redirect_uris": ["https://app.example/callback"],
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": jwks(),
    "dpop_bound_access_tokens": True,
}
CERTIFIED: dict[str, Any] = {
    "token_endpoint_auth_method": "tls_client_auth",
    "tls_client_auth_san_dns": "app.example",
    "dpop_bound_access_tokens": None,
    "tls_client_certificate_bound_access_tokens": True,
}


def read(**changes: Any) -> Any:
    """Read a client of the profile with these members, and write it back."""
    return client_metadata.write(client_metadata.read({**FAPI, **changes}, "app", 1))


def test_the_rest_is_filled_in() -> None:
    """By what the profile wants."""
    written = read()
    assert written["require_pushed_authorization_requests"] is True
    assert written["require_pkce"] is True
    assert written["id_token_signed_response_alg"] == "PS256"
    assert written["authorization_signed_response_alg"] == "PS256"


def test_a_client_without_the_profile_is_left_alone() -> None:
    """Nothing is filled in, and nothing said."""
    written = client_metadata.write(
        client_metadata.read({"redirect_uris": FAPI["redirect_uris"]}, "app", 1)
    )
    assert "profile" not in written
    assert written["id_token_signed_response_alg"] == "RS256"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        CERTIFIED,
        {**CERTIFIED, "dpop_bound_access_tokens": True},
        {"id_token_signed_response_alg": "ES256", "token_endpoint_auth_signing_alg": "ES256"},
        {"request_object_signing_alg": "PS256", "require_signed_request_object": True},
        {"authorization_signed_response_alg": "Ed25519"},
        {"grant_types": ["authorization_code", "refresh_token"]},
    ],
)
def test_what_keeps_to_it(changes: dict[str, Any]) -> None:
    """Comes back as it was given, and can be read again."""
    written = read(**changes)
    kept = {name: value for name, value in changes.items() if value is not None}
    assert kept.items() <= written.items()
    assert client_metadata.write(client_metadata.read(written, "app", 1)) == written


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"token_endpoint_auth_method": "client_secret_basic"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "client_secret_post"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "none"}, "token_endpoint_auth_method"),
        ({"dpop_bound_access_tokens": False}, "dpop_bound_access_tokens"),
        ({"dpop_bound_access_tokens": None}, "dpop_bound_access_tokens"),
        (
            {"require_pushed_authorization_requests": False},
            "require_pushed_authorization_requests",
        ),
        ({"require_pkce": False}, "require_pkce"),
        ({"token_endpoint_auth_signing_alg": "RS256"}, "token_endpoint_auth_signing_alg"),
        ({"request_object_signing_alg": "RS256"}, "request_object_signing_alg"),
        ({"request_object_signing_alg": "none"}, "request_object_signing_alg"),
        ({"id_token_signed_response_alg": "RS256"}, "id_token_signed_response_alg"),
        ({"userinfo_signed_response_alg": "RS256"}, "userinfo_signed_response_alg"),
        ({"authorization_signed_response_alg": "RS256"}, "authorization_signed_response_alg"),
        ({"introspection_signed_response_alg": "RS256"}, "introspection_signed_response_alg"),
        ({"redirect_uris": ["http://127.0.0.1/cb"]}, "redirect_uris"),
        ({"profile": "fapi1"}, "profile"),
        ({"profile": ["fapi2"]}, "profile"),
        ({"profile": True}, "profile"),
    ],
)
def test_what_contradicts_it(changes: dict[str, Any], member: str) -> None:
    """The message names the member."""
    if changes.get("token_endpoint_auth_method") in ("client_secret_basic", "none"):
        changes = {**changes, "jwks": None}
    with pytest.raises(InvalidMetadata, match=rf"\b{member}\b"):
        read(**changes)
