"""Resources: what may be registered. RFC 8707 section 2."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.protocol import signing_keys
from chalicelib.registration import InvalidMetadata, resource_metadata

API = {"resource": "https://api.example.com", "scopes": {"read": "Read your files"}}


def test_the_defaults() -> None:
    """Named after its URI, signed with RS256, for as long as the stage says."""
    resource = resource_metadata.read(API)
    assert resource.name == "https://api.example.com"
    assert (resource.signing_alg, resource.access_token_lifetime) == ("RS256", None)


@pytest.mark.parametrize(
    ("changes", "allow_http"),
    [
        ({"resource": "urn:example:api"}, False),
        ({"resource": "https://api.example.com/v1?x=y"}, False),
        ({"resource": "https://a/" + "a" * (resource_metadata.MOST_URI - 10), "name": "A"}, False),
        ({"resource": "http://127.0.0.1:8000/mcp"}, True),
        ({"resource": "http://localhost"}, True),
        ({"resource": "http://[::1]:1"}, True),
        ({"signing_alg": "ES256"}, False),
        ({"signing_alg": "ES256", "signing_mode": "kms"}, False),
        ({"signing_alg": "Ed25519", "signing_mode": "kms-data-key"}, False),
        ({"signing_alg": "EdDSA", "signing_mode": "kms-data-key"}, False),
        ({"signing_mode": None}, False),
        ({"status_list": True}, False),
        ({"status_list": None}, False),
        ({"status_list": True, "signing_alg": "ES256", "signing_mode": "kms"}, False),
        ({"status_list": True, "signing_alg": "Ed25519", "signing_mode": "kms-data-key"}, False),
        ({"access_token_lifetime": 1}, False),
        ({"access_token_lifetime": 86400}, False),
        ({"access_token_lifetime": None, "name": None, "signing_alg": None}, False),
        ({"name": "API für alle"}, False),
        ({"resource": "https://mcp.example.com/"}, False),
        ({"resource": "https://mcp.example.com/", "covers_subpaths": True}, False),
        ({"resource": "https://mcp.example.com/servers", "covers_subpaths": True}, False),
        ({"covers_subpaths": None}, False),
    ],
)
def test_what_may_be_registered(changes: dict[str, Any], allow_http: bool) -> None:
    """Any absolute URI, http for a loopback on a developer's machine; null is absent."""
    metadata = {**API, **changes}
    resource = resource_metadata.read(metadata, allow_http=allow_http)
    assert resource.resource == metadata["resource"]


