"""Bound tokens at /userinfo: the key is shown each time. RFC 9449 section 7."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.administration import clients
from chalicelib.encoding import base64url, sha256
from tests import dpop
from tests.client_signatures import ALGORITHMS
from tests.dpop import ALICE, LEFT_OUT, MALLORY, Prover
from tests.endpoints.test_userinfo import CHALLENGE, DPOP_CHALLENGE, challenges, send
from tests.reply import Reply
from tests.world import REDIRECT, World


@pytest.fixture
def world(signed_in: World) -> World:
    return signed_in


@pytest.fixture
def token(world: World) -> str:
    """A token that is bound to Alice's key."""
    given: str = dpop.tokens(world, scope="openid email")["access_token"]
    return given


@pytest.fixture
def bearer(world: World) -> str:
    """One that is bound to nothing."""
    given: str = world.tokens(scope="openid email")["access_token"]
    return given


def is_refused(reply: Reply, error: str, *, scheme: str = "dpop", words: str = "") -> None:
    """In the header of the scheme that was used, and in the body; nothing of the user is told."""
    assert (reply.status, reply.json["error"]) == (401, error), reply.text
    description = reply.json["error_description"]
    assert words in description
    told = f'error="{error}", error_description="{description}"'
    start, _, algs = DPOP_CHALLENGE.rpartition(", ")
    expected = f"{CHALLENGE}, {told}" if scheme == "bearer" else f"{start}, {told}, {algs}"
    assert challenges(reply) == [expected]


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_key_opens_it(world: World, alg: str) -> None:
    """With a proof for this token, here and now."""
    prover = Prover(alg)
    token = dpop.tokens(world, prover, scope="openid email")["access_token"]
    assert dpop.userinfo(world, token, prover).json["email"] == "demo@example.com"


@pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP"])
def test_the_scheme_has_no_case(world: World, token: str, scheme: str) -> None:
    """RFC 9110 section 11.1."""
    assert dpop.userinfo(world, token, scheme=scheme).status == 200


def test_a_post_is_proved_as_one(world: World, token: str) -> None:
    """The method is in the proof."""
    for method, status in (("POST", 200), ("GET", 401)):
        proof = ALICE.at(world, "/userinfo", method, token=token)
        headers = [("Authorization", f"DPoP {token}"), ("DPoP", proof)]
        assert world.request("POST", "/userinfo", headers=headers).status == status


def test_a_bound_token_is_no_bearer_token(world: World, token: str) -> None:
    """In the header or the form, with a proof or without."""
    refusals = [
        world.userinfo(token),
        dpop.userinfo(world, token, scheme="Bearer"),
        send(world, method="POST", access_token=token),
    ]
    for reply in refusals:
        is_refused(reply, "invalid_token", scheme="bearer", words="send it as DPoP")


def test_a_bearer_token_is_no_bound_token(world: World, bearer: str) -> None:
    """A key that anybody may bring proves nothing."""
    is_refused(dpop.userinfo(world, bearer), "invalid_token", words="send it as Bearer")
    assert world.userinfo(bearer).status == 200


def test_a_bearer_token_may_come_with_a_proof(world: World, bearer: str) -> None:
    """Some clients send one with everything; nobody has asked for it."""
    headers = [("Authorization", f"Bearer {bearer}"), ("DPoP", "x")]
    assert world.request("GET", "/userinfo", headers=headers).status == 200


