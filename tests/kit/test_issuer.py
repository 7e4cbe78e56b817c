"""The kit: where the issuer's keys come from. RFC 8414, RFC 7517."""

from __future__ import annotations

from typing import Any

import pytest

from postern_verifier import errors
from postern_verifier.fetching import Answer
from postern_verifier.issuer import metadata_urls
from tests import client_signatures as signatures
from tests.kit.issuer import (
    ISSUER,
    JWKS_URI,
    NOW,
    OWNER,
    URL,
    FakeIssuer,
    answer,
    bearer,
    refusal,
    token,
)

METADATA = f"{ISSUER}/.well-known/oauth-authorization-server"
OPENID = f"{ISSUER}/.well-known/openid-configuration"
NEW_KEY = {"keys": signatures.jwks("new")["keys"]}


def lasting(**changes: Any) -> str:
    """A token that lives for days."""
    return token(exp=NOW + 10**6, **changes)


# Discovery


@pytest.mark.parametrize(
    ("issuer", "urls"),
    [
        (ISSUER, (METADATA, OPENID)),
        (f"{ISSUER}/", (METADATA, OPENID)),
        (
            f"{ISSUER}/a/b",
            (f"{METADATA}/a/b", f"{ISSUER}/a/b/.well-known/openid-configuration"),
        ),
        (
            f"{ISSUER}/a/",
            (f"{METADATA}/a", f"{ISSUER}/a/.well-known/openid-configuration"),
        ),
    ],
)
def test_metadata_are_before_the_path_or_after_it(issuer: str, urls: tuple[str, ...]) -> None:
    """RFC 8414 section 3.1, and OpenID Connect Discovery section 4.1."""
    assert metadata_urls(issuer) == urls


@pytest.mark.parametrize("path", ["", "/tenant", "/tenant/"])
@pytest.mark.parametrize("which", [0, 1])
def test_keys_are_found_through_either_document(path: str, which: int) -> None:
    """Also of an issuer with a path."""
    issuer = FakeIssuer(ISSUER + path)
    document = {"issuer": issuer.issuer, "jwks_uri": JWKS_URI}
    issuer.documents = {
        metadata_urls(issuer.issuer)[which]: document,
        JWKS_URI: signatures.jwks(OWNER),
    }
    assert issuer.verifier().check(bearer(token(iss=issuer.issuer)), "GET", URL)


@pytest.mark.parametrize("status", [403, 404, 410])
def test_metadata_after_the_path_are_found(status: int) -> None:
    """Outside of a stage path API Gateway answers 403: these are not there, the others may be."""
    issuer = FakeIssuer(f"{ISSUER}/api")
    before, after = metadata_urls(issuer.issuer)
    issuer.documents = {
        before: Answer(status, {"content-type": "application/json"}, b'{"message":"Forbidden"}'),
        after: {"issuer": issuer.issuer, "jwks_uri": JWKS_URI},
        JWKS_URI: signatures.jwks(OWNER),
    }
    assert issuer.verifier().check(bearer(token(iss=issuer.issuer)), "GET", URL)


def test_a_key_set_that_is_given_needs_no_metadata() -> None:
    """And none are fetched."""
    issuer = FakeIssuer()
    assert issuer.verifier(jwks_uri=JWKS_URI).check(bearer(token()), "GET", URL)
    assert [call.url for call in issuer.calls] == [JWKS_URI]


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": f"{ISSUER}/", "jwks_uri": JWKS_URI},
        {"issuer": "https://ID.example.com", "jwks_uri": JWKS_URI},
        {"issuer": [ISSUER], "jwks_uri": JWKS_URI},
        {"jwks_uri": JWKS_URI},
        {"issuer": ISSUER},
        {"issuer": ISSUER, "jwks_uri": None},
        {"issuer": ISSUER, "jwks_uri": [JWKS_URI]},
        {"issuer": ISSUER, "jwks_uri": "http://id.example.com/keys"},
        {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"},
        {"issuer": ISSUER, "jwks_uri": "//id.example.com/keys"},
        {"issuer": ISSUER, "jwks_uri": ""},
        [],
        Answer(200, {}, b"<html>"),
        Answer(200, {}, b"\xff"),
        Answer(301, {"location": JWKS_URI}, b""),
        Answer(403, {}, b"{}"),
        Answer(500, {}, b"{}"),
    ],
    ids=str,
)
def test_broken_metadata_refuse_everything(document: object) -> None:
    """Another issuer's, no key set in them, not https, not JSON: 503, and nothing is accepted."""
    issuer = FakeIssuer()
    issuer.documents[METADATA] = document
    problem = refusal(issuer.verifier(), bearer(token()))
    assert (type(problem), problem.status) == (errors.IssuerUnavailable, 503)
    assert ("Retry-After", "5") in problem.headers


