"""The issuer and the endpoints: each answers in its own protocol, at the address that is listed."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from chalicelib.protocol import jwt
from infra.seeds import AFTER_LOGOUT
from tests.endpoints.discovery.asking import WEB, answer, document, signed_in
from tests.flows import pushes, registrations
from tests.reply import claims
from tests.world import REDIRECT, VERIFIER, World


def path(world: World, address: str) -> str:
    """The path of an address below the issuer, as a request names it."""
    assert address.startswith(f"{world.issuer}/")
    return address.removeprefix(world.issuer)


def issuer(world: World, value: str) -> None:
    """RFC 8414 section 3.3, RFC 9207 section 2: in the document, the answers and the tokens."""
    assert value == world.issuer
    browser = signed_in(world)
    assert answer(world, browser)["iss"] == value
    given = world.tokens(browser, scope="openid read")
    assert {claims(given[kind])["iss"] for kind in ("access_token", "id_token")} == {value}


def authorization(world: World, value: str) -> None:
    """RFC 6749 section 3.1: a request that is not proved gets a page, a good one a sign-in."""
    assert world.authorize_url().startswith(f"{value}?")
    refused = world.get(path(world, value))
    assert (refused.status, refused.is_page) == (400, True)
    form = world.browser().open(world.authorize_url()).page.forms["sign-in"]
    assert form.action == f"{value}/sign-in"


def token(world: World, value: str) -> None:
    """RFC 6749 section 3.2."""
    refused = world.post(path(world, value), {})
    assert (refused.status, refused.json["error"]) == (400, "invalid_request")
    form = {"grant_type": "authorization_code", "code": world.code(), "redirect_uri": REDIRECT}
    good = world.post(path(world, value), {**form, "code_verifier": VERIFIER}, auth=WEB)
    assert good.json["token_type"] == "Bearer"


def par(world: World, value: str) -> None:
    """RFC 9126 section 2: what is pushed there is taken at the authorization endpoint."""
    refused = world.post(path(world, value), pushes.parameters(world))
    assert (refused.status, refused.json["error"]) == (401, "invalid_client")
    good = world.post(path(world, value), pushes.parameters(world), auth=WEB)
    assert (good.status, good.json["expires_in"]) == (201, 90)
    browser = world.browser().open(pushes.url(world, good.json["request_uri"]))
    assert "sign-in" in browser.page.forms


def jwks(world: World, value: str) -> None:
    """RFC 7517: the keys of the tokens are there."""
    keys = {key["kid"] for key in world.get(path(world, value)).json["keys"]}
    given = world.tokens(scope="openid read")
    for kind in ("access_token", "id_token"):
        assert jwt.parse(given[kind]).header["kid"] in keys


def revocation(world: World, value: str) -> None:
    """RFC 7009 section 2."""
    access_token = world.tokens()["access_token"]
    assert world.post(path(world, value), {"token": access_token}).status == 401
    assert world.post(path(world, value), {"token": access_token}, auth=WEB).json == {}
    assert world.introspect(access_token) == {"active": False}


def introspection(world: World, value: str) -> None:
    """RFC 7662 section 2."""
    access_token = world.tokens()["access_token"]
    assert world.post(path(world, value), {"token": access_token}).status == 401
    told = world.post(path(world, value), {"token": access_token}, auth=WEB).json
    assert (told["active"], told["client_id"]) == (True, "demoweb")


def userinfo(world: World, value: str) -> None:
    """OpenID Connect Core section 5.3, RFC 6750 section 3."""
    refused = world.get(path(world, value))
    assert (refused.status, refused.text) == (401, "")
    schemes = [value.partition(" ")[0] for value in refused.headers_of("WWW-Authenticate")]
    assert schemes == ["Bearer", "DPoP"]
    given = world.tokens(scope="openid")
    headers = [("Authorization", f"Bearer {given['access_token']}")]
    told = world.request("GET", path(world, value), headers=headers).json
    assert told["sub"] == claims(given["id_token"])["sub"]


def end_session(world: World, value: str) -> None:
    """RP-Initiated Logout section 2: the session ends, and the way leads back."""
    browser = signed_in(world)
    hint = world.tokens(browser, scope="openid read")["id_token"]
    asked = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT, "state": "s"}
    browser.open(f"{value}?{urlencode(asked)}")
    assert browser.arrived == {"state": "s"}
    assert answer(world, browser, prompt="none")["error"] == "login_required"


def about(world: World, value: str) -> None:
    """RFC 8414 section 2: a page for people who write clients, with the issuer on it."""
    page = world.get(path(world, value))
    assert (page.status, page.is_page) == (200, True)
    assert world.issuer in page.text


def registration(world: World, value: str) -> None:
    """RFC 7591 section 3: who sends metadata there is a client, and not where it is closed."""
    asked = [("Content-Type", "application/json")]
    refused = world.request("POST", path(world, value), headers=asked, body=b"{}")
    assert (refused.status, refused.json["error"]) == (400, "invalid_redirect_uri")
    body = json.dumps(registrations.PUBLIC).encode()
    made = world.request("POST", path(world, value), headers=asked, body=body)
    assert made.status == 201
    assert made.json["registration_client_uri"].startswith(f"{value}/")
    before = world.settings
    registrations.set_up(world, registration="off")
    assert "registration_endpoint" not in document(world)
    closed = world.request("POST", path(world, value), headers=asked, body=body)
    assert closed.status == 404
    registrations.set_up(world, registration=before.registration)


def every_address(world: World) -> list[str]:
    """The members that are addresses of this server."""
    return [
        name
        for name, value in document(world).items()
        if isinstance(value, str)
        and name.endswith(("_endpoint", "_uri", "_iframe", "_documentation"))
    ]


PROVERS = {
    "service_documentation": about,
    "issuer": issuer,
    "authorization_endpoint": authorization,
    "token_endpoint": token,
    "pushed_authorization_request_endpoint": par,
    "jwks_uri": jwks,
    "revocation_endpoint": revocation,
    "introspection_endpoint": introspection,
    "userinfo_endpoint": userinfo,
    "end_session_endpoint": end_session,
    "registration_endpoint": registration,
}
