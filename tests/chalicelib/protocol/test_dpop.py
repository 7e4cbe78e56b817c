"""What makes a DPoP proof good. RFC 9449 sections 4.2, 4.3 and 7."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.encoding import base64url, sha256
from chalicelib.errors import InvalidDPoPProof
from chalicelib.protocol import dpop
from chalicelib.protocol.dpop import Expected, Proof, normalized, verify
from chalicelib.values import replace
from tests import vectors
from tests.chalicelib.protocol.bad_proofs import BAD, NOW, TOKEN, URL
from tests.client_signatures import ALGORITHMS, signed
from tests.dpop import ALICE, LEFT_OUT, Prover

EXPECTED = Expected(method="POST", url=URL, now=NOW)
WITH_TOKEN = Expected(method="POST", url=URL, now=NOW, token=TOKEN)


def proof(**changes: Any) -> str:
    return ALICE.proof("POST", URL, NOW, **changes)


def is_good(text: str, expected: Expected = EXPECTED) -> bool:
    try:
        verify((text,), expected)
    except InvalidDPoPProof:
        return False
    return True


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_proof_names_its_key(alg: str) -> None:
    """Of every algorithm; what it says is what is told of it."""
    prover = Prover(alg)
    found = verify((prover.proof("POST", URL, NOW, jti="a-jti", nonce="a-nonce"),), EXPECTED)
    assert found == Proof(prover.jkt, "a-jti", "a-nonce", NOW + 70)


@pytest.mark.parametrize("request_", ["token_request", "resource_request"])
def test_the_examples_of_the_specification(request_: str) -> None:
    """RFC 9449, figures 2 and 13: good at their time and place, of the key of figure 8."""
    vector = vectors.load("rfc9449")
    example = vector[request_]
    expected = Expected(
        method=example["method"],
        url=example["url"],
        now=example["iat"],
        token=example.get("access_token"),
    )
    assert verify((example["proof"],), expected).thumbprint == vector["jkt"]
    for elsewhere in (
        replace(expected, now=example["iat"] + 3600),
        replace(expected, method="PUT"),
        replace(expected, url="https://server.example.com/other"),
        replace(expected, token="another"),
    ):
        assert not is_good(example["proof"], elsewhere)


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_a_bad_proof_is_refused(case: tuple[Any, str]) -> None:
    """In words that name what is wrong, as far as a client can mend it."""
    make, words = case
    made = make()
    with pytest.raises(InvalidDPoPProof) as refused:
        verify(made if isinstance(made, tuple) else (made,), WITH_TOKEN)
    assert words in refused.value.description


def test_there_are_at_least_sixty_bad_ones() -> None:
    """And the one that all are made of is good."""
    assert len(BAD) >= 60
    assert is_good(proof(token=TOKEN), WITH_TOKEN)


@pytest.mark.parametrize(
    "changes",
    [
        {"iat": NOW - 60},
        {"iat": NOW + 10},
        {"iat": NOW - 0.5},
        {"htu": "HTTPS://ID.Example.COM/token"},
        {"htu": "https://id.example.com:443/token"},
        {"htu": "https://id.example.com:/token"},
        {"htu": f"{URL}?a=b"},
        {"htu": f"{URL}#fragment"},
        {"htu": f"{URL}?a=b#fragment"},
        {"htu": "https://id.example.com/%74oken"},
        {"ath": "whatever"},
        {"nonce": "whatever"},
        {"exp": NOW + 1, "nbf": NOW},
        {"jti": "j" * 256},
        {"jti": "ü\u2028"},
        {"unknown": {"a": [1]}},
        {"header": {"kid": "another"}},
        {"header": {"jwk": {**ALICE.jwk, "kid": "k", "alg": "ES256", "use": "sig"}}},
        {"header": {"jwk": {**ALICE.jwk, "x5c": ["MII"], "unknown": 1}}},
    ],
    ids=" ".join,
)
def test_what_does_not_matter(changes: dict[str, Any]) -> None:
    """Other spellings of the URL, a clock that is a little off, members of no meaning here.

    Whatever stands beside it, the key that signed is the one that counts.
    """
    assert verify((proof(**changes),), EXPECTED).thumbprint == ALICE.jkt


@pytest.mark.parametrize("algs", [("PS256",), ("Ed25519", "PS256")])
def test_the_algorithms_can_be_fewer(algs: tuple[str, ...]) -> None:
    """As profiles want it."""
    expected = replace(EXPECTED, algs=algs)
    assert not is_good(proof(), expected)
    assert is_good(Prover("PS256").proof("POST", URL, NOW), expected)


@pytest.mark.parametrize("iat", [NOW - 60, NOW - 59.5, NOW, NOW + 10])
def test_the_mark_outlives_the_proof(iat: float) -> None:
    """When the mark that it was used ends, the proof is too old by then."""
    text = proof(iat=iat)
    ends_at = verify((text,), EXPECTED).ends_at
    assert not is_good(text, replace(EXPECTED, now=ends_at))


@given(st.text(max_size=40) | st.text(alphabet="aA.-_=é \t", max_size=400))
def test_no_text_is_a_proof(text: str) -> None:
    """Whatever a stranger sends is refused in our own words."""
    assert not is_good(text)


@given(st.data())
def test_no_change_of_a_proof_is_good(data: st.DataObject) -> None:
    """A letter changed, left out or put in."""
    text = proof()
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("AQgw_-.="))
    for changed in (
        text[:place] + letter + text[place + 1 :],
        text[:place] + text[place + 1 :],
        text[:place] + letter + text[place:],
    ):
        assert changed == text or not is_good(changed)


@given(st.dictionaries(st.sampled_from(["jti", "htm", "htu", "iat", "ath", "exp", "nbf"]),
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5) | st.lists(st.integers(), max_size=2), min_size=1))  # fmt: skip
def test_claims_of_any_type_are_refused_in_our_words(claims: dict[str, Any]) -> None:
    """A signed proof can hold any JSON; only a good jti, ath, exp or nbf goes through."""
    text = signed(ALICE.header(), {**ALICE.claims("POST", URL, NOW), **claims}, ALICE.private)
    if is_good(text):
        assert claims.keys() <= {"jti", "ath", "exp", "nbf"}


@pytest.mark.parametrize(
    "key", [None, 1, "x", [], {}, {"kty": "EC"}, {"kty": []}, {"kty": "EC", "crv": {}}, [{}]]
)
def test_a_jwk_of_any_type_is_refused_in_our_words(key: Any) -> None:
    """Before anything is done with it."""
    assert not is_good(proof(header={"jwk": key}))


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://a.example/x", "https://a.example:443/x"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:08000/x?q"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example?q", "https://a.example/#f"),
        ("https://a.example/%7Ex", "https://a.example/~x"),
        ("https://a.example/%c3%a9", "https://a.example/%C3%A9"),
        ("http://[::1]:80/x", "HTTP://[::1]/x"),
    ],
)
def test_spellings_that_are_the_same(url: str, same: str) -> None:
    """RFC 3986 sections 6.2.2 and 6.2.3."""
    assert normalized(url) == normalized(same) is not None


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://a.example/x", "http://a.example/x"),
        ("https://a.example/x", "https://a.example/X"),
        ("https://a.example/x", "https://a.example/x/"),
        ("https://a.example/x", "https://a.example//x"),
        ("https://a.example/x", "https://a.example/y/../x"),
        ("https://a.example/x", "https://a.example./x"),
        ("https://a.example/x", "https://a.example:80/x"),
        ("https://a.example/a%2Fb", "https://a.example/a/b"),
        ("https://a.example/%2561", "https://a.example/%61"),
    ],
)
def test_spellings_that_are_not(url: str, other: str) -> None:
    """What is reserved keeps its meaning, and paths are told apart by case."""
    assert None is not normalized(url) != normalized(other)


@pytest.mark.parametrize(
    "text",
    ["", "/token", "//a.example/x", "a.example/x", "ftp://a.example/x", "https:///x",
     "https://u@a.example/x", "https://a.example:x/", "https://a.example:443443/x",
     "https://a.example\\x", "https://a.example/x y", "https://a.example/é", " https://a.example/",
     "https://a.example/x\n", "https://bücher.example/"],
)  # fmt: skip
def test_what_is_no_url(text: str) -> None:
    """Nothing equals it."""
    assert normalized(text) is None


def test_ours_is_always_one() -> None:
    """So that two that are none are never taken for the same."""
    assert not is_good(proof(htu="x"), replace(EXPECTED, url="y"))
    assert not is_good(proof(htu="x"), replace(EXPECTED, url="x"))


def test_a_proof_without_a_token_says_nothing_of_one() -> None:
    """At the token endpoint there is none yet; an `ath` is no harm there."""
    assert is_good(proof(ath=base64url(sha256("x"))))
    assert not is_good(proof(ath=LEFT_OUT), WITH_TOKEN)


def test_the_longest() -> None:
    """At most 8 KiB, whatever is in it."""
    text = proof(fill="x" * 5000)
    assert len(text) < dpop.MOST_CHARACTERS
    assert is_good(text)
    assert len(proof(fill="x" * 6000)) > dpop.MOST_CHARACTERS
    assert not is_good(proof(fill="x" * 6000))


def test_claims_that_stand_twice_are_refused() -> None:
    """Two readers could read two different ones."""
    claims = json.dumps(ALICE.claims("POST", URL, NOW))
    doubled = f'{{"htm":"GET",{claims[1:]}'
    assert not is_good(signed(ALICE.header(), doubled, ALICE.private))
