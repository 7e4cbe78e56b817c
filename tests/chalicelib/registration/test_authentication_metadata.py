"""What clients may register of the proof that they are themselves. RFC 7591 section 2, RFC 8705."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.registration import InvalidMetadata, client_metadata
from tests.client_signatures import jwks

REDIRECT = "https://client.example/cb"
SIGNS: dict[str, Any] = {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks()}
NAMED: dict[str, Any] = {"token_endpoint_auth_method": "tls_client_auth"}
SELF: dict[str, Any] = {"token_endpoint_auth_method": "self_signed_tls_client_auth"}
DN = "tls_client_auth_subject_dn"


def read(metadata: dict[str, Any]) -> Any:
    """The client of some metadata."""
    return client_metadata.read({"redirect_uris": [REDIRECT], **metadata}, "c", 0)


@pytest.mark.parametrize(
    "metadata",
    [
        SIGNS,
        *(
            {**SIGNS, "token_endpoint_auth_signing_alg": alg}
            for alg in ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
        ),
        {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://c.example/k"},
        {
            **{"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://c.example/k"},
            "token_endpoint_auth_signing_alg": "PS256",
        },
        {**NAMED, DN: "CN=a,O=b"},
        {**NAMED, "tls_client_auth_san_dns": "a.example"},
        {**NAMED, "tls_client_auth_san_uri": "https://a.example/"},
        {**NAMED, "tls_client_auth_san_ip": "2001:db8::1"},
        {**NAMED, "tls_client_auth_san_email": "a@b.example"},
        {**SELF, "jwks": jwks()},
        {**SELF, "jwks_uri": "https://c.example/k"},
        {"tls_client_certificate_bound_access_tokens": True},
        {"token_endpoint_auth_method": "none", "tls_client_certificate_bound_access_tokens": True},
        {"jwks": jwks()},
    ],
    ids=lambda metadata: " ".join(metadata),
)
def test_what_may_be_registered(metadata: dict[str, Any]) -> None:
    """And is written as it was read."""
    client = read(metadata)
    written = client_metadata.write(client)
    assert {**metadata, **written} == written
    assert client.has_secret is ("token_endpoint_auth_method" not in metadata)


@pytest.mark.parametrize(
    ("metadata", "member"),
    [
        ({"token_endpoint_auth_method": "private_key_jwt"}, "token_endpoint_auth_method"),
        ({**SIGNS, "jwks": {"keys": []}}, "jwks"),
        ({**SIGNS, "jwks_uri": "https://c.example/k"}, "jwks"),
        *(
            ({**SIGNS, "token_endpoint_auth_signing_alg": alg}, "token_endpoint_auth_signing_alg")
            for alg in ("none", "HS256", "RS512", "ES384", "es256", "", 7, ["ES256"])
        ),
        (
            {
                **SIGNS,
                "jwks": jwks("client", "EC"),
                "token_endpoint_auth_signing_alg": "PS256",
            },
            "token_endpoint_auth_signing_alg",
        ),
        ({"token_endpoint_auth_signing_alg": "ES256"}, "token_endpoint_auth_signing_alg"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "token_endpoint_auth_method"),
        (NAMED, "token_endpoint_auth_method"),
        ({**NAMED, DN: "CN=a", "tls_client_auth_san_dns": "a"}, "token_endpoint_auth_method"),
        ({**NAMED, DN: "a"}, DN),
        ({**NAMED, DN: ["CN=a"]}, DN),
        ({**NAMED, DN: ""}, DN),
        ({**NAMED, "tls_client_auth_san_dns": "*.example"}, "tls_client_auth_san_dns"),
        ({**NAMED, "tls_client_auth_san_ip": "a"}, "tls_client_auth_san_ip"),
        ({DN: "CN=a"}, DN),
        ({**SIGNS, DN: "CN=a"}, DN),
        (SELF, "token_endpoint_auth_method"),
        ({**SELF, "jwks": jwks(), DN: "CN=a"}, DN),
        (
            {"tls_client_certificate_bound_access_tokens": 1},
            "tls_client_certificate_bound_access_tokens",
        ),
    ],
)
def test_what_must_not(metadata: dict[str, Any], member: str) -> None:
    """The member that is wrong names itself."""
    with pytest.raises(InvalidMetadata, match=rf"^{member}: "):
        read(metadata)
