"""A key that is shown when a request is pushed. RFC 9449 section 10.1."""

from __future__ import annotations

import pytest

from chalicelib.administration import clients
from chalicelib.values import replace
from tests import dpop
from tests.dpop import ALICE, MALLORY
from tests.flows import objects
from tests.flows.pushes import push, url
from tests.flows.test_par import arrived
from tests.reply import Reply, claims
from tests.world import World


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


def code_of(world: World, reply: Reply) -> str:
    """The code that a push leads to."""
    assert reply.status == 201, reply.text
    address = url(world, reply.json["request_uri"])
    return arrived(objects.member(world).open(address))["code"]


@pytest.mark.parametrize("named", [None, ALICE.jkt], ids=["shown", "shown and named"])
def test_the_code_is_for_the_key_that_was_shown(world: World, named: str | None) -> None:
    """As with dpop_jkt: another key, or none, does not redeem it, and burns nothing."""
    proof = ALICE.at(world, "/par")
    code = code_of(world, push(world, headers=dpop.header(proof), dpop_jkt=named))
    form = {"grant_type": "authorization_code"}
    assert world.redeem(code).json["error"] == "invalid_grant"
    other = dpop.post(world, {**form, **redeeming(code)}, MALLORY)
    assert other.json["error"] == "invalid_grant"
    answer = dpop.post(world, {**form, **redeeming(code)}, ALICE).json
    assert claims(answer["access_token"])["cnf"] == {"jkt": ALICE.jkt}


def redeeming(code: str) -> dict[str, str]:
    """What stands beside the grant type."""
    return {
        "code": code,
        "redirect_uri": "http://127.0.0.1:8000/demo/callback",
        "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    }


def is_refused(world: World, reply: Reply, error: str) -> None:
    """In JSON, and no request is stored."""
    assert (reply.status, reply.json["error"]) == (400, error)
    assert [key for key in world.writes() if key.startswith("P#")] == []


def test_a_key_that_is_named_is_the_one_that_is_shown(world: World) -> None:
    """Section 10.1: or it is refused, and the proof is as good as before."""
    proof = ALICE.at(world, "/par")
    world.aws.reset()
    reply = push(world, headers=dpop.header(proof), dpop_jkt=MALLORY.jkt)
    is_refused(world, reply, "invalid_request")
    assert "dpop_jkt" in reply.json["error_description"]
    assert push(world, headers=dpop.header(proof)).status == 201


@pytest.mark.parametrize("name", ["/token", "/authorize", "/par/", "/introspect"])
def test_a_proof_is_for_this_endpoint(world: World, name: str) -> None:
    """Section 4.3."""
    world.aws.reset()
    proof = ALICE.at(world, name)
    is_refused(world, push(world, headers=dpop.header(proof)), "invalid_dpop_proof")


def test_a_proof_is_used_once(world: World) -> None:
    """Section 11.1; also for a request that is another."""
    proof = ALICE.at(world, "/par")
    assert push(world, headers=dpop.header(proof)).status == 201
    world.aws.reset()
    again = push(world, headers=dpop.header(proof), state="another")
    assert (again.status, again.json["error"]) == (400, "invalid_dpop_proof")
    assert [key for key in world.writes() if key.startswith("P#")] == []


def test_two_proofs_are_none(world: World) -> None:
    """Section 4.3."""
    world.aws.reset()
    proofs = [ALICE.at(world, "/par"), MALLORY.at(world, "/par")]
    is_refused(world, push(world, headers=dpop.header(*proofs)), "invalid_dpop_proof")


def test_a_client_may_have_to_use_our_nonce(world: World) -> None:
    """Section 8: the nonce is in the refusal, and in the answer."""
    clients.update("demoweb", {"require_dpop_nonce": True}, world.services)
    world.restart()
    first = push(world, headers=dpop.header(ALICE.at(world, "/par")))
    assert (first.status, first.json["error"]) == (400, "use_dpop_nonce")
    nonce = first.header("DPoP-Nonce")
    good = push(world, headers=dpop.header(ALICE.at(world, "/par", nonce=nonce)))
    assert good.status == 201
    assert good.header("DPoP-Nonce") == nonce
    clients.update("demoweb", {"require_dpop_nonce": None}, world.services)
    world.restart()


def test_a_stage_may_want_every_request_pushed(world: World) -> None:
    """RFC 9126 section 5: the document says so, and plain requests are refused to the client."""
    usual = world.settings
    world.settings = replace(usual, require_par=True)
    world.restart()
    document = world.get("/.well-known/oauth-authorization-server").json
    assert document["require_pushed_authorization_requests"] is True
    browser = objects.member(world).open(world.authorize_url())
    assert arrived(browser)["error"] == "invalid_request"
    assert "pushed" in arrived(browser)["error_description"]
    assert code_of(world, push(world))
    world.settings = usual
    world.restart()
