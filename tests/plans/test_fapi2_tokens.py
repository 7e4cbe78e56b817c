"""The token endpoint: codes and refresh tokens in the wrong hands, too late, or twice."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dpop import Prover
from tests.plans.fapi2 import Plan
from tests.plans.fapi2_client import Party, Variant
from tests.reply import Reply, claims

TLS = "mtls"
VARIANTS = [Variant(), Variant(TLS), Variant(sender=TLS), Variant(TLS, TLS), Variant(nonces=True)]
every_variant = pytest.mark.parametrize("variant", VARIANTS, ids=str)


def is_refused(reply: Reply, *errors: str) -> None:
    """Status 400, or 401 for the client itself; JSON with the members of RFC 6749 section 5.2."""
    told = reply.json
    assert told["error"] in errors, reply.text
    assert reply.status == (401 if told["error"] == "invalid_client" else 400)
    assert told.keys() == {"error", "error_description", "error_uri"}


def bare(party: Party, form: dict[str, str], certificate: str | None = None) -> Reply:
    """A form without a proof of possession, over a connection of its own."""
    return party.world.post("/token", form, certificate=certificate)


def of_code(party: Party) -> dict[str, str]:
    """What trades a fresh code."""
    return party.trading(party.code()[1])


def of_refresh(party: Party) -> dict[str, str]:
    """What trades a fresh refresh token."""
    return {"grant_type": "refresh_token", "refresh_token": party.tokens()["refresh_token"]}


GRANTS = {"code": of_code, "refresh token": of_refresh}


def unheld(party: Party) -> dict[str, str]:
    """How the client says who it is, when the connection is nobody's."""
    return {"client_id": party.name} if party.variant.auth == TLS else party.known({})


@every_variant
@pytest.mark.parametrize("grant", GRANTS)
def test_the_holder_must_show_it(plan: Plan, variant: Variant, grant: str) -> None:
    """ensure-holder-of-key-required, and the same of refresh tokens: nothing is used up by it."""
    party, _ = plan.pair(variant)
    form = GRANTS[grant](party)
    shown = party.certificate if variant.sender == "dpop" else None
    refused = bare(party, {**form, **unheld(party)}, shown)
    by_connection = variant.auth == TLS and variant.sender == TLS
    is_refused(refused, "invalid_client" if by_connection else "invalid_request")
    assert party.ask(form).status == 200


@pytest.mark.parametrize("grant", GRANTS)
def test_the_client_must_prove_itself(plan: Plan, grant: str) -> None:
    """ensure-client-assertion-in-token-endpoint: its name and its key are not enough, and less
    is not either."""
    party, _ = plan.pair()
    form = GRANTS[grant](party)
    for named in ({"client_id": party.name}, {}):
        is_refused(party.call("/token", {**form, **named}, proof=True), "invalid_client")
    assert party.ask(form).status == 200


def test_a_name_is_not_proved_by_another_clients_key(plan: Plan) -> None:
    """ensure-client-id-in-token-endpoint: the second one's name, the first one's key and code."""
    first, second = plan.pair()
    form = second.known(of_code(first), owner=first.owner, alg=first.alg)
    is_refused(
        first.call("/token", {**form, "client_id": second.name}, proof=True), "invalid_client"
    )


@every_variant
@pytest.mark.parametrize("grant", GRANTS)
def test_it_is_its_own_clients(plan: Plan, variant: Variant, grant: str) -> None:
    """ensure-authorization-code-is-bound-to-client, and the same of refresh tokens."""
    first, second = plan.pair(variant)
    form = GRANTS[grant](first)
    is_refused(second.ask(form), "invalid_grant")
    assert first.ask(form).status == 200


@every_variant
def test_a_code_is_good_once(plan: Plan, variant: Variant) -> None:
    """attempt-reuse-authorization-code-after-one-second: what it gave is over as well."""
    party, _ = plan.pair(variant)
    _, code = party.code()
    token = party.redeem(code).json["access_token"]
    opened = party.userinfo(token)
    party.nonce["rs"] = opened.header("DPoP-Nonce") or ""
    assert party.userinfo(token).status == 200
    plan.world.clock.forward(1)
    is_refused(party.redeem(code), "invalid_grant")
    refused = party.userinfo(token)
    assert (refused.status, refused.json["error"]) == (401, "invalid_token")


def test_a_code_ends(plan: Plan) -> None:
    """ensure-token-endpoint-fails-with-expired-auth-code: after 62 seconds."""
    party, _ = plan.pair()
    _, code = party.code()
    plan.world.clock.forward(62)
    is_refused(party.redeem(code), "invalid_grant")


@pytest.mark.parametrize("verifier", [None, "x" * 43], ids=["none", "wrong"])
def test_the_verifier_is_compulsory(plan: Plan, verifier: str | None) -> None:
    """par-ensure-pkce-code-verifier-required, par-incorrect-pkce-code-verifier-rejected."""
    party, _ = plan.pair()
    form = of_code(party)
    del form["code_verifier"]
    given = form if verifier is None else {**form, "code_verifier": verifier}
    is_refused(party.ask(given), "invalid_grant", "invalid_request")


@every_variant
@pytest.mark.parametrize("scope", [True, False], ids=["scope repeated", "no scope"])
def test_a_refresh_token_is_used_with_a_new_key(plan: Plan, variant: Variant, scope: bool) -> None:
    """refresh-token: it is the client that is bound; it stays, and its ID token tells the same."""
    party, _ = plan.pair(variant)
    first = party.tokens(prompt="consent")
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    plan.world.clock.forward(1)
    party.prover = Prover(owner="renewed")
    again = party.ask({**form, "scope": variant.scope} if scope else form)
    assert (again.status, again.header("Cache-Control")) == (200, "no-store"), again.text
    assert again.json["token_type"] == first["token_type"]
    assert again.json["access_token"] != first["access_token"]
    assert again.json.get("refresh_token", form["refresh_token"]) == form["refresh_token"]
    if "id_token" in again.json:
        is_the_same_sign_in(claims(first["id_token"]), claims(again.json["id_token"]))
    opened = party.userinfo(again.json["access_token"])
    party.nonce["rs"] = opened.header("DPoP-Nonce") or ""
    assert party.userinfo(again.json["access_token"]).status == 200


def is_the_same_sign_in(before: dict[str, Any], after: dict[str, Any]) -> None:
    """OpenID Connect Core section 12.2."""
    same = ("iss", "sub", "aud", "auth_time", "azp")
    assert [before.get(name) for name in same] == [after.get(name) for name in same]
    assert after["iat"] > before["iat"]
