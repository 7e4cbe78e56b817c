"""The plans basic and form-post basic: modules of one sign-in.

Each module as its conditions have it; what a condition would warn of fails here too.
"""

from __future__ import annotations

import pytest

from tests.plans import oidcc
from tests.plans.oidcc import CALLBACK, MODES, PERSON, Module
from tests.plans.oidcc_conditions import json_of
from tests.reply import challenge, claims
from tests.world import World

PROFILE = PERSON.keys() - {
    *("email", "email_verified", "phone_number", "phone_number_verified", "address"),
}
EMAIL, PHONE = {"email", "email_verified"}, {"phone_number", "phone_number_verified"}
SCOPES = {
    "oidcc-scope-profile": ("openid profile", PROFILE),
    "oidcc-scope-email": ("openid email", EMAIL),
    "oidcc-scope-address": ("openid address", {"address"}),
    "oidcc-scope-phone": ("openid phone", PHONE),
    "oidcc-scope-all": ("openid profile email address phone", PERSON.keys()),
    "oidcc-ensure-other-scope-order-succeeds": ("email openid", EMAIL),
}
ONE_MORE = {
    "oidcc-display-page": {"display": "page"},
    "oidcc-display-popup": {"display": "popup"},
    "oidcc-ensure-request-with-unknown-parameter-succeeds": {"extra": "foobar"},
    "oidcc-ui-locales": {"ui_locales": "se"},
    "oidcc-claims-locales": {"claims_locales": "se"},
    "oidcc-login-hint": {"login_hint": "buffy@id.example.com"},
}
in_both_modes = pytest.mark.parametrize("mode", MODES)


@in_both_modes
@pytest.mark.parametrize("client_id", ["suite-1", "suite-post"])
def test_server(stage: World, mode: str, client_id: str) -> None:
    """`oidcc-server`, `oidcc-server-client-secret-post`: without a claim that is a warning."""
    stage.next_test()
    tokens = Module(stage, mode, client_id).whole()
    assert claims(tokens["id_token"]).keys() >= {"auth_time", "acr", "amr", "sid"}


@in_both_modes
def test_the_second_client_has_a_query(stage: World, mode: str) -> None:
    """Its redirect URI keeps `dummy1` and `dummy2`, and the token endpoint takes it so."""
    stage.next_test()
    Module(stage, mode, "suite-2", oidcc.CALLBACK2).whole()


@in_both_modes
def test_response_type_missing(module: Module) -> None:
    """`oidcc-response-type-missing`: in the response mode that was asked for."""
    module.visit(module.request(response_type=None))
    assert module.refused() in ("invalid_request", "unsupported_response_type")


@in_both_modes
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_userinfo_by_header(module: Module, method: str) -> None:
    """`oidcc-userinfo-get`, `oidcc-userinfo-post-header`: the POST has a type and no body."""
    tokens = module.whole()
    told = json_of(module.userinfo(tokens["access_token"], method))
    assert told == {"sub": claims(tokens["id_token"])["sub"]}


@in_both_modes
def test_userinfo_by_body(module: Module) -> None:
    """`oidcc-userinfo-post-body`: anything but 200 would be a warning."""
    tokens = module.whole()
    reply = module.post("/userinfo", {"access_token": tokens["access_token"]})
    assert json_of(reply)["sub"] == claims(tokens["id_token"])["sub"]


@in_both_modes
def test_request_without_nonce(module: Module) -> None:
    """`oidcc-ensure-request-without-nonce-succeeds-for-code-flow` fails here, by policy."""
    module.visit(module.request(nonce=None))
    assert module.refused() == "invalid_request"


@in_both_modes
@pytest.mark.parametrize("name", SCOPES)
def test_scopes(module: Module, name: str) -> None:
    """UserInfo tells every claim of the scope, of its type, and nothing else."""
    module.scope, expected = SCOPES[name]
    told = module.told(module.whole()["access_token"])
    del told["sub"]
    assert told == {claim: PERSON[claim] for claim in expected}


@in_both_modes
def test_another_order(module: Module) -> None:
    """`oidcc-alternate-happy-flow`: of the scopes, and of the parameters."""
    asked = module.request(scope="email openid")
    came = module.sign_in(dict(reversed(asked.items())))
    told = module.told(module.tokens(came["code"])["access_token"])
    assert told.keys() == {"sub", *EMAIL}


@in_both_modes
@pytest.mark.parametrize("name", ONE_MORE)
def test_one_more_parameter(module: Module, name: str) -> None:
    """What may be ignored is no error, and changes nothing of the answer."""
    module.whole(**ONE_MORE[name])


@in_both_modes
def test_acr_values(module: Module) -> None:
    """`oidcc-ensure-request-with-acr-values-succeeds`: another class would be a warning."""
    offered = module.world.get("/.well-known/openid-configuration").json["acr_values_supported"]
    tokens = module.whole(acr_values=" ".join(offered))
    assert claims(tokens["id_token"])["acr"] in offered


@in_both_modes
def test_essential_claim(module: Module) -> None:
    """`oidcc-claims-essential`: in UserInfo and, as it was not asked for there, nowhere else."""
    tokens = module.whole(claims='{"userinfo":{"name":{"essential":true}}}')
    told = module.told(tokens["access_token"])
    assert told == {"sub": claims(tokens["id_token"])["sub"], "name": PERSON["name"]}


@in_both_modes
def test_essential_claim_that_the_user_lacks(module: Module) -> None:
    """Core section 5.5.1: no error."""
    tokens = module.whole(claims='{"userinfo":{"name#de":{"essential":true}}}')
    assert module.told(tokens["access_token"]).keys() == {"sub"}


@in_both_modes
def test_posted_request(module: Module) -> None:
    """`oidcc-ensure-post-request-succeeds`."""
    asked = module.request()
    module.visit(asked, posted=True)
    tokens = module.tokens(module.answer()["code"])
    assert module.told(tokens["access_token"])["sub"]


@in_both_modes
def test_pkce(module: Module) -> None:
    """`oidcc-ensure-request-with-valid-pkce-succeeds`: a client that need not send it may."""
    hashed = challenge("v" * 43)
    came = module.sign_in(code_challenge=hashed, code_challenge_method="S256")
    module.tokens(came["code"], code_verifier="v" * 43)


@in_both_modes
def test_unregistered_redirect_uri(module: Module) -> None:
    """`oidcc-ensure-registered-redirect-uri`: a page about the redirect URI, and no answer."""
    browser = module.visit(module.request(redirect_uri=f"{CALLBACK}/{module.random()}"))
    assert browser.arrived is None
    assert browser.reply is not None
    assert (browser.reply.status, "form-post" in browser.page.forms) == (400, False)
    assert "redirect URI" in browser.page.text


@in_both_modes
@pytest.mark.parametrize("length", [1, 10, 43, 128, 384])
def test_states_and_nonces(module: Module, length: int) -> None:
    """Every printable character, at the lengths of the suite's plans, comes back as it was sent."""
    printable = "".join(map(chr, range(0x20, 0x7F)))
    text = (printable * 5)[:length]
    module.whole(state=text, nonce=text[::-1])


def test_unknown_response_mode(stage: World) -> None:
    """Core section 3.1.2.6: told by the query, as no other way is known."""
    stage.next_test()
    module = Module(stage)
    module.visit(module.request(response_mode="pigeon"))
    assert module.refused() == "invalid_request"
