"""The code flow, from the browser to the resource server. RFC 6749 section 4.1, RFC 7636."""

from __future__ import annotations

import jwt

from tests.reply import claims
from tests.world import World


def test_a_user_signs_in_and_a_client_gets_tokens(world: World) -> None:
    """Sign-in, consent, code, tokens: the whole way, with state and issuer in the answer."""
    browser = world.browser().open(world.authorize_url())
    browser.sign_in().allow()
    assert browser.arrived is not None
    assert browser.arrived["state"] == "af0ifjsldkj"
    assert browser.arrived["iss"] == world.issuer

    answer = world.redeem(browser.arrived["code"]).json
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 600
    assert answer["scope"] == "read write"
    assert len(answer["refresh_token"]) == 67


def test_the_access_token_verifies_with_the_jwks(world: World) -> None:
    """A resource server needs the JWKS only."""
    token = world.tokens()["access_token"]
    keys = jwt.PyJWKSet.from_dict(world.get("/.well-known/jwks.json").json)
    header = jwt.get_unverified_header(token)
    verified = jwt.decode(
        token,
        keys[header["kid"]],
        algorithms=["RS256"],
        audience="https://api.example.com",
        issuer=world.issuer,
        options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
    )
    assert header["typ"] == "at+jwt"
    assert verified["scope"] == "read write"
    assert verified["client_id"] == "demoweb"


def test_a_revoked_grant_is_dead_everywhere(world: World) -> None:
    """After /revoke the access token is inactive and the refresh token refused."""
    tokens = world.tokens()
    assert world.introspect(tokens["access_token"])["active"] is True
    assert world.revoke(tokens["refresh_token"]).json == {}
    assert world.introspect(tokens["access_token"]) == {"active": False}
    assert world.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"


def test_client_credentials_act_for_the_client(world: World) -> None:
    """The subject is the client itself, and there is no refresh token."""
    reply = world.post(
        "/token",
        {"grant_type": "client_credentials", "scope": "read"},
        auth=("demomachine", "demomachinesecret"),
    )
    assert reply.status == 200, reply.text
    assert claims(reply.json["access_token"])["sub"] == "demomachine"
    assert "refresh_token" not in reply.json


def test_a_declined_offline_access_gives_no_refresh_token(world: World) -> None:
    """A user who unticks it is taken at their word."""
    url = world.authorize_url(scope="openid offline_access read")
    browser = world.browser().open(url).sign_in().allow(scope=["read"])
    assert browser.arrived is not None
    answer = world.redeem(browser.arrived["code"]).json
    assert answer["scope"] == "openid read"
    assert "refresh_token" not in answer


def test_a_refresh_token_needs_no_scope_of_its_own(world: World) -> None:
    """The client's registration allows it, and the user was not asked about it."""
    assert "refresh_token" in world.tokens(scope="read")
