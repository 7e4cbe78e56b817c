"""What may be registered of keys and of request objects. RFC 7591 section 2, RFC 9101 10.5."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.protocol.request_object import ALGORITHMS
from chalicelib.registration import InvalidMetadata, client_metadata, request_metadata
from tests.client_signatures import jwks, private_key, public_jwk

CLIENT = {"redirect_uris": ["https://app.example/callback"]}
JWKS_URI = "https://app.example/jwks"
REQUEST_URI = "https://app.example/request.jwt"
HASH = "GkurKxf5T0Y-mnPFCHqWOMiZi4VS138cQO_V7PZHAdM"
EC = public_jwk(private_key("EC"))


def read(**metadata: Any) -> dict[str, Any]:
    """Read a client with these members, and write it back."""
    return client_metadata.write(client_metadata.read({**CLIENT, **metadata}, "app", 1))


@pytest.mark.parametrize(
    "members",
    [
        {"jwks": jwks()},
        {"jwks": {"keys": [EC]}},
        {"jwks_uri": JWKS_URI},
        {"jwks_uri": "http://127.0.0.1:9000/jwks"},
        *({"jwks": jwks(), "request_object_signing_alg": alg} for alg in ALGORITHMS),
        *({"jwks_uri": JWKS_URI, "request_object_signing_alg": alg} for alg in ALGORITHMS),
        {"request_object_signing_alg": "none"},
        {"request_uris": [REQUEST_URI]},
        {"request_uris": [f"{REQUEST_URI}#{HASH}", f"{REQUEST_URI}?a=b"]},
        {"request_uris": [f"https://app.example/{number}" for number in range(20)]},
        {"require_signed_request_object": True, "jwks": jwks()},
        {"require_signed_request_object": True, "jwks_uri": JWKS_URI},
        {"require_signed_request_object": False},
        {"require_pushed_authorization_requests": True},
        {"require_pushed_authorization_requests": False},
    ],
    ids=lambda members: " ".join(members),
)
def test_it_is_kept_as_given(members: dict[str, Any]) -> None:
    """And shown again; what is shown can be read again."""
    shown = read(**members)
    assert {name: shown[name] for name in members} == members
    again = {name: value for name, value in shown.items() if name not in CLIENT}
    assert read(**again) == shown


def test_only_what_is_needed_of_a_key_is_kept() -> None:
    """Keys for others are left out, and certificates."""
    given = [{**EC, "kid": "k", "use": "sig", "x5c": ["AA"]}, {"kty": "RSA", "use": "enc"}]
    assert read(jwks={"keys": given})["jwks"] == {"keys": [{**EC, "kid": "k"}]}


def test_a_plain_client_says_nothing_of_it() -> None:
    """But that it need neither sign nor push."""
    shown, needs = (
        read(),
        {"require_signed_request_object", "require_pushed_authorization_requests"},
    )
    assert not {*request_metadata.MEMBERS} & shown.keys() - needs
    assert {shown[name] for name in needs} == {False}


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("jwks", {"jwks": jwks(), "jwks_uri": JWKS_URI}),
        ("jwks", {"jwks": {"keys": []}}),
        ("jwks", {"jwks": [EC]}),
        ("jwks", {"jwks": "{}"}),
        ("jwks", {"jwks": {"keys": [{**EC, "d": "AQ"}]}}),
        ("jwks", {"jwks": {"keys": [{"kty": "oct", "k": "AQ"}]}}),
        ("jwks", {"jwks": {"keys": [{**EC, "y": EC["x"]}]}}),
        ("jwks_uri", {"jwks_uri": "http://app.example/jwks"}),
        ("jwks_uri", {"jwks_uri": "https://10.0.0.1/jwks"}),
        ("jwks_uri", {"jwks_uri": f"{JWKS_URI}#keys"}),
        ("jwks_uri", {"jwks_uri": "file:///etc/passwd"}),
        ("jwks_uri", {"jwks_uri": [JWKS_URI]}),
        ("request_object_signing_alg", {"jwks": jwks(), "request_object_signing_alg": "HS256"}),
        ("request_object_signing_alg", {"jwks": jwks(), "request_object_signing_alg": "RS512"}),
        ("request_object_signing_alg", {"jwks": jwks(), "request_object_signing_alg": "rs256"}),
        ("request_object_signing_alg", {"jwks": jwks(), "request_object_signing_alg": ["RS256"]}),
        ("request_object_signing_alg", {"request_object_signing_alg": "RS256"}),
        (
            "request_object_signing_alg",
            {"jwks": {"keys": [EC]}, "request_object_signing_alg": "RS256"},
        ),
        (
            "request_object_signing_alg",
            {"jwks": {"keys": [{**EC, "alg": "ES256"}]}, "request_object_signing_alg": "PS256"},
        ),
        ("request_uris", {"request_uris": REQUEST_URI}),
        ("request_uris", {"request_uris": ["http://app.example/r"]}),
        ("request_uris", {"request_uris": ["https://192.168.0.1/r"]}),
        ("request_uris", {"request_uris": ["urn:ietf:params:oauth:request_uri:x"]}),
        ("request_uris", {"request_uris": [f"{REQUEST_URI}#"]}),
        ("request_uris", {"request_uris": [f"{REQUEST_URI}#section"]}),
        ("request_uris", {"request_uris": [f"{REQUEST_URI}#{HASH}="]}),
        ("request_uris", {"request_uris": [f"{REQUEST_URI}#{HASH}#{HASH}"]}),
        ("request_uris", {"request_uris": [f"https://app.example/{n}" for n in range(21)]}),
        ("request_uris", {"request_uris": [1]}),
        ("require_signed_request_object", {"require_signed_request_object": True}),
        ("require_signed_request_object", {"require_signed_request_object": "true"}),
        (
            "require_pushed_authorization_requests",
            {"require_pushed_authorization_requests": "true"},
        ),
        ("require_pushed_authorization_requests", {"require_pushed_authorization_requests": 1}),
        (
            "require_signed_request_object",
            {
                "jwks": jwks(),
                "require_signed_request_object": True,
                "request_object_signing_alg": "none",
            },
        ),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_what_does_not_hold_is_refused(name: str, members: dict[str, Any]) -> None:
    """By the member's name."""
    with pytest.raises(InvalidMetadata, match=f"^{name}: "):
        read(**members)
