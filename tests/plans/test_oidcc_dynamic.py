"""The plan dynamic, and others with dynamic registration: modules that sign a user in.

The suite sends no PKCE. Its initial access token excuses its clients of that; with another none of
them gets in.
"""

from __future__ import annotations

import pytest

from tests.client_signatures import jwks, jwt
from tests.flows.logouts import deliver
from tests.plans.oidcc import AFTER_LOGOUT, BASE, CALLBACK, MODES, PRINTABLE, USER, Module
from tests.plans.oidcc_conditions import is_signed, token_answer, unsigned
from tests.plans.oidcc_registration import METHODS, Dynamic, Suite, post
from tests.reply import claims, header
from tests.world import World

SIGNS = {"token_endpoint_auth_method": "private_key_jwt"}
OUTSIDE = ("response_type", "client_id", "scope", "redirect_uri")
OBJECT = f"{BASE}/requesturi/{'x' * 96}"


@pytest.mark.parametrize("method", METHODS)
def test_without_an_excuse(world: World, method: str) -> None:
    """With a token that says nothing of PKCE no module gets in, nonce or not (decision 0038)."""
    client = post(world, without_pkce=False, token_endpoint_auth_method=method).json
    module = Module(world, client_id=client["client_id"])
    module.visit(module.request())
    assert module.refused() == "invalid_request"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("method", METHODS)
def test_server(world: World, method: str, mode: str) -> None:
    """`oidcc-server`, `oidcc-idtoken-rs256`: by every method, in both modes; its key has no kid."""
    tokens = Dynamic(world, mode, token_endpoint_auth_method=method).whole()
    assert header(tokens["id_token"])["alg"] == "RS256"


def test_assertion_for_the_issuer(world: World) -> None:
    """`oidcc-ensure-client-assertion-with-iss-aud-succeeds`."""
    module = Dynamic(world, **SIGNS)
    module.audience = world.issuer
    module.whole()


def test_redirect_uri_with_a_query(world: World) -> None:
    """`oidcc-redirect-uri-query-ok`: it is kept, and nothing of it is lost."""
    Dynamic(world, redirect_uris=[f"{CALLBACK}?foo=bar"]).whole()


@pytest.mark.parametrize(
    ("registered", "sent"),
    [("?foo=bar", "?bar=foo"), ("", "?foo=bar"), ("?foo=bar", None)],
    ids=["query-mismatch", "query-added", "missing"],
)
def test_another_redirect_uri(world: World, registered: str, sent: str | None) -> None:
    """`oidcc-redirect-uri-query-mismatch`, `-added`; `oidcc-ensure-redirect-uri-in-authorization-
    request`: a page that speaks of it, and no answer to the registered one."""
    module = Dynamic(world, redirect_uris=[f"{CALLBACK}{registered}"])
    browser = module.visit(module.request(redirect_uri=None if sent is None else CALLBACK + sent))
    assert browser.reply is not None
    assert (browser.reply.status, browser.arrived) == (400, None)
    assert "redirect" in browser.page.text


def test_signed_userinfo(world: World) -> None:
    """`oidcc-userinfo-rs256`: a JWT with `iss`, `aud`, `sub` and no nonce."""
    module = Dynamic(world, **SIGNS, userinfo_signed_response_alg="RS256")
    tokens = module.tokens(module.sign_in()["code"])
    reply = module.userinfo(tokens["access_token"])
    assert (reply.header("Content-Type") or "").startswith("application/jwt")
    is_signed(world, reply.text)
    told = claims(reply.text)
    assert (told["iss"], told["aud"]) == (world.issuer, module.client_id)
    assert told["sub"] == claims(tokens["id_token"])["sub"]
    assert "nonce" not in told


