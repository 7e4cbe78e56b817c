"""Flows that must go well, in every variant: the suite's happy flow and its harmless changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.administration import resources
from tests.plans import fapi2
from tests.plans.fapi2 import VARIANTS, Plan
from tests.plans.fapi2_client import API, Party, Variant
from tests.reply import claims

every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=str)
with_userinfo = pytest.mark.parametrize("variant", [v for v in VARIANTS if v.openid], ids=str)


@every_variant
@pytest.mark.parametrize("which", [0, 1], ids=["first", "second"])
def test_a_code_becomes_bound_tokens(plan: Plan, variant: Variant, which: int) -> None:
    """Bound to what was shown, never stored, and an ID token where OpenID is asked for."""
    party = plan.pair(variant)[which]
    request, code = party.code()
    reply = party.redeem(code)
    assert (reply.status, reply.header("Cache-Control")) == (200, "no-store"), reply.text
    told = reply.json
    bound = {"jkt": party.prover.jkt} if variant.sender == "dpop" else None
    token = party.verified(told["access_token"], plan.world.issuer if variant.openid else API)
    assert bound is None or token["cnf"] == bound
    assert token["cnf"].keys() == ({"jkt"} if bound else {"x5t#S256"})
    assert told["token_type"] == ("DPoP" if bound else "Bearer")
    assert 0 < told["expires_in"] <= 600
    assert ("id_token" in told) is variant.openid
    if variant.openid:
        assert party.verified(told["id_token"], party.name)["nonce"] == request["nonce"]


@with_userinfo
def test_the_token_opens_the_resource(plan: Plan, variant: Variant) -> None:
    """To its own client; and the user has one name in both answers."""
    party, _ = plan.pair(variant)
    told = party.tokens()
    answer = party.userinfo(told["access_token"])
    if variant.nonces:
        answer = learned(party, answer, told["access_token"])
    assert answer.status == 200, answer.text
    assert answer.json["sub"] == claims(told["id_token"])["sub"]


def learned(party: Party, refused: Any, token: str) -> Any:
    """The same again with the nonce that stands beside the challenge, where the suite looks."""
    assert refused.status == 401
    (challenge,) = refused.headers_of("WWW-Authenticate")
    assert challenge.startswith("DPoP ")
    assert 'error="use_dpop_nonce"' in challenge
    party.nonce["rs"] = refused.header("DPoP-Nonce")
    return party.userinfo(token)


@with_userinfo
def test_another_clients_key_opens_nothing(plan: Plan, variant: Variant) -> None:
    """The first client has got hold of the second one's token."""
    first, second = plan.pair(variant)
    token = second.tokens()["access_token"]
    refused = first.userinfo(token)
    assert refused.status == 401
    if variant.nonces:
        first.nonce["rs"] = refused.header("DPoP-Nonce") or ""
        assert first.userinfo(token).json["error"] == "invalid_token"


HARMLESS: dict[str, dict[str, Any]] = {
    "without a state": {"state": None},
    "without a nonce": {"nonce": None},
    "a nonce of 64": {"nonce": "n" * 64},
    "a long nonce": {"nonce": "n" * 384},
    "a long state": {"state": "s" * 1000},
    "another order of scopes": {"scope": "offline_access email openid"},
    "consent asked for": {"prompt": "consent"},
    "claims": {"claims": '{"userinfo":{"email":null},"id_token":{"email":{"essential":true}}}'},
    "claims that nobody knows": {
        "claims": '{"sdfgsdfg":{"x":null},"id_token":{"doesnotexist":null}}'
    },
}


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_does_no_harm(plan: Plan, name: str, signed: bool) -> None:
    """State and nonce come back as they were sent, or not at all."""
    changes = dict(HARMLESS[name])
    if signed and "claims" in changes:
        changes["claims"] = {"id_token": {"email": {"essential": True}}, "random": {"x": None}}
    party, _ = plan.pair(Variant(signed=signed, jarm=signed))
    request, code = party.code(**changes)
    told = party.verified(party.redeem(code).json["id_token"], party.name)
    assert told.get("nonce") == request.get("nonce")


def test_nothing_need_stand_beside_the_request_uri(plan: Plan) -> None:
    """par-without-duplicate-parameters."""
    party, _ = plan.pair()
    request = party.request()
    url = party.url({}, party.push(request).json["request_uri"])
    assert fapi2.query_of(url).keys() == {"client_id", "request_uri"}
    assert "code" in party.answer(party.go(url))


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "application/json;charset=UTF-8"},
        {"Accept": "application/json, application/*+json, */*"},
        {"x-fapi-customer-ip-address": "2001:db8::1893:25c8:1946"},
    ],
    ids=str,
)
def test_the_resource_takes_what_it_need_not_understand(
    plan: Plan, headers: dict[str, str]
) -> None:
    """Accept headers of every kind, and those of other profiles."""
    party, _ = plan.pair()
    assert party.userinfo(party.tokens()["access_token"], **headers).status == 200


def test_the_scheme_of_a_token_has_no_case(plan: Plan) -> None:
    """access-token-type-header-case-sensitivity."""
    party, _ = plan.pair()
    token = party.tokens()["access_token"]
    assert party.userinfo(token, Authorization=f"dpOp {token}").status == 200


def test_a_token_in_the_query_is_refused(plan: Plan) -> None:
    """Section 5.3.4: though its proof is good."""
    party, _ = plan.pair()
    token = party.tokens()["access_token"]
    assert party.userinfo(token, query=f"?access_token={token}", Authorization="").status == 400
    assert party.userinfo(token).status == 200


@pytest.mark.parametrize("jarm", [False, True], ids=["plain", "jarm"])
@pytest.mark.parametrize("which", [0, 1], ids=["first", "second"])
def test_a_user_who_refuses_is_told_of(plan: Plan, which: int, jarm: bool) -> None:
    """user-rejects-authentication: the error and nothing that is unexpected."""
    party = plan.pair(Variant(jarm=jarm))[which]
    request = party.request(state="s" * 128, prompt="consent")
    browser = plan.world.browser()
    browser.open(party.url(request, party.push(request).json["request_uri"])).sign_in()
    browser.submit("consent", "deny")
    told = party.answer(browser.arrived)
    assert (told["error"], told["state"]) == ("access_denied", request["state"])
    assert told.keys() == {"error", "error_description", "error_uri", "state", "iss"}


def test_the_second_clients_key_may_be_named(plan: Plan) -> None:
    """RFC 9449 section 10: by dpop_jkt alone, and no proof where it is pushed."""
    _, second = plan.pair()
    told = second.tokens(dpop_jkt=second.prover.jkt)
    assert second.userinfo(told["access_token"]).status == 200


@pytest.mark.parametrize("signed", [False, True], ids=["unsigned", "signed"])
def test_a_rich_request_is_granted_as_it_was_sent(plan: Plan, signed: bool) -> None:
    """authorization_request_type=rar: in the form as a text, in an object as a list."""
    kinds = {"payment": {"description": "Pay", "schema": {"type": "object"}}}
    resources.update(API, {"authorization_details_types": kinds}, plan.world.services)
    plan.world.restart()
    party, _ = plan.pair(Variant(openid=False, signed=signed))
    details = [{"type": "payment"}]
    asked = details if signed else json.dumps(details)
    assert party.tokens(authorization_details=asked)["authorization_details"] == details
