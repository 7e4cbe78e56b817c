"""The kit: DPoP. RFC 9449 sections 4.3 and 7, with the RFC's own examples."""

from __future__ import annotations

from typing import Any

import pytest

from postern_verifier import ALGORITHMS, Binding, Nonces, ProofRules, Token, errors
from postern_verifier import proof as proofs
from postern_verifier.encoding import digest
from postern_verifier.keys import thumbprint
from tests import client_signatures as signatures
from tests.kit.issuer import (
    NOW,
    URL,
    FakeIssuer,
    bearer,
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


def passes(text: str, *proofs: str, **request: Any) -> Token:
    """What a request by the DPoP scheme gives."""
    asked = {"method": "GET", "url": URL, **request}
    return FakeIssuer().verifier().check(dpop(text, *proofs), **asked)


def refused(text: str, *proofs: str, **request: Any) -> errors.Refused:
    """How it is refused, with the challenge that belongs to it."""
    problem = refusal(FakeIssuer().verifier(), dpop(text, *proofs), **request)
    said = challenges(problem)[0]
    assert said.startswith(f'DPoP error="{problem.error}", error_description="')
    return problem


# The RFC's examples


def test_the_thumbprint_of_figure_8() -> None:
    """Of the key in figure 2, RFC 7638."""
    assert thumbprint(RFC["jwk"]) == RFC["jkt"]


def test_the_thumbprint_of_rfc_7638() -> None:
    """Members that are not required do not count."""
    vector = load("rfc7638")
    assert thumbprint(vector["jwk"]) == vector["thumbprint"]


def test_the_proof_of_figure_13() -> None:
    """It holds for its request, with the `ath` of its token."""
    example = RFC["resource_request"]
    assert digest(example["access_token"].encode()) == example["ath"]
    found = proofs.check(
        (example["proof"],),
        example["access_token"],
        example["method"],
        example["url"],
        ProofRules(),
        example["iat"],
    )
    assert (found.thumbprint, found.jti) == (RFC["jkt"], "e1j3V_bKic8-LAEB")


def test_the_proof_of_figure_2_is_not_for_a_resource() -> None:
    """It was made for the token endpoint, and names no access token."""
    example = RFC["token_request"]
    asked = (example["method"], example["url"], ProofRules(), example["iat"])
    with pytest.raises(errors.WrongToken):
        proofs.check((example["proof"],), "token", *asked)


# Section 4.3


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_good_proof_passes(alg: str) -> None:
    """By each algorithm on the list."""
    text = token(cnf={"jkt": jkt(signatures.KINDS[alg])})
    found = passes(text, proof(text, alg))
    assert (found.bindings, found.headers) == ({Binding.DPOP}, ())


@pytest.mark.parametrize("count", [0, 2, 3])
def test_there_is_exactly_one_proof(count: int) -> None:
    """1: not more than one header, each of them good or not."""
    kind = errors.RepeatedProof if count else errors.MissingProof
    assert type(refused(BOUND, *(proof(BOUND) for _ in range(count)))) is kind


@pytest.mark.parametrize("text", ["", "x", "a.b", "a.b.c.d", "{}", "....", "a, b", "x" * 9000])
def test_a_proof_is_one_jwt(text: str) -> None:
    """2: and a header that was joined of two is none."""
    assert type(refused(BOUND, text)) is errors.MalformedProof


def test_a_proof_has_an_end() -> None:
    """2: one above 8 KiB is not looked into."""
    assert type(refused(BOUND, proof(BOUND, jti="j" * 8000))) is errors.MalformedProof


def test_joined_proofs_are_refused() -> None:
    """A server that joins repeated headers by a comma does not hide that there were two."""
    assert type(refused(BOUND, f"{proof(BOUND)},{proof(BOUND)}")) is errors.MalformedProof


@pytest.mark.parametrize("name", ["jti", "htm", "htu", "iat"])
@pytest.mark.parametrize("value", [None, "", [], {}, True])
def test_claims_are_there_and_of_their_types(name: str, value: Any) -> None:
    """3: each of them."""
    assert type(refused(BOUND, proof(BOUND, **{name: value}))) is errors.MalformedProof


@pytest.mark.parametrize(
    "typ", [None, "JWT", "at+jwt", "DPoP+JWT", "application/dpop+jwt", "", ["dpop+jwt"]], ids=str
)
def test_the_type_is_exact(typ: Any) -> None:
    """4: dpop+jwt; any other JWT with a key in its header could be taken for a proof."""
    assert type(refused(BOUND, proof(BOUND, header={"typ": typ}))) is errors.WrongProofType


@pytest.mark.parametrize(
    "alg", ["none", "HS256", "HS512", "ES384", "RS512", "NONE", "", 5, ["ES256"]]
)
def test_the_algorithm_is_on_the_list(alg: Any) -> None:
    """5: nothing symmetric, and not none."""
    assert type(refused(BOUND, proof(BOUND, header={"alg": alg}))) is errors.WrongProofAlgorithm


def test_the_list_of_algorithms_is_a_setting() -> None:
    """And the challenge tells it."""
    verifier = FakeIssuer().verifier(proofs=ProofRules(algs=("PS256", "Ed25519")))
    problem = refusal(verifier, dpop(BOUND, proof(BOUND)))
    assert type(problem) is errors.WrongProofAlgorithm
    assert 'algs="PS256 Ed25519"' in challenges(problem)[0]


@pytest.mark.parametrize(
    "change",
    [
        {"htm": "POST"},
        {"jti": "another"},
        {"iat": NOW - 1},
        {"ath": "A" * 43},
    ],
    ids=str,
)
def test_the_key_in_the_header_made_the_signature(change: dict[str, Any]) -> None:
    """6: a claim that was changed afterwards breaks it, and so does another key's signature."""
    good = proof(BOUND, jti="one")
    header, _, signature = good.split(".")
    changed = proof(BOUND, **{"jti": "one", **change}).split(".")[1]
    assert type(refused(BOUND, f"{header}.{changed}.{signature}")) is errors.WrongProofSignature
    other = signatures.public_jwk(signatures.private_key("EC", "other"))
    problem = refused(BOUND, proof(BOUND, header={"jwk": other}, **change))
    assert type(problem) is errors.WrongProofSignature


RSA = signatures.public_jwk(signatures.private_key("RSA", "client"))
EC = signatures.public_jwk(signatures.private_key("EC", "client"))


@pytest.mark.parametrize(
    "jwk",
    [
        None,
        {},
        [],
        "key",
        EC["x"],
        {**EC, "d": "AAAA"},
        {**EC, "k": "AAAA"},
        {**EC, "p": "AAAA"},
        {**EC, "oth": []},
        {**EC, "kty": "oct"},
        {**EC, "crv": "P-384"},
        {**EC, "y": EC["x"]},
        {**EC, "x": f"{EC['x']}="},
        {**EC, "x": EC["x"][:-4]},
        {**EC, "x": 5},
        {**EC, "alg": "RS256"},
        {**EC, "use": "enc"},
        {**EC, "key_ops": ["sign"]},
        {**EC, "kid": 5},
        {"kty": "oct", "k": "AAAA"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "n": "_" * 1200, "e": "AQAB"},
        {**RSA, "e": "_" * 20},
        {**RSA, "d": "AAAA"},
        RSA,
    ],
    ids=range(25),
)
def test_the_key_is_public_and_for_the_algorithm(jwk: Any) -> None:
    """7: no private part, no symmetric key, no other kind, no odd size, no point off the curve."""
    assert type(refused(BOUND, proof(BOUND, header={"jwk": jwk}))) is errors.WrongProofKey


@pytest.mark.parametrize("htm", ["POST", "get", "Get", " GET", "GET ", "HEAD", "*"])
def test_the_method_is_the_requests(htm: str) -> None:
    """8: and its case counts, RFC 9110 section 9.1."""
    assert type(refused(BOUND, proof(BOUND, htm=htm))) is errors.WrongMethod


@pytest.mark.parametrize("iat", [NOW - 60, NOW - 59.5, NOW, NOW + 10])
def test_a_proof_was_made_just_now(iat: float) -> None:
    """11: a minute back, and ten seconds ahead for clocks that differ."""
    assert passes(BOUND, proof(BOUND, iat=iat))


@pytest.mark.parametrize("iat", [0, NOW - 3600, NOW - 61, NOW + 11, NOW + 60, NOW + 10**6])
def test_an_older_proof_is_refused(iat: int) -> None:
    """11: and so is one that was made for later, section 11.1."""
    assert type(refused(BOUND, proof(BOUND, iat=iat))) is errors.WrongTime


OTHER_HASHES = (
    None,
    "",
    digest(b"other"),
    digest(b"").upper(),
    5,
    [],
    f"{digest(BOUND.encode())}=",
)


@pytest.mark.parametrize("ath", OTHER_HASHES, ids=range(len(OTHER_HASHES)))
def test_a_proof_is_for_one_token(ath: Any) -> None:
    """12: `ath` is the hash of the token that came with it."""
    assert type(refused(BOUND, proof(BOUND, ath=ath))) is errors.WrongToken


def test_a_proof_does_not_carry_another_token() -> None:
    """12: even one that is bound to the same key."""
    assert type(refused(BOUND, proof(token(cnf={"jkt": jkt()}, jti="t2")))) is errors.WrongToken


@pytest.mark.parametrize("cnf", [{"jkt": jkt(owner="other")}, {"jkt": ""}, None], ids=range(3))
def test_the_key_is_the_tokens(cnf: object) -> None:
    """12, and section 7.1: a token that is bound to another key, or to none, is refused."""
    text = token(cnf=cnf)
    problem = refused(text, proof(text))
    assert (type(problem), problem.error) == (errors.WrongKey, "invalid_token")


# Section 7.2


def test_a_bound_token_is_no_bearer_token() -> None:
    """Not by the Bearer scheme, with a good proof beside it or without."""
    for headers in (bearer(BOUND), [*bearer(BOUND), ("DPoP", proof(BOUND))]):
        problem = refusal(FakeIssuer().verifier(), headers)
        assert type(problem) is errors.BoundToken
        dpop_challenge, bearer_challenge = challenges(problem)
        assert dpop_challenge.startswith("DPoP ")
        assert "error" not in dpop_challenge
        assert bearer_challenge.startswith('Bearer error="invalid_token"')
