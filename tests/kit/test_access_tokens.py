"""The kit: JWT access tokens. RFC 9068 sections 4 and 5, RFC 8725, RFC 7515, RFC 7519."""

from __future__ import annotations

from typing import Any

import pytest

from postern_verifier import ALGORITHMS, TokenRules, Verifier, errors
from postern_verifier.encoding import from_base64url
from tests import client_signatures as signatures
from tests.kit.issuer import (
    API,
    ISSUER,
    JWKS_URI,
    NOW,
    OWNER,
    URL,
    FakeIssuer,
    bearer,
    claims,
    refusal,
    token,
)

WITHOUT = tuple(name for name in claims() if name != "scope")


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_good_token_passes(alg: str) -> None:
    """By each algorithm on the list, with its claims and scope."""
    found = FakeIssuer().verifier().check(bearer(token(alg)), "GET", URL)
    assert (found.subject, found.client_id) == ("alice", "app")
    assert found.scope == {"read", "write"}
    assert found.claims == claims()


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+JWT"])
def test_the_type_has_four_spellings(typ: str) -> None:
    """RFC 9068 section 4 names two, and RFC 7515 section 4.1.9 frees the case."""
    assert FakeIssuer().verifier().check(bearer(token(header={"typ": typ})), "GET", URL)


@pytest.mark.parametrize(
    "aud", [API, [API], ["https://other.example.com", API], "urn:also-me"], ids=str
)
def test_one_audience_of_several_is_enough(aud: object) -> None:
    """Of the token's, and of the resource server's own names."""
    verifier = FakeIssuer().verifier((API, "urn:also-me"))
    assert verifier.check(bearer(token(aud=aud)), "GET", URL)


@pytest.mark.parametrize(
    ("header", "refused"),
    [
        ({"typ": None}, errors.WrongType),
        ({"typ": "JWT"}, errors.WrongType),
        ({"typ": "dpop+jwt"}, errors.WrongType),
        ({"typ": "logout+jwt"}, errors.WrongType),
        ({"typ": "at+jwt "}, errors.WrongType),
        ({"typ": "text/at+jwt"}, errors.WrongType),
        ({"typ": ["at+jwt"]}, errors.WrongType),
        ({"kid": None}, errors.UnknownKey),
        ({"kid": "other"}, errors.UnknownKey),
        ({"kid": f"{OWNER}-RSA"}, errors.UnknownKey),
        ({"kid": ["a"]}, errors.UnknownKey),
        ({"kid": 7}, errors.UnknownKey),
        ({"kid": ""}, errors.UnknownKey),
        ({"crit": ["exp"]}, errors.MalformedToken),
        ({"crit": [], "b64": False}, errors.MalformedToken),
    ],
    ids=str,
)
def test_header_is_refused(header: dict[str, Any], refused: type[errors.Refused]) -> None:
    """Another type, an unknown key, a critical extension."""
    problem = refusal(FakeIssuer().verifier(), bearer(token(header=header)))
    assert type(problem) is refused
    assert (problem.status, problem.error) == (401, "invalid_token")


