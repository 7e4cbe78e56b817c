"""What may be registered of sign-in and sign-out. OpenID Connect Registration 1.0 section 2."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.protocol import acr
from chalicelib.registration import InvalidMetadata, client_metadata

CLIENT = {"redirect_uris": ["https://app.example/callback"]}


def read(**metadata: Any) -> Any:
    """Read a client with these members, and write it back."""
    return client_metadata.write(client_metadata.read({**CLIENT, **metadata}, "app", 1))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("post_logout_redirect_uris", ["https://app.example/bye", "http://127.0.0.1:1/bye"]),
        ("default_max_age", 0),
        ("default_max_age", 999_999_999),
        ("require_auth_time", True),
        ("require_auth_time", False),
        ("default_acr_values", [acr.PASSWORD]),
        ("initiate_login_uri", "https://app.example/start?a=b"),
        ("backchannel_logout_uri", "https://api.example/logout?a=b"),
        ("frontchannel_logout_uri", "https://app.example/logout?a=b"),
        ("frontchannel_logout_uri", "https://app.example"),
    ],
)
def test_it_is_kept_as_given(name: str, value: Any) -> None:
    """And shown again."""
    assert read(**{name: value})[name] == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("post_logout_redirect_uris", "https://app.example/bye"),
        ("post_logout_redirect_uris", ["http://app.example/bye"]),
        ("post_logout_redirect_uris", ["https://app.example/bye#x"]),
        ("post_logout_redirect_uris", ["https://*.example/bye"]),
        ("post_logout_redirect_uris", ["javascript:alert(1)"]),
        ("post_logout_redirect_uris", ["com.example.app:/bye"]),
        ("post_logout_redirect_uris", [f"https://app.example/{n}" for n in range(21)]),
        ("post_logout_redirect_uris", [1]),
        ("default_max_age", -1),
        ("default_max_age", "10"),
        ("default_max_age", True),
        ("default_max_age", 1.5),
        ("default_max_age", 10**9),
        ("require_auth_time", "true"),
        ("default_acr_values", ["1"]),
        ("default_acr_values", acr.PASSWORD),
        ("default_acr_values", [[]]),
        ("initiate_login_uri", "http://app.example/start"),
        ("initiate_login_uri", "javascript:alert(1)"),
        ("initiate_login_uri", ["https://app.example/start"]),
        ("backchannel_logout_uri", "http://app.example/logout"),
        ("backchannel_logout_uri", "https://app.example/logout#x"),
        ("backchannel_logout_uri", "https://10.0.0.1/logout"),
        ("backchannel_logout_uri", "https://a@app.example/logout"),
        ("backchannel_logout_uri", ""),
        ("frontchannel_logout_uri", "https://other.example/logout"),
        ("frontchannel_logout_uri", "https://app.example:8443/logout"),
        ("frontchannel_logout_uri", "https://app.example.evil.example/logout"),
        ("frontchannel_logout_uri", "https://app.example@evil.example/logout"),
        ("frontchannel_logout_uri", "http://app.example/logout"),
        ("frontchannel_logout_uri", "https://app.example/logout#x"),
        ("frontchannel_logout_uri", "https:/app.example/logout"),
        ("frontchannel_logout_uri", "https://app.example/a\\b"),
        ("initiate_login_uri", "https://app.example\\@evil.example/"),
        ("backchannel_logout_session_required", "true"),
        ("backchannel_logout_session_required", True),
        ("frontchannel_logout_session_required", 1),
        ("frontchannel_logout_session_required", True),
    ],
)
def test_what_cannot_be_honoured_is_refused(name: str, value: Any) -> None:
    """By the member's name."""
    with pytest.raises(InvalidMetadata, match=name):
        read(**{name: value})


def test_an_app_of_the_device_has_an_address_of_its_own() -> None:
    """The same rules as for redirect_uris."""
    uris = ["com.example.app:/bye"]
    shown = read(application_type="native", post_logout_redirect_uris=uris)
    assert shown["post_logout_redirect_uris"] == uris


def test_nothing_is_shown_that_was_not_given() -> None:
    """Absent stays absent."""
    names = {"post_logout_redirect_uris", "default_max_age", "require_auth_time"}
    names |= {"default_acr_values", "initiate_login_uri"}
    names |= {"backchannel_logout_uri", "frontchannel_logout_uri"}
    assert not names & set(read())
