"""The plans dynamic and third-party-initiated login: modules of registration, without a sign-in.

What the suite registers, and what it looks at in the answer; it removes each client at the end.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.plans import oidcc
from tests.plans.oidcc import BASE, CALLBACK
from tests.plans.oidcc_conditions import json_of
from tests.plans.oidcc_registration import METHODS, Suite, manage, post, registered
from tests.reply import Reply
from tests.world import World

SECTOR = f"{BASE}/redirect_uris.json"
PAIRWISE = {"subject_type": "pairwise", "sector_identifier_uri": SECTOR}


def is_refused(reply: Reply, error: str) -> None:
    """400 and JSON, under this code."""
    assert json_of(reply, 400)["error"] == error


@pytest.mark.parametrize("method", METHODS)
def test_registration(world: World, method: str) -> None:
    """What comes before every module, and after it."""
    client = registered(world, token_endpoint_auth_method=method)
    assert manage(world, client, "DELETE").status == 204
    assert manage(world, client, "GET").status == 401


@pytest.mark.parametrize(
    "members",
    [
        {"logo_uri": f"{BASE}/logo.png"},
        {"policy_uri": f"{BASE}/policy"},
        {"tos_uri": f"{BASE}/tos"},
        {"redirect_uris": [f"{CALLBACK}?foo=bar"]},
        {"redirect_uris": [oidcc.CALLBACK2]},
        {"grant_types": ["authorization_code", "refresh_token"]},
        {"userinfo_signed_response_alg": "RS256"},
        {"id_token_signed_response_alg": "RS256"},
        {"request_uris": [f"{BASE}/requestUri/x1"], "request_object_signing_alg": "RS256"},
        {"request_uris": [f"{BASE}/requestUri/x1"], "request_object_signing_alg": "none"},
        {"post_logout_redirect_uris": [oidcc.AFTER_LOGOUT]},
        {
            "backchannel_logout_uri": f"{BASE}/backchannel_logout",
            "backchannel_logout_session_required": True,
        },
        {
            "frontchannel_logout_uri": f"{BASE}/frontchannel_logout",
            "frontchannel_logout_session_required": True,
        },
    ],
    ids=lambda members: "-".join(members),
)
def test_one_more_member(world: World, members: dict[str, Any]) -> None:
    """`oidcc-registration-logo-uri`, ... and what the other plans register: it comes back."""
    registered(world, **members)


def test_jwks_uri(world: World) -> None:
    """`oidcc-registration-jwks-uri`: in the place of the keys."""
    uri = {"jwks": None, "jwks_uri": f"{BASE}/jwks", "token_endpoint_auth_method": METHODS[2]}
    assert "jwks" not in registered(world, **uri)


def test_a_redirect_uri_with_a_fragment(world: World) -> None:
    """`oidcc-redirect-uri-regfrag`."""
    is_refused(post(world, redirect_uris=[f"{CALLBACK}#foobar"]), "invalid_redirect_uri")


def test_sector(world: World, suite: Suite) -> None:
    """`oidcc-registration-sector-uri`: the document names the redirect URI."""
    suite.documents[SECTOR] = [CALLBACK]
    assert registered(world, **PAIRWISE)["subject_type"] == "pairwise"


@pytest.mark.parametrize("document", [["https://example.com/redirect"], []])
def test_bad_sector(world: World, suite: Suite, document: list[str]) -> None:
    """`oidcc-registration-sector-bad`: it does not."""
    suite.documents[SECTOR] = document
    is_refused(post(world, **PAIRWISE), "invalid_client_metadata")


def test_third_party_initiated_login(world: World) -> None:
    """`oidcc-3rd_party-init-login`: the member is told, at once and when the client asks."""
    uri = f"{BASE}/initiate_login"
    client = registered(world, initiate_login_uri=uri)
    assert json_of(manage(world, client, "GET"))["initiate_login_uri"] == uri


def test_third_party_initiated_login_without_tls(world: World) -> None:
    """`oidcc-3rd_party-init-login-nohttps`."""
    uri = f"{BASE}/initiate_login".replace("https://", "http://")
    is_refused(post(world, initiate_login_uri=uri), "invalid_client_metadata")