@pytest.mark.parametrize(
    "alg",
    ["none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "RS384", "ES384", "", 5, None],
)
def test_algorithm_is_refused(alg: Any) -> None:
    """What is not on the list, nothing and everything symmetric before all else."""
    for key in (b"k", None):
        header = {"alg": alg, "typ": "at+jwt", "kid": f"{OWNER}-EC"}
        text = signatures.signed(header, claims(), key)
        assert type(refusal(FakeIssuer().verifier(), bearer(text))) is errors.WrongAlgorithm


@pytest.mark.parametrize("secret", ["der", "jwk"])
def test_a_public_key_is_no_shared_secret(secret: str) -> None:
    """RFC 8725 section 2.1: HS256 with the bytes of the public key."""
    jwk = signatures.jwks(OWNER)["keys"][0]
    data = jwk["n"].encode() if secret == "jwk" else from_base64url(jwk["n"])
    text = signatures.signed(
        {"alg": "HS256", "typ": "at+jwt", "kid": f"{OWNER}-RSA"}, claims(), data
    )
    assert type(refusal(FakeIssuer().verifier(), bearer(text))) is errors.WrongAlgorithm


@pytest.mark.parametrize("alg", [alg for alg in ALGORITHMS if alg != "RS256"])
def test_an_algorithm_can_be_taken_off_the_list(alg: str) -> None:
    """The issuer has keys for it, and the resource server does not accept it."""
    verifier = FakeIssuer().verifier(tokens=TokenRules(algs=("RS256",)))
    assert type(refusal(verifier, bearer(token(alg)))) is errors.WrongAlgorithm


@pytest.mark.parametrize(("bound", "used"), [("PS256", "RS256"), ("RS256", "PS256")])
def test_a_key_signs_by_its_own_algorithm_only(bound: str, used: str) -> None:
    """A JWK with `alg` is for that one."""
    issuer = FakeIssuer()
    key = signatures.private_key("RSA", OWNER)
    jwk = signatures.public_jwk(key, kid=f"{OWNER}-RSA", alg=bound)
    issuer.documents[JWKS_URI] = {"keys": [jwk]}
    assert issuer.verifier().check(bearer(token(bound)), "GET", URL)
    assert type(refusal(issuer.verifier(), bearer(token(used)))) is errors.UnknownKey


def test_a_key_in_the_token_is_not_looked_at() -> None:
    """RFC 8725 section 3.10: neither `jwk` nor `jku` chooses who may sign."""
    mine = signatures.private_key("EC", "attacker")
    header = {"alg": "ES256", "typ": "at+jwt", "kid": f"{OWNER}-EC", "jku": "https://evil.example"}
    text = signatures.signed({**header, "jwk": signatures.public_jwk(mine)}, claims(), mine)
    issuer = FakeIssuer()
    assert type(refusal(issuer.verifier(), bearer(text))) is errors.WrongSignature
    assert all(call.url.startswith(ISSUER) for call in issuer.calls)


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        *(({name: None}, errors.MissingClaim) for name in WITHOUT),
        ({"iss": f"{ISSUER}/"}, errors.WrongIssuer),
        ({"iss": "https://ID.example.com"}, errors.WrongIssuer),
        ({"iss": "https://id.example.com.evil.example"}, errors.WrongIssuer),
        ({"iss": ""}, errors.WrongIssuer),
        ({"iss": [ISSUER]}, errors.MalformedToken),
        ({"aud": "https://other.example.com"}, errors.WrongAudience),
        ({"aud": f"{API}/"}, errors.WrongAudience),
        ({"aud": f"{API} x"}, errors.WrongAudience),
        ({"aud": []}, errors.WrongAudience),
        ({"aud": ""}, errors.WrongAudience),
        ({"aud": [[API]]}, errors.MalformedToken),
        ({"aud": {API: 1}}, errors.MalformedToken),
        ({"aud": 1}, errors.MalformedToken),
        ({"exp": NOW - 10}, errors.Expired),
        ({"exp": NOW - 3600}, errors.Expired),
        ({"exp": 0}, errors.Expired),
        ({"exp": str(NOW + 600)}, errors.MalformedToken),
        ({"exp": True}, errors.MalformedToken),
        ({"exp": -1}, errors.MalformedToken),
        ({"exp": 10**300}, errors.MalformedToken),
        ({"exp": [NOW]}, errors.MalformedToken),
        ({"nbf": NOW + 11}, errors.NotYetValid),
        ({"nbf": "soon"}, errors.MalformedToken),
        ({"iat": NOW + 11}, errors.NotYetValid),
        ({"iat": NOW + 60}, errors.NotYetValid),
        ({"iat": False}, errors.MalformedToken),
        ({"auth_time": "yesterday"}, errors.MalformedToken),
        ({"sub": ""}, errors.MalformedToken),
        ({"sub": 5}, errors.MalformedToken),
        ({"client_id": ["app"]}, errors.MalformedToken),
        ({"jti": ""}, errors.MalformedToken),
        ({"scope": ["read"]}, errors.MalformedToken),
        ({"acr": 2}, errors.MalformedToken),
    ],
    ids=str,
)
def test_claims_are_refused(changes: dict[str, Any], refused: type[errors.Refused]) -> None:
    """One claim is missing, of another type, or not right for here and now."""
    assert type(refusal(FakeIssuer().verifier(), bearer(token(**changes)))) is refused


@pytest.mark.parametrize(
    "changes", [{"exp": NOW - 9}, {"iat": NOW + 10}, {"nbf": NOW + 10}], ids=str
)
def test_two_clocks_may_differ(changes: dict[str, Any]) -> None:
    """By ten seconds; by none when it is said so."""
    assert FakeIssuer().verifier().check(bearer(token(**changes)), "GET", URL)
    strict = FakeIssuer().verifier(tokens=TokenRules(tolerance=0))
    assert refusal(strict, bearer(token(**changes))).error == "invalid_token"


def test_fewer_claims_can_be_required() -> None:
    """An issuer that is older than RFC 9068 may leave some out."""
    verifier = FakeIssuer().verifier(tokens=TokenRules(required=("iss", "aud", "exp")))
    text = token(sub=None, client_id=None, jti=None, iat=None, scope=None)
    found = verifier.check(bearer(text), "GET", URL)
    assert (found.subject, found.client_id, found.scope) == (None, None, frozenset())


@pytest.mark.parametrize(
    "settings",
    [
        {"issuer": "http://id.example.com"},
        {"issuer": "id.example.com"},
        {"issuer": f"{ISSUER}?a=b"},
        {"issuer": f"{ISSUER}#x"},
        {"audience": ""},
        {"audience": ()},
        {"accept": frozenset()},
        {"resource": "http://api.example.com"},
        {"resource": f"{API}#x"},
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    """When the program starts, not at the first request."""
    with pytest.raises(ValueError, match=r"must be|needed"):
        Verifier(**{"issuer": ISSUER, "audience": API, **settings})


@pytest.mark.parametrize(
    "rules", [{"algs": ()}, {"algs": ("HS256",)}, {"tolerance": -1}, {"tolerance": 301}], ids=str
)
def test_rules_that_cannot_work_are_refused(rules: dict[str, Any]) -> None:
    """No algorithm, a symmetric one, clocks that differ by minutes."""
    with pytest.raises(ValueError, match="must be"):
        TokenRules(**rules)