@pytest.mark.parametrize(
    ("changes", "allow_http", "member"),
    [
        ({"resource": None}, False, "resource"),
        ({"resource": 1}, False, "resource"),
        ({"resource": ""}, False, "resource"),
        ({"resource": "api"}, False, "resource"),
        ({"resource": "/api"}, False, "resource"),
        ({"resource": "https://api.example.com#x"}, False, "resource"),
        ({"resource": "https://api example.com"}, False, "resource"),
        ({"resource": "https://äpi.example.com"}, False, "resource"),
        (
            {"resource": "https://a/" + "a" * (resource_metadata.MOST_URI - 9), "name": "A"},
            False,
            "resource",
        ),
        ({"resource": "http://api.example.com"}, False, "resource"),
        ({"resource": "http://api.example.com"}, True, "resource"),
        ({"resource": "HTTP://api.example.com"}, True, "resource"),
        ({"resource": "http://127.0.0.1:8000"}, False, "resource"),
        ({"resource": "http://127.0.0.1.evil.example"}, True, "resource"),
        ({"resource": "http://localhost@evil.example"}, True, "resource"),
        ({"resource": "https://API.example.com"}, False, "resource"),
        ({"resource": "HTTPS://api.example.com"}, False, "resource"),
        ({"resource": "https://api.example.com:443/x"}, False, "resource"),
        *(({"covers_subpaths": value}, False, "covers_subpaths") for value in ("true", 1, "*")),
        *(
            ({"resource": uri, "covers_subpaths": True}, False, "covers_subpaths")
            for uri in (
                *("https://*.example.com", "https://a.example/*", "https://a.example/x/"),
                *("https://a.example/x?y", "https://a.example/%78", "urn:a", "https://u@a.example"),
            )
        ),
        ({"scopes": None}, False, "scopes"),
        ({"scopes": {}}, False, "scopes"),
        ({"scopes": ["read"]}, False, "scopes"),
        ({"scopes": {f"s{n}": "x" for n in range(101)}}, False, "scopes"),
        ({"scopes": {"openid": "x"}}, False, "scopes"),
        ({"scopes": {"offline_access": "x"}}, False, "scopes"),
        ({"scopes": {"re ad": "x"}}, False, "scopes"),
        ({"scopes": {"": "x"}}, False, "scopes"),
        ({"scopes": {"read": ""}}, False, "scopes"),
        ({"scopes": {"read": None}}, False, "scopes"),
        ({"scopes": {"read": "a\nb"}}, False, "scopes"),
        ({"scopes": {"read": "a" * 201}}, False, "scopes"),
        ({"name": ""}, False, "name"),
        ({"name": "a\0"}, False, "name"),
        ({"name": "a" * 201}, False, "name"),
        ({"signing_alg": "none"}, False, "signing_alg"),
        ({"signing_alg": "HS256"}, False, "signing_alg"),
        ({"signing_alg": ["RS256"]}, False, "signing_alg"),
        ({"signing_alg": "PS384"}, False, "signing_alg"),
        ({"signing_alg": "ed25519", "signing_mode": "kms-data-key"}, False, "signing_alg"),
        ({"signing_mode": "local"}, False, "signing_mode"),
        ({"signing_mode": ""}, False, "signing_mode"),
        ({"signing_mode": ["kms"]}, False, "signing_mode"),
        *(({"status_list": value}, False, "status_list") for value in ("true", 1, 0, [], "")),
        ({"status_list": True, "signing_alg": "EdDSA"}, False, "status_list"),
        ({"status_list": True, "signing_alg": "Ed25519"}, False, "status_list"),
        (
            {"status_list": True, "signing_alg": "Ed25519", "signing_mode": "kms"},
            False,
            "status_list",
        ),
        ({"access_token_lifetime": 0}, False, "access_token_lifetime"),
        ({"access_token_lifetime": 86401}, False, "access_token_lifetime"),
        ({"access_token_lifetime": True}, False, "access_token_lifetime"),
        ({"access_token_lifetime": "600"}, False, "access_token_lifetime"),
        ({"access_token_lifetime": 1.5}, False, "access_token_lifetime"),
        ({"scope": "read"}, False, "scope"),
    ],
)
def test_what_must_not(changes: dict[str, Any], allow_http: bool, member: str) -> None:
    """The message names the member that is at fault; an unknown one is a slip."""
    with pytest.raises(InvalidMetadata, match=rf"^{member}:"):
        resource_metadata.read({**API, **changes}, allow_http=allow_http)


@given(
    st.fixed_dictionaries(
        {
            "resource": st.sampled_from(["https://a.example", "urn:b"]),
            "scopes": st.dictionaries(
                st.sampled_from(["read", "write", "a:b"]), st.just("Words"), min_size=1
            ),
        },
        optional={
            "name": st.text(st.characters(categories=["L"]), min_size=1, max_size=9),
            "signing_alg": st.sampled_from(["RS256", "ES256"]),
            "signing_mode": st.sampled_from(["kms", "kms-data-key"]),
            "access_token_lifetime": st.integers(1, 86400),
        },
    )
)
def test_writing_and_reading_change_nothing(metadata: dict[str, Any]) -> None:
    """An update changes what it names, no more."""
    resource = resource_metadata.read(metadata)
    written = resource_metadata.write(resource)
    assert resource_metadata.read(written) == resource
    assert resource_metadata.write(resource_metadata.read(written)) == written
    assert metadata.items() <= written.items()


@pytest.mark.parametrize("alg", signing_keys.ALGORITHMS)
@pytest.mark.parametrize("mode", [None, *signing_keys.MODES])
def test_each_mode_signs_with_each_algorithm(alg: str, mode: str | None) -> None:
    """A mode that is not named is the stage's, and is not written down."""
    metadata = {**API, "signing_alg": alg, **({"signing_mode": mode} if mode else {})}
    resource = resource_metadata.read(metadata)
    assert (resource.signing_alg, resource.signing_mode) == (alg, mode)
    assert resource_metadata.write(resource).get("signing_mode") == mode
