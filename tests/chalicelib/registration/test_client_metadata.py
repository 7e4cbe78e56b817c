"""Client metadata: what may be registered. RFC 7591 section 2."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.protocol.signing_keys import ALGORITHMS
from chalicelib.registration import InvalidMetadata, InvalidRedirectURI, client_metadata

WEB = {"redirect_uris": ["https://app.example.com/cb"]}
SPA = {**WEB, "token_endpoint_auth_method": "none"}
APPS = {"redirect_uris": ["https://a.example/cb", "com.example.app:/cb"]}
APPS |= {"application_type": "native"}
MACHINE = {"grant_types": ["client_credentials"], "scope": "read"}


def read(metadata: dict[str, Any]) -> Any:
    return client_metadata.read(metadata, "c1", 1_800_000_000)


def test_the_defaults_of_rfc7591() -> None:
    """A code-flow client with HTTP Basic and PKCE that may ask for anything its user gives."""
    client = read(WEB)
    assert client.grant_types == ("authorization_code",)
    assert client.response_types == ("code",)
    assert client.token_endpoint_auth_method == "client_secret_basic"
    assert client.application_type == "web"
    assert client.require_pkce
    assert not client.first_party
    assert not client.verified
    assert (client.scope, client.allowed_resources, client.introspection) == (None, None, "own")


@pytest.mark.parametrize(
    "metadata",
    [
        WEB,
        SPA,
        MACHINE,
        {**WEB, "grant_types": ["authorization_code", "refresh_token"]},
        {**WEB, "require_pkce": False},
        {**WEB, "client_name": "Ünïcode App"},
        {**WEB, "client_uri": "http://127.0.0.1:8000/demo", "logo_uri": "https://a.example/l.png"},
        {**WEB, "redirect_uris": ["com.example.app:/cb"], "application_type": "native"},
        {**MACHINE, "introspection": "audience", "resource_server": ["https://api.example.com"]},
        {**MACHINE, "introspection": "all"},
        {"grant_types": ["client_credentials"], "allowed_resources": []},
        {**WEB, "scope": "read write", "default_scope": "read"},
        {**WEB, "allowed_resources": ["urn:a"], "default_resource": "urn:a"},
        {**WEB, "jwks_uri": "https://a.example/jwks", "client_id_issued_at": 1, "x": object()},
        {**WEB, "client_name": None, "scope": None},
        {**WEB, "subject_type": "pairwise"},
        {**WEB, "subject_type": "public", "sector_identifier_uri": "https://s.example/uris"},
        {**APPS, "subject_type": "pairwise", "sector_identifier_uri": "https://s.example/uris"},
        *({**WEB, "id_token_signed_response_alg": alg} for alg in ALGORITHMS),
        *({**WEB, "userinfo_signed_response_alg": alg} for alg in ALGORITHMS),
        *({**WEB, "authorization_signed_response_alg": alg} for alg in ALGORITHMS),
        *({**WEB, "introspection_signed_response_alg": alg} for alg in ALGORITHMS),
        {**WEB, "introspection_encrypted_response_alg": "RSA-OAEP-256"},
    ],
)
def test_what_may_be_registered(metadata: dict[str, Any]) -> None:
    """Members this server does not know are left out (section 2); null is absent."""
    assert read(metadata).client_id == "c1"


@pytest.mark.parametrize(
    ("metadata", "member"),
    [
        ({}, "redirect_uris"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"redirect_uris": "https://app.example.com/cb"}, "redirect_uris"),
        ({"redirect_uris": [1]}, "redirect_uris"),
        ({"redirect_uris": [f"https://a.example/{n}" for n in range(21)]}, "redirect_uris"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "redirect_uris"),
        ({"redirect_uris": ["https://a.example/cb", "http://a.example/cb"]}, "redirect_uris"),
        ({"redirect_uris": ["com.example.app:/cb"]}, "redirect_uris"),
        ({**MACHINE, "redirect_uris": ["http://a.example/cb"]}, "redirect_uris"),
        ({**WEB, "grant_types": []}, "grant_types"),
        ({**WEB, "grant_types": ["password"]}, "grant_types"),
        ({**WEB, "grant_types": ["authorization_code", "implicit"]}, "grant_types"),
        ({**WEB, "grant_types": "authorization_code"}, "grant_types"),
        ({**WEB, "grant_types": ["refresh_token"]}, "grant_types"),
        ({**MACHINE, "grant_types": ["client_credentials", "refresh_token"]}, "grant_types"),
        ({**MACHINE, "token_endpoint_auth_method": "none"}, "grant_types"),
        ({**WEB, "response_types": ["token"]}, "response_types"),
        ({**WEB, "response_types": ["code", "code id_token"]}, "response_types"),
        ({**WEB, "token_endpoint_auth_method": "client_secret_jwt"}, "token_endpoint_auth_method"),
        ({**WEB, "token_endpoint_auth_method": 1}, "token_endpoint_auth_method"),
        ({**WEB, "application_type": "desktop"}, "application_type"),
        ({**SPA, "require_pkce": False}, "require_pkce"),
        ({**WEB, "require_pkce": "false"}, "require_pkce"),
        ({**WEB, "require_pkce": 0}, "require_pkce"),
        ({**WEB, "first_party": 1}, "first_party"),
        ({**WEB, "verified": "yes"}, "verified"),
        ({**SPA, "introspection": "all"}, "introspection"),
        ({**WEB, "introspection": "some"}, "introspection"),
        ({**WEB, "introspection": "audience"}, "resource_server"),
        ({"grant_types": ["client_credentials"]}, "scope"),
        ({**WEB, "scope": ""}, "scope"),
        ({**WEB, "scope": "read  write"}, "scope"),
        ({**WEB, "scope": ["read"]}, "scope"),
        ({**WEB, "scope": 're"ad'}, "scope"),
        ({**WEB, "scope": "read", "default_scope": "write"}, "default_scope"),
        ({**WEB, "default_scope": ""}, "default_scope"),
        ({**WEB, "allowed_resources": ["https://a.example#x"]}, "allowed_resources"),
        ({**WEB, "allowed_resources": ["a"]}, "allowed_resources"),
        ({**WEB, "allowed_resources": "https://a.example"}, "allowed_resources"),
        ({**WEB, "allowed_resources": [], "default_resource": "urn:a"}, "default_resource"),
        ({**WEB, "default_resource": "https://ä.example"}, "default_resource"),
        ({**WEB, "id_token_signed_response_alg": "none"}, "id_token_signed_response_alg"),
        ({**WEB, "id_token_signed_response_alg": "HS256"}, "id_token_signed_response_alg"),
        ({**WEB, "id_token_signed_response_alg": ["RS256"]}, "id_token_signed_response_alg"),
        ({**WEB, "userinfo_signed_response_alg": "none"}, "userinfo_signed_response_alg"),
        ({**WEB, "userinfo_signed_response_alg": ""}, "userinfo_signed_response_alg"),
        ({**WEB, "authorization_signed_response_alg": "none"}, "authorization_signed_response_alg"),
        (
            {**WEB, "authorization_signed_response_alg": "HS256"},
            "authorization_signed_response_alg",
        ),
        *(
            ({**WEB, "introspection_signed_response_alg": alg}, "introspection_signed_response_alg")
            for alg in ("none", "", "HS256", "rs256", "RS512", 256, True, ["RS256"])
        ),
        (
            {**SPA, "introspection_signed_response_alg": "RS256"},
            "introspection_signed_response_alg",
        ),
        ({**WEB, "subject_type": "private"}, "subject_type"),
        ({**WEB, "subject_type": ["pairwise"]}, "subject_type"),
        ({**APPS, "subject_type": "pairwise"}, "sector_identifier_uri"),
        ({**MACHINE, "subject_type": "pairwise"}, "sector_identifier_uri"),
        ({**WEB, "sector_identifier_uri": "http://s.example/uris"}, "sector_identifier_uri"),
        ({**WEB, "sector_identifier_uri": "https://10.0.0.1/uris"}, "sector_identifier_uri"),
        ({**WEB, "sector_identifier_uri": 1}, "sector_identifier_uri"),
        ({**WEB, "client_name": ""}, "client_name"),
        ({**WEB, "client_name": "a" * 201}, "client_name"),
        ({**WEB, "client_name": "a\nb"}, "client_name"),
        ({**WEB, "client_name": "a\u202eb"}, "client_name"),
        ({**WEB, "client_name": 1}, "client_name"),
        ({**WEB, "contacts": "a@b.example"}, "contacts"),
        ({**WEB, "contacts": ["a\r\nb"]}, "contacts"),
        ({**WEB, "contacts": ["a" * 201]}, "contacts"),
        ({**WEB, "contacts": [f"a{n}@b.example" for n in range(21)]}, "contacts"),
        ({**WEB, "client_uri": "http://a.example"}, "client_uri"),
        ({**WEB, "client_uri": "javascript:alert(1)"}, "client_uri"),
        ({**WEB, "logo_uri": "data:image/png;base64,AA"}, "logo_uri"),
        ({**WEB, "logo_uri": " https://a.example"}, "logo_uri"),
        ({**WEB, "tos_uri": "https://ä.example"}, "tos_uri"),
        ({**WEB, "policy_uri": ""}, "policy_uri"),
        ({**WEB, "software_id": "a\0"}, "software_id"),
        ({**WEB, "software_version": 1.0}, "software_version"),
    ],
)
def test_what_must_not(metadata: dict[str, Any], member: str) -> None:
    """The message names the member that is at fault."""
    with pytest.raises(InvalidMetadata, match=rf"^{member}\b"):
        read(metadata)


@pytest.mark.parametrize(
    "client_id", ["", "a" * 33, "a b", "a#b", "é", "a\n", "../x", "a:b", 7, None, ["a"]]
)
def test_a_client_id_is_plain(client_id: Any) -> None:
    """1 to 32 unreserved characters: nothing that HTTP Basic, a log or a key would change."""
    with pytest.raises(InvalidMetadata, match=r"^client_id"):
        client_metadata.read(WEB, client_id, 0)


def test_a_bad_redirect_uri_has_a_name_of_its_own() -> None:
    """RFC 7591 section 3.2.2 tells invalid_redirect_uri from invalid_client_metadata."""
    with pytest.raises(InvalidRedirectURI):
        read({"redirect_uris": ["http://a.example/cb"]})


flags = st.booleans()
uris = st.lists(st.sampled_from(["https://a.example", "urn:b"]), unique=True)
members: dict[str, st.SearchStrategy[Any]] = {
    "client_name": st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=9),
    "client_uri": st.just("https://a.example/"),
    "contacts": st.lists(st.sampled_from(["a@b.example", "c@d.example"])),
    "redirect_uris": st.lists(
        st.sampled_from(["https://a.example/cb", "http://127.0.0.1/cb", "https://b.example/cb"])
    ),
    "grant_types": st.lists(
        st.sampled_from(["authorization_code", "refresh_token", "client_credentials"]), unique=True
    ),
    "response_types": st.lists(st.just("code")),
    "token_endpoint_auth_method": st.sampled_from(
        ["none", "client_secret_basic", "client_secret_post"]
    ),
    "scope": st.sampled_from(["read", "read write", "openid"]),
    "default_scope": st.sampled_from(["read", "openid"]),
    "allowed_resources": uris,
    "default_resource": st.sampled_from(["https://a.example", "urn:b"]),
    "require_pkce": flags,
    "first_party": flags,
    "verified": flags,
    "introspection": st.sampled_from(["own", "audience", "all"]),
    "resource_server": uris,
    "application_type": st.sampled_from(["web", "native"]),
}


@given(st.fixed_dictionaries({}, optional=members))
def test_writing_and_reading_change_nothing(metadata: dict[str, Any]) -> None:
    """The client of what was written is the client; an update changes what it names, no more."""
    try:
        client = read(metadata)
    except InvalidMetadata:
        return
    written = client_metadata.write(client)
    assert read(written) == client
    assert client_metadata.write(read(written)) == written


def test_no_resource_stays_no_resource() -> None:
    """Empty allowed_resources is none at all, also after an update, and never any."""
    client = read({**WEB, "allowed_resources": []})
    assert read({**client_metadata.write(client), "client_name": "New"}).allowed_resources == ()


def test_no_secret_is_written() -> None:
    """What the developer reads back holds no secret and no hash, but once, at registration."""
    client = read(WEB)
    assert not {name for name in client_metadata.write(client) if "secret" in name}
    told = client_metadata.registration(client, "s3cret")
    assert (told["client_secret"], told["client_secret_expires_at"]) == ("s3cret", 0)
    assert client_metadata.registration(client, None) == client_metadata.write(client)


def test_unknown_members_are_told() -> None:
    """A slip of the operator's pen does not pass in silence."""
    slip = {**WEB, "client_id": "a", "redirect_uri": "x", "client_id_issued_at": 1}
    assert client_metadata.unknown(slip) == ("redirect_uri",)


@pytest.mark.parametrize("name", ["redirect_uris", "allowed_resources", "scope"])
def test_a_list_has_an_end(name: str) -> None:
    """An item of the table has one, too."""
    many = [f"https://a.example/{number}" for number in range(101)]
    metadata: dict[str, Any] = {"redirect_uris": ["https://a.example/cb"]}
    metadata[name] = " ".join(many) if name == "scope" else many
    with pytest.raises(InvalidMetadata, match="at most"):
        client_metadata.read(metadata, "c", 1)