def test_a_token_in_two_ways_is_refused(world: World, token: str) -> None:
    """RFC 6750 section 2."""
    proof = ALICE.at(world, "/userinfo", "POST", token=token)
    headers = [
        ("Authorization", f"DPoP {token}"),
        ("DPoP", proof),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ]
    body = f"access_token={token}".encode()
    reply = world.request("POST", "/userinfo", headers=headers, body=body)
    assert (reply.status, reply.json["error"]) == (400, "invalid_request")
    twice = [("Authorization", f"DPoP {token}"), ("Authorization", f"Bearer {token}")]
    reply = world.request("GET", "/userinfo", headers=[*twice, ("DPoP", proof)])
    assert (reply.status, reply.json["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"htm": "POST"}, "htm"),
        ({"htu": "https://id.example.com/token"}, "htu"),
        ({"htu": "https://id.example.com/userinfo/x"}, "htu"),
        ({"ath": LEFT_OUT}, "ath"),
        ({"ath": base64url(sha256("another"))}, "ath"),
        ({"ath": ""}, "ath"),
        ({"iat": 0}, "too old"),
        ({"iat": 4_000_000_000}, "future"),
        ({"jti": LEFT_OUT}, "jti"),
        ({"header": {"typ": "at+jwt"}}, "typ"),
        ({"header": {"crit": ["x"]}}, "crit"),
        ({"header": {"jwk": LEFT_OUT}}, "jwk"),
        ({"header": {"jwk": MALLORY.jwk}}, "signature"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else value,
)
def test_a_bad_proof_is_refused(
    world: World, token: str, changes: dict[str, Any], words: str
) -> None:
    """With 401; nothing is read or written for it."""
    world.aws.reset()
    is_refused(dpop.userinfo(world, token, **changes), "invalid_dpop_proof", words=words)
    assert world.aws.calls == []


def test_no_proof_and_two_are_refused(world: World, token: str) -> None:
    """There is one DPoP header."""
    is_refused(dpop.userinfo(world, token, proofs=[]), "invalid_dpop_proof", words="missing")
    proofs = [ALICE.at(world, "/userinfo", "GET", token=token) for _ in range(2)]
    is_refused(dpop.userinfo(world, token, proofs=proofs), "invalid_dpop_proof", words="one DPoP")


def test_another_key_is_refused(world: World, token: str) -> None:
    """However good its proof is."""
    is_refused(dpop.userinfo(world, token, MALLORY), "invalid_token", words="another key")


def test_a_proof_is_good_once(world: World, token: str) -> None:
    """Here as well."""
    proof = ALICE.at(world, "/userinfo", "GET", token=token)
    assert dpop.userinfo(world, token, proofs=[proof]).status == 200
    is_refused(
        dpop.userinfo(world, token, proofs=[proof]), "invalid_dpop_proof", words="used before"
    )


def test_a_proof_for_the_token_endpoint_opens_nothing(world: World, token: str) -> None:
    """Nor does one for here open that."""
    proof = ALICE.at(world)
    is_refused(dpop.userinfo(world, token, proofs=[proof]), "invalid_dpop_proof")
    here = ALICE.at(world, "/userinfo", "GET", token=token)
    reply = world.post("/token", dpop.CREDENTIALS, auth=dpop.MACHINE, headers=dpop.header(here))
    assert reply.json["error"] == "invalid_dpop_proof"


@pytest.mark.parametrize("text", ["x", "e30.e30.e30"])
def test_what_is_no_token_is_told_so(world: World, text: str) -> None:
    """By the scheme that it came with, before its proof is looked at."""
    is_refused(dpop.userinfo(world, text, proofs=[]), "invalid_token")


def test_what_is_over_is_over(world: World, token: str) -> None:
    """The key brings no revoked token back, and none that has expired."""
    world.revoke(token)
    is_refused(dpop.userinfo(world, token), "invalid_token")
    fresh = dpop.tokens(world, scope="openid")["access_token"]
    world.clock.forward(600)
    is_refused(dpop.userinfo(world, fresh), "invalid_token")


def test_a_refused_token_uses_no_proof_up(world: World, token: str) -> None:
    """What is spent, is spent last."""
    world.revoke(token)
    world.aws.reset()
    is_refused(dpop.userinfo(world, token), "invalid_token")
    assert world.writes() == []


def test_the_scope_is_asked_for_behind_the_key(world: World) -> None:
    """Whoever has the key learns what is missing; whoever has not, learns nothing."""
    given = dpop.tokens(world, scope="openid read")["access_token"]
    is_refused(dpop.userinfo(world, given, MALLORY), "invalid_token", words="another key")
    is_refused(dpop.userinfo(world, given), "invalid_token", words="another resource")


def test_the_log_says_why_and_whose_token_it_was(world: World, token: str) -> None:
    """A used proof, another key, a revoked token; of what is no token of ours there is no line."""
    proof = ALICE.at(world, "/userinfo", "GET", token=token)
    assert dpop.userinfo(world, token, proofs=[proof]).status == 200
    dpop.userinfo(world, token, proofs=[proof])
    dpop.userinfo(world, token, MALLORY)
    world.revoke(token)
    dpop.userinfo(world, token)
    dpop.userinfo(world, "x")
    told = [(one["client_id"], one["error"]) for one in world.events("userinfo.refused")]
    errors = ("invalid_dpop_proof", "invalid_token", "invalid_token")
    assert told == [("demoweb", error) for error in errors]
    assert token not in world.log.getvalue()


def test_a_signed_answer_is_proved_alike(world: World) -> None:
    """userinfo_signed_response_alg changes the answer only."""
    name = "signed-bound"
    members = {"userinfo_signed_response_alg": "RS256", "dpop_bound_access_tokens": True}
    asked = {"client_id": name, "client_secret": f"{name}secret", "redirect_uris": [REDIRECT]}
    clients.create({**asked, **members}, world.services)
    world.clock.forward(1)
    token = dpop.tokens(world, client=name, scope="openid")["access_token"]
    assert dpop.userinfo(world, token).header("Content-Type") == "application/jwt"
    assert world.userinfo(token).status == 401