@pytest.mark.parametrize("alg", ["none", "RS256"])
def test_request_by_reference(world: World, suite: Suite, alg: str) -> None:
    """`oidcc-request-uri-signed-rs256`, and unsigned where that is registered: no `exp`, and the
    signature names no key."""
    registered = {"request_uris": [OBJECT], "request_object_signing_alg": alg}
    module = Dynamic(world, **SIGNS, **registered)
    asked = module.request()
    packed = {**asked, "aud": world.issuer, "iss": module.client_id}
    signed = alg != "none"
    suite.documents[OBJECT] = jwt(packed, alg, "suite", kid=None) if signed else unsigned(packed)
    module.visit(asked, request_uri=OBJECT, **{name: asked[name] for name in OUTSIDE})
    module.tokens(module.answer()["code"])


def test_unsigned_requests_are_registered(world: World, suite: Suite) -> None:
    """`oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported`, and
    `oidcc-request-uri-...`: the suite registers no algorithm, and takes this for an answer."""
    module = Dynamic(world, request_uris=[OBJECT])
    asked = module.request()
    outside = {name: asked[name] for name in OUTSIDE}
    module.visit(asked, request=unsigned(asked), **outside)
    assert (module.browser.arrived or {})["error"] == "request_not_supported"
    suite.documents[OBJECT] = unsigned(asked)
    module.visit(asked, request_uri=OBJECT, **outside)
    assert (module.browser.arrived or {})["error"] == "request_uri_not_supported"


def test_rotation_of_its_keys(world: World, suite: Suite) -> None:
    """`oidcc-registration-jwks-uri`, `oidcc-refresh-token-rp-key-rotation`: a refresh with a key
    that is new at the URL."""
    suite.documents[f"{BASE}/jwks"] = jwks("suite", "RSA")
    members = {"jwks": None, "jwks_uri": f"{BASE}/jwks", **SIGNS}
    grants = {"grant_types": ["authorization_code", "refresh_token"]}
    module = Dynamic(world, **members, **grants)
    module.kid, module.scope = "suite-RSA", "openid offline_access"
    tokens = module.tokens(module.sign_in(prompt="consent")["code"])
    suite.documents[f"{BASE}/jwks"] = jwks("suite-later", "RSA")
    world.clock.forward(60)
    module.owner, module.kid = "suite-later", "suite-later-RSA"
    form = {"refresh_token": tokens["refresh_token"], "scope": module.scope}
    fresh = token_answer(module.token(grant_type="refresh_token", **form))
    assert module.userinfo(fresh["access_token"]).status == 200


def test_links_are_shown(world: World) -> None:
    """`oidcc-registration-policy-uri`, `-tos-uri`: on the page that asks, behind the sign-in."""
    links = {"policy_uri": f"{BASE}/policy", "tos_uri": f"{BASE}/tos"}
    module = Dynamic(world, **links)
    module.visit(module.request())
    module.browser.sign_in(*USER)
    assert set(links.values()) <= set(module.browser.page.links.values())


def test_back_channel(world: World, suite: Suite) -> None:
    """`oidcc-backchannel-rp-initiated-logout`: told of, led back, signed out."""
    back = {
        "post_logout_redirect_uris": [AFTER_LOGOUT],
        "backchannel_logout_uri": f"{BASE}/backchannel_logout",
        "backchannel_logout_session_required": True,
    }
    module = Dynamic(world, **back)
    module.hint = module.whole()["id_token"]
    assert module.leave().arrived == {"state": PRINTABLE}
    assert deliver(world) == [None]
    ((url, form),) = suite.received
    assert (url, form.keys()) == (f"{BASE}/backchannel_logout", {"logout_token"})
    assert claims(form["logout_token"])["sid"] == claims(module.hint)["sid"]
    assert module.is_signed_out()


def test_front_channel(world: World) -> None:
    """`oidcc-frontchannel-rp-initiated-logout`: a frame with its `sid`."""
    front = {
        "post_logout_redirect_uris": [AFTER_LOGOUT],
        "frontchannel_logout_uri": f"{BASE}/frontchannel_logout",
        "frontchannel_logout_session_required": True,
    }
    module = Dynamic(world, **front)
    module.hint = module.whole()["id_token"]
    browser = module.leave()
    assert browser.reply is not None
    sid = claims(module.hint)["sid"]
    assert f"{BASE}/frontchannel_logout?" in browser.reply.text
    assert f"sid={sid}" in browser.reply.text
    assert module.is_signed_out()