def test_an_issuer_without_metadata_is_not_trusted() -> None:
    """Neither document is there, and nobody said where the keys are."""
    issuer = FakeIssuer()
    del issuer.documents[METADATA]
    assert type(refusal(issuer.verifier(), bearer(token()))) is errors.IssuerUnavailable


@pytest.mark.parametrize("where", [METADATA, JWKS_URI])
@pytest.mark.parametrize("status", [201, 206, 304, 401, 500])
def test_only_200_is_a_document(where: str, status: int) -> None:
    """However good its body looks."""
    issuer = FakeIssuer()
    good = answer(issuer.documents[where])
    issuer.documents[where] = Answer(status, good.headers, good.body)
    assert refusal(issuer.verifier(), bearer(token())).status == 503


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"keys": {}},
        {"keys": None},
        {"keys": [{}] * 101},
        [],
        "text",
        Answer(200, {}, b'{"keys":[],"keys":[]}'),
        Answer(204, {}, b""),
        Answer(302, {"location": "https://evil.example"}, b""),
    ],
    ids=range(9),
)
def test_a_broken_key_set_refuses_everything(document: object) -> None:
    """With 503: it is not the token's fault."""
    issuer = FakeIssuer()
    issuer.documents[JWKS_URI] = document
    assert refusal(issuer.verifier(), bearer(token())).status == 503


@pytest.mark.parametrize(
    "odd",
    [
        {"kty": "AKP", "alg": "ML-DSA-65", "pub": "AAAA"},
        {"kty": "OKP", "crv": "Ed448", "x": "AAAA"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AAAA"},
        {"kty": "OKP", "crv": "Ed25519", "x": 7},
        {"kty": "EC", "crv": "secp256k1", "x": "AAAA", "y": "AAAA"},
        {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "RSA", "n": "_" * 342, "e": "_" * 342},
        {"kty": "RSA", "n": "_" * 342, "e": "Ag"},
        {"kty": "RSA", "n": "_" * 3000, "e": "AQAB"},
        {"kty": "RSA", "n": "=", "e": "AQAB"},
        {"kty": "oct", "k": "AAAA", "alg": "HS256"},
        {"kty": ["RSA"]},
        {"kid": 5, "kty": "OKP", "crv": "Ed25519", "x": "A" * 43},
        {"key_ops": 5, "kty": "OKP", "crv": "Ed25519", "x": "A" * 43},
        {},
        [],
        None,
        "key",
    ],
    ids=range(21),
)
def test_a_key_that_is_not_understood_is_passed_over(odd: object) -> None:
    """RFC 7517 section 5: the others in the set are as good as before."""
    issuer = FakeIssuer()
    issuer.documents[JWKS_URI] = {"keys": [odd, *signatures.jwks(OWNER)["keys"], odd]}
    assert issuer.verifier().check(bearer(token()), "GET", URL)


@pytest.mark.parametrize(
    "member",
    [{"use": "enc"}, {"key_ops": ["encrypt"]}, {"key_ops": []}, {"alg": "ES384"}, {"d": "AAAA"}],
    ids=str,
)
def test_a_key_for_something_else_signs_nothing(member: dict[str, Any]) -> None:
    """RFC 7517 sections 4.2 to 4.4; and a private key that was published is everyone's."""
    issuer = FakeIssuer()
    key = signatures.private_key("EC", OWNER)
    jwk = {**signatures.public_jwk(key, kid=f"{OWNER}-EC"), **member}
    issuer.documents[JWKS_URI] = {"keys": [jwk]}
    assert type(refusal(issuer.verifier(), bearer(token()))) is errors.UnknownKey


def test_two_keys_of_one_name_are_none() -> None:
    """Mixed-up keys: nobody can say which of them the token means."""
    issuer = FakeIssuer()
    one, other = (
        signatures.public_jwk(signatures.private_key("EC", owner), kid=f"{OWNER}-EC")
        for owner in (OWNER, "other")
    )
    issuer.documents[JWKS_URI] = {"keys": [one, other]}
    assert type(refusal(issuer.verifier(), bearer(token()))) is errors.UnknownKey
