"""An assertion and a DPoP proof in one request: in which order they count.

A client that is told to bring a nonce (RFC 9449 section 8) may send all the rest again as it was,
the assertion with its jti (RFC 7523 section 3) included.
"""

from __future__ import annotations

import pytest

from chalicelib.errors import InvalidDPoPProof
from tests import dpop
from tests.dpop import ALICE
from tests.flows.assertions import MACHINE, is_refused, marks, proof, register, signed
from tests.flows.pushes import parameters
from tests.reply import Reply
from tests.world import World

DOORS = ("/token", "/par")


@pytest.fixture(scope="module")
def _registered(settled: World) -> None:
    register(settled, require_dpop_nonce=True)


@pytest.fixture
def world(_registered: None, signed_in: World) -> World:
    """The module's server, with a client that must bring nonces."""
    return signed_in


def ask(world: World, path: str, assertion: str, shown: str) -> Reply:
    """The same request but for its proof."""
    asked = MACHINE if path == "/token" else parameters(world, client_id="asserter")
    return world.post(path, {**asked, **proof(assertion)}, headers=dpop.header(shown))


def nonce(reply: Reply) -> str:
    """What is asked for."""
    assert reply.json["error"] == "use_dpop_nonce", reply.text
    return str(reply.header("DPoP-Nonce"))


@pytest.mark.parametrize("path", DOORS)
def test_the_same_assertion_comes_back_with_the_nonce(world: World, path: str) -> None:
    """Being asked for a nonce spends nothing, and afterwards it has counted."""
    assertion = signed(world)
    before = len(marks(world))
    given = nonce(ask(world, path, assertion, ALICE.at(world, path)))
    assert len(marks(world)) == before
    answer = ask(world, path, assertion, ALICE.at(world, path, nonce=given))
    assert answer.status in (200, 201), answer.text
    is_refused(ask(world, path, assertion, ALICE.at(world, path, nonce=given)))


@pytest.mark.parametrize("path", DOORS)
def test_a_bad_proof_spends_no_assertion(world: World, path: str) -> None:
    """What is checked without a write comes before what is written."""
    assertion = signed(world)
    given = nonce(ask(world, path, assertion, ALICE.at(world, path)))
    bad = ask(world, path, assertion, ALICE.at(world, path, nonce=given, htm="GET"))
    assert bad.json["error"] == InvalidDPoPProof.error
    assert ask(world, path, assertion, ALICE.at(world, path, nonce=given)).status in (200, 201)


@pytest.mark.parametrize("path", DOORS)
def test_an_assertion_that_counted_uses_up_no_proof(world: World, path: str) -> None:
    """Its thief gets nothing, and the proof beside it is as good as before."""
    assertion = signed(world)
    given = nonce(ask(world, path, assertion, ALICE.at(world, path)))
    assert ask(world, path, assertion, ALICE.at(world, path, nonce=given)).status in (200, 201)
    shown = ALICE.at(world, path, nonce=given)
    is_refused(ask(world, path, assertion, shown))
    assert ask(world, path, signed(world), shown).status in (200, 201)
