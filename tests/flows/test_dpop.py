"""Tokens that are bound to a key, from their first to their last day. RFC 9449 sections 5, 6, 10.

How a proof must look is told in tests/chalicelib/protocol/test_dpop.py; here, what it is good for.
"""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.administration import clients
from tests import dpop
from tests.chalicelib.protocol.bad_proofs import BAD
from tests.client_signatures import ALGORITHMS
from tests.dpop import ALICE, CREDENTIALS, MACHINE, MALLORY, Prover
from tests.flows.story import item, last_grant
from tests.reply import Reply, claims
from tests.world import REDIRECT, VERIFIER, World

WEB = ("demoweb", "demowebsecret")
JKT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
PROOF = "invalid_dpop_proof"
BOUND = {
    "redirect_uris": [REDIRECT],
    "grant_types": ["authorization_code", "refresh_token"],
    "dpop_bound_access_tokens": True,
}


@pytest.fixture
def world(signed_in: World) -> World:
    return signed_in


def is_refused(reply: Reply, error: str, words: str = "") -> None:
    assert (reply.status, reply.json["error"]) == (400, error), reply.text
    assert words in reply.json["error_description"]


def machine(world: World, *proofs: str) -> Reply:
    return world.post("/token", CREDENTIALS, auth=MACHINE, headers=dpop.header(*proofs))


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_token_is_bound_to_the_key_of_the_proof(world: World, alg: str) -> None:
    """By its thumbprint, and the answer says so; whatever the client's own algorithms are."""
    prover = Prover(alg)
    answer = machine(world, prover.at(world)).json
    assert answer["token_type"] == "DPoP"
    assert claims(answer["access_token"])["cnf"] == {"jkt": prover.jkt}


def test_without_a_proof_it_is_a_bearer_token(world: World) -> None:
    """As ever."""
    answer = machine(world).json
    assert answer["token_type"] == "Bearer"
    assert "cnf" not in claims(answer["access_token"])


def test_introspection_tells_the_key(world: World) -> None:
    """RFC 9449 section 6.2."""
    given = dpop.tokens(world)
    told = world.introspect(given["access_token"])
    assert (told["token_type"], told["cnf"]) == ("DPoP", {"jkt": ALICE.jkt})
    unbound = world.introspect(world.tokens()["access_token"])
    assert unbound["token_type"] == "Bearer"
    assert "cnf" not in unbound


@pytest.mark.parametrize(
    "name", [name for name in BAD if "ath" not in name and name != "no header"]
)
def test_a_bad_proof_leaves_everything_as_it_was(world: World, name: str) -> None:
    """And is never ignored: who sends one wants to be bound."""
    made = BAD[name][0]()
    proofs = made if isinstance(made, tuple) else (made,)
    reply = machine(world, *proofs)
    # The gateway has a limit of its own on headers.
    if reply.status not in (413, 431):
        is_refused(reply, PROOF)
    assert world.writes() == []


def test_a_code_outlives_a_bad_proof(world: World) -> None:
    """It is redeemed with a good one afterwards."""
    code = world.code()
    for changes in ({"htm": "GET"}, {"iat": 0}, {"header": {"typ": "JWT"}}):
        headers = dpop.header(ALICE.at(world, **changes))
        is_refused(world.post("/token", _redeeming(code), auth=WEB, headers=headers), PROOF)
    assert dpop.redeem(world, code).json["token_type"] == "DPoP"


def _redeeming(code: str) -> dict[str, str]:
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}


def test_a_proof_is_good_once(world: World) -> None:
    """Sent again, in whatever request, it is refused; a new one is not."""
    proof = ALICE.at(world)
    assert machine(world, proof).status == 200
    is_refused(machine(world, proof), PROOF, "used before")
    world.restart()
    is_refused(machine(world, proof), PROOF, "used before")
    assert machine(world, ALICE.at(world)).status == 200


def test_a_replayed_proof_burns_nothing(world: World) -> None:
    """Neither the code that comes with it, nor what was issued, if the code is replayed too."""
    proof, code = ALICE.at(world), world.code()
    machine(world, proof)
    world.aws.reset()
    form = {**_redeeming(code), "code_verifier": VERIFIER}
    is_refused(world.post("/token", form, auth=WEB, headers=dpop.header(proof)), PROOF)
    assert not [key for key in world.writes() if key.startswith("U#")]
    again = ALICE.at(world)
    given = world.post("/token", form, auth=WEB, headers=dpop.header(again)).json
    # Somebody sends the whole request again, as it was.
    is_refused(world.post("/token", form, auth=WEB, headers=dpop.header(again)), PROOF)
    assert dpop.refresh(world, given["refresh_token"]).status == 200


def test_a_jti_is_told_apart_by_its_key(world: World) -> None:
    """Nobody can use up the names of another's proofs."""
    assert machine(world, MALLORY.at(world, jti="the-same")).status == 200
    assert machine(world, ALICE.at(world, jti="the-same")).status == 200
    is_refused(machine(world, ALICE.at(world, jti="the-same")), PROOF, "used before")


def test_a_jti_may_come_again_when_its_proof_is_long_dead(world: World) -> None:
    """Whether DynamoDB has swept by then or not."""
    assert machine(world, ALICE.at(world, jti="weekly")).status == 200
    world.clock.forward(71)
    assert machine(world, ALICE.at(world, jti="weekly")).status == 200


