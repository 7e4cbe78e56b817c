"""The kit: DPoP proofs and their nonces, used once. RFC 9449 sections 8, 9 and 11.1."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from postern_verifier import Needs, Nonces, ProofRules, Replays, errors
from postern_verifier.replays import Full
from tests.kit.issuer import (
    NOW,
    URL,
    FakeIssuer,
    challenges,
    dpop,
    jkt,
    proof,
    refusal,
    token,
)
from tests.vectors import load

RFC = load("rfc9449")
BOUND = token(cnf={"jkt": jkt()})
NONCES = Nonces(b"s" * 32)


# Sections 8 and 9


def verifier_with_nonces(issuer: FakeIssuer) -> Any:
    """One that wants its nonces in proofs."""
    return issuer.verifier(proofs=ProofRules(nonces=NONCES))


@pytest.mark.parametrize("nonce", [None, "", "other", NONCES.current(NOW - 600), 5, [], "é"])
def test_a_nonce_is_asked_for(nonce: Any) -> None:
    """When there is none, or one that is two periods old: use_dpop_nonce, and the next nonce."""
    issuer = FakeIssuer()
    verifier = verifier_with_nonces(issuer)
    problem = refusal(verifier, dpop(BOUND, proof(BOUND, nonce=nonce)))
    assert (type(problem), problem.status) == (errors.NonceNeeded, 401)
    assert 'DPoP error="use_dpop_nonce"' in challenges(problem)[0]
    given = dict(problem.headers)["DPoP-Nonce"]
    assert verifier.check(dpop(BOUND, proof(BOUND, nonce=given)), "GET", URL).headers == ()


def test_a_nonce_of_the_last_period_is_good_and_brings_the_next() -> None:
    """Section 8.2: with the answer, before it is needed."""
    issuer = FakeIssuer()
    verifier = verifier_with_nonces(issuer)
    good = dpop(BOUND, proof(BOUND, nonce=NONCES.current(NOW - 300)))
    assert verifier.check(good, "GET", URL).headers == (("DPoP-Nonce", NONCES.current(NOW)),)


def test_another_secrets_nonce_is_refused() -> None:
    """Nonces cannot be foretold without it."""
    other = Nonces(b"t" * 32).current(NOW)
    verifier = verifier_with_nonces(FakeIssuer())
    assert type(refusal(verifier, dpop(BOUND, proof(BOUND, nonce=other)))) is errors.NonceNeeded


@pytest.mark.parametrize(("secret", "period"), [(b"", 300), (b"s" * 31, 300), (b"s" * 32, 0)])
def test_nonces_that_could_be_guessed_are_not_made(secret: bytes, period: int) -> None:
    """A short secret is an error when the program starts."""
    with pytest.raises(ValueError, match="32 bytes"):
        Nonces(secret, period)


def test_a_secret_does_not_show() -> None:
    """Not even where the rules are printed."""
    assert "sss" not in repr(ProofRules(nonces=NONCES))


# Section 11.1


def test_a_proof_is_used_once() -> None:
    """The second time it is refused, for as long as it could pass."""
    issuer = FakeIssuer()
    verifier = issuer.verifier(proofs=ProofRules(first_use=Replays(now=issuer.clock)))
    once = dpop(BOUND, proof(BOUND, iat=NOW + 10))
    assert verifier.check(once, "GET", URL)
    for seconds in (0, 1, 60, 70):
        issuer.clock.time = NOW + seconds
        assert type(refusal(verifier, once)) is errors.ReplayedProof
    issuer.clock.time = NOW + 71
    assert type(refusal(verifier, once)) is errors.WrongTime


def test_another_keys_proof_may_have_the_same_name() -> None:
    """One client cannot use another's names up."""
    verifier = FakeIssuer().verifier()
    text = token(cnf={"jkt": jkt("OKP")})
    assert verifier.check(dpop(BOUND, proof(BOUND, jti="1")), "GET", URL)
    assert verifier.check(dpop(text, proof(text, "Ed25519", jti="1")), "GET", URL)


def test_a_refused_request_uses_nothing_up() -> None:
    """The proof is spent last: what was refused for its scope may come again."""
    verifier = FakeIssuer().verifier()
    once = dpop(BOUND, proof(BOUND))
    assert refusal(verifier, once, needs=Needs("admin")).error == "insufficient_scope"
    assert verifier.check(once, "GET", URL)


def test_the_memory_of_proofs_is_the_users() -> None:
    """It gets a short name, and a time after which the proof is refused for its age."""
    asked: list[tuple[str, int]] = []

    def first_use(name: str, until: int) -> bool:
        asked.append((name, until))
        return True

    verifier = FakeIssuer().verifier(proofs=ProofRules(first_use=first_use))
    verifier.check(dpop(BOUND, proof(BOUND, jti="j" * 2000)), "GET", URL)
    assert [(len(name), until > NOW + 60) for name, until in asked] == [(43, True)]


@pytest.mark.parametrize("failure", [OSError("no network"), KeyError("x"), Full("full")], ids=repr)
def test_a_memory_that_fails_refuses(failure: Exception) -> None:
    """With 503: a proof that nobody can look up is not a new one."""

    def broken(name: str, until: int) -> bool:
        raise failure

    verifier = FakeIssuer().verifier(proofs=ProofRules(first_use=broken))
    problem = refusal(verifier, dpop(BOUND, proof(BOUND)))
    assert (type(problem), problem.status) == (errors.ReplaysUnavailable, 503)


def test_memory_is_bounded() -> None:
    """When it is full nothing is forgotten early; when names have grown old there is room."""
    issuer = FakeIssuer()
    seen = Replays(most=2, now=issuer.clock)
    assert seen("a", NOW + 10)
    assert seen("b", NOW + 10)
    assert not seen("a", NOW + 10)
    with pytest.raises(Full):
        seen("c", NOW + 10)
    issuer.clock.time += 10
    assert seen("c", NOW + 20)


def test_one_of_many_threads_is_first() -> None:
    """Whoever comes at the same moment."""
    seen = Replays(now=lambda: NOW)
    start = threading.Barrier(8)
    won = []

    def use() -> None:
        start.wait(20)
        won.append(seen("name", NOW + 60))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(won) == [False] * 7 + [True]


@pytest.mark.parametrize("rules", [{"algs": ()}, {"algs": ("none",)}, {"behind": -1}], ids=str)
def test_rules_that_cannot_work_are_refused(rules: dict[str, Any]) -> None:
    """When the program starts."""
    with pytest.raises(ValueError, match=r"must be|negative"):
        ProofRules(**rules)