@pytest.mark.parametrize("ahead", [-60, -1, 0, 10])
def test_a_proof_is_remembered_for_as_long_as_it_is_good(world: World, ahead: int) -> None:
    """To its very last second."""
    proof = ALICE.at(world, iat=world.clock() + ahead)
    assert machine(world, proof).status == 200
    last = 60 + ahead
    world.clock.forward(last)
    is_refused(machine(world, proof), PROOF, "used before")
    world.clock.forward(1)
    is_refused(machine(world, proof), PROOF, "too old")


def test_a_request_that_is_refused_uses_no_proof_up(world: World) -> None:
    """Nothing is written for what fails elsewhere: proved first, spent last."""
    world.aws.reset()
    for form, error in (
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_grant"),
        ({**CREDENTIALS, "scope": "unknown"}, "unauthorized_client"),
    ):
        is_refused(dpop.post(world, form), error)
    form = {**CREDENTIALS, "scope": "unknown"}
    is_refused(dpop.post(world, form, auth=MACHINE), "invalid_scope")
    assert dpop.post(world, CREDENTIALS, auth=("demomachine", "wrong")).status == 401
    assert world.writes() == []


# Codes.


def test_a_code_for_a_key_is_redeemed_by_that_key_alone(world: World) -> None:
    """dpop_jkt (section 10). No proof, and another's, burn nothing."""
    code = world.code(dpop_jkt=ALICE.jkt)
    world.aws.reset()
    is_refused(dpop.redeem(world, code, None), "invalid_grant", "shows none")
    is_refused(dpop.redeem(world, code, MALLORY), "invalid_grant", "another key")
    assert world.writes() == []
    given = dpop.redeem(world, code).json
    assert claims(given["access_token"])["cnf"] == {"jkt": ALICE.jkt}


def test_a_code_for_a_key_is_still_a_code(world: World) -> None:
    """The right key does not stand for the verifier, and a second presentation ends it all."""
    code = world.code(dpop_jkt=ALICE.jkt)
    is_refused(dpop.redeem(world, code, code_verifier="x" * 43), "invalid_grant")
    given = dpop.redeem(world, code).json
    is_refused(dpop.redeem(world, code), "invalid_grant")
    assert world.introspect(given["access_token"]) == {"active": False}


def test_the_key_is_kept_over_a_whole_sign_in(world: World) -> None:
    """The request is stored while its user signs in, and the key with it."""
    code = world.code(world.browser("203.0.113.41"), dpop_jkt=ALICE.jkt)
    is_refused(dpop.redeem(world, code, MALLORY), "invalid_grant")
    assert dpop.redeem(world, code).status == 200


@pytest.mark.parametrize(
    "value", ["x", JKT[1:], f"{JKT}A", f"{JKT[1:]}B", f"{JKT[1:]}=", "é" * 43, JKT.lower()[:-1]]
)
def test_a_key_that_cannot_be_one_is_refused(world: World, value: str) -> None:
    """At once, not when the code can no longer be redeemed."""
    assert world.member is not None
    browser = world.member.open(world.authorize_url(dpop_jkt=value))
    assert browser.arrived is not None
    assert browser.arrived["error"] == "invalid_request"


# Clients that are registered for bound tokens.


@pytest.fixture
def bound(world: World) -> tuple[str, str]:
    """A client that takes no bearer tokens."""
    client_id = f"bound{len(world.items())}"
    client, secret = clients.create({**BOUND, "client_id": client_id}, world.services)
    world.clock.forward(1)
    return client.client_id, str(secret)


def test_a_client_can_be_bound_to_have_a_proof(world: World, bound: tuple[str, str]) -> None:
    """dpop_bound_access_tokens (section 5.2): of every token request, and nothing is burnt."""
    code = world.code(client_id=bound[0])
    world.aws.reset()
    is_refused(world.redeem(code, auth=bound), "invalid_request", "DPoP header is missing")
    assert world.writes() == []
    form = {**_redeeming(code), "code_verifier": VERIFIER}
    given = dpop.post(world, form, auth=bound).json
    assert given["token_type"] == "DPoP"
    reply = world.refresh(given["refresh_token"], auth=bound)
    is_refused(reply, "invalid_request", "DPoP header is missing")


@pytest.mark.parametrize("value", ["true", 1, None, "DPoP", [True]])
def test_the_members_are_true_or_false(world: World, value: Any) -> None:
    """And nothing that only looks like it; null is as if it were not there."""
    for name in ("dpop_bound_access_tokens", "require_dpop_nonce"):
        metadata = {**BOUND, "client_id": f"odd-{name[:10]}", name: value}
        if value is None:
            created, _ = clients.create(metadata, world.services)
            assert getattr(created, name) is False
            continue
        with pytest.raises(ValueError, match=f"^{name}: must be true or false"):
            clients.create(metadata, world.services)


def test_what_is_stored_of_a_binding(world: World) -> None:
    """The thumbprint, with the grant; of the proof a hash that ends with it. No key, no proof."""
    code = world.code(dpop_jkt=ALICE.jkt)
    grant = last_grant(world)
    world.aws.reset()
    proof = ALICE.at(world)
    form = {**_redeeming(code), "code_verifier": VERIFIER}
    assert world.post("/token", form, auth=WEB, headers=dpop.header(proof)).status == 200
    stored = item(world, grant)
    assert stored["dj"] == {"S": ALICE.jkt}
    assert stored["cf"] == {"M": {"jkt": {"S": ALICE.jkt}}}
    (written,) = (key for key in world.writes() if key.startswith("J#dpop#"))
    (mark,) = (found for found in world.items() if found["pk"]["S"] == written.split()[0])
    assert int(mark["x"]["N"]) == world.clock() + 70
    everything = str(world.items())
    assert proof not in everything
    assert ALICE.jwk["x"] not in everything
