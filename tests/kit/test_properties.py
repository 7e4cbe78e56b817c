"""The kit, whatever arrives: no change verifies, and nothing but a refusal is raised."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postern_verifier import ALGORITHMS, Introspection, Refused, Verifier
from postern_verifier.encoding import base64url, from_base64url
from postern_verifier.fetching import Answer
from postern_verifier.urls import normalized
from tests import client_signatures as signatures
from tests.kit.issuer import (
    INTROSPECT,
    JWKS_URI,
    NOW,
    OWNER,
    URL,
    FakeIssuer,
    bearer,
    claims,
    dpop,
    jkt,
    proof,
    token,
)

TOKENS = {alg: token(alg) for alg in ALGORITHMS}
BOUND = token(cnf={"jkt": jkt()})
PROOFS = {alg: proof(BOUND, alg) for alg in ALGORITHMS}
VERIFIER = FakeIssuer().verifier()
CHARACTERS = string.ascii_letters + string.digits + "-_.=+/~ "
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
OBJECTS = st.dictionaries(
    st.sampled_from([*claims(), "typ", "alg", "kid", "cnf", "jwk", "crit", "htm", "htu", "ath"]),
    JSON
    | st.sampled_from(
        ["at+jwt", "dpop+jwt", "ES256", f"{OWNER}-EC", URL, "GET", NOW, {"jkt": "x"}]
    ),
)


def refusal(headers: Any, verifier: Verifier = VERIFIER, **request: Any) -> Refused | None:
    """How a request is refused, None when it passes; anything else is an error of the kit."""
    asked = {"method": "GET", "url": URL, **request}
    try:
        verifier.check(headers, **asked)
    except Refused as refused:
        return refused
    return None


def accepts(headers: Any, verifier: Verifier = VERIFIER, **request: Any) -> bool:
    """Whether a request passes; what it is answered otherwise can be sent."""
    refused = refusal(headers, verifier, **request)
    if refused is not None:
        assert refused.status in (400, 401, 403, 503)
        assert refused.headers
        assert not any(c in value for _, value in refused.headers for c in "\r\n\0")
    return refused is None


@st.composite
def changed(draw: st.DrawFn, text: str) -> str:
    """A text with one character replaced, taken out, put in, or swapped with the next."""
    at = draw(st.integers(0, len(text) - 1))
    other = draw(st.sampled_from(CHARACTERS) | st.characters(codec="utf-8"))
    how = draw(st.sampled_from(["replace", "remove", "insert", "swap"]))
    if how == "replace":
        return text[:at] + other + text[at + 1 :]
    if how == "remove":
        return text[:at] + text[at + 1 :]
    if how == "insert":
        return text[:at] + other + text[at:]
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


@given(st.data(), st.sampled_from(ALGORITHMS))
def test_no_change_of_a_token_verifies(data: st.DataObject, alg: str) -> None:
    """Not of one character, wherever it is."""
    good = TOKENS[alg]
    text = data.draw(changed(good))
    # A blank at either end belongs to the header, not to the token.
    if text.strip(" \t") != good:
        assert not accepts(bearer(text))


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_no_bit_of_a_token_is_free(alg: str) -> None:
    """Each character, replaced by the one beside it in the alphabet of base64url."""
    good = TOKENS[alg]
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    for at, character in enumerate(good):
        if character != ".":
            other = alphabet[alphabet.index(character) ^ 1]
            assert not accepts(bearer(good[:at] + other + good[at + 1 :]))


@given(st.data())
def test_no_change_of_a_proof_verifies(data: st.DataObject) -> None:
    """Of a proof that would be used for the first time."""
    good = proof(BOUND)
    text = data.draw(changed(good))
    if text.strip(" \t") != good:
        assert not accepts(dpop(BOUND, text))


@given(st.binary(max_size=60))
def test_bytes_have_one_spelling(data: bytes) -> None:
    """So a token has one spelling as well."""
    assert from_base64url(base64url(data)) == data


@given(OBJECTS, OBJECTS, st.sampled_from(["at+jwt", "dpop+jwt"]))
def test_signed_nonsense_is_refused(header: dict[str, Any], body: dict[str, Any], typ: str) -> None:
    """Any header and claims, with good signatures of the issuer's and the client's keys."""
    for owner in (OWNER, "client"):
        key = signatures.private_key("EC", owner)
        named = {"typ": typ, "alg": "ES256", "kid": f"{OWNER}-EC", **header}
        text = signatures.signed(
            {**named, "alg": "ES256"}, {**(claims() if owner == OWNER else {}), **body}, key
        )
        if accepts(bearer(text)):
            assert owner == OWNER
        accepts(dpop(BOUND, text))
        accepts(dpop(text, PROOFS["ES256"]))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Authorization", "authorization", "DPoP", "dpop", "Cookie"])
            | st.text(max_size=10),
            st.text(max_size=30)
            | st.sampled_from(["Bearer x", "DPoP x", "Basic x", f"DPoP {BOUND}", PROOFS["ES256"]]),
        ),
        max_size=5,
    ),
    st.text(max_size=10),
    st.text(max_size=40),
)
def test_any_request_gets_an_answer(headers: list[tuple[str, str]], method: str, url: str) -> None:
    """Whatever its headers, method and URL are."""
    assert not accepts(headers, method=method, url=url)


@given(st.binary(max_size=80), st.sampled_from([b"", b"-----BEGIN CERTIFICATE-----\n", b"\x30"]))
def test_any_certificate_gets_an_answer(data: bytes, start: bytes) -> None:
    """Bytes, or text of the same."""
    text = token(cnf={"x5t#S256": "A" * 43})
    for certificate in (start + data, (start + data).decode("latin-1")):
        refused = refusal(bearer(text), certificate=certificate)
        assert refused is not None
        assert refused.error == "invalid_token"


@given(
    st.sampled_from(
        [JWKS_URI, INTROSPECT, "https://id.example.com/.well-known/oauth-authorization-server"]
    ),
    st.integers(100, 599),
    st.sampled_from(["application/json", "application/token-introspection+jwt", "", "text/html"]),
    st.binary(max_size=40) | st.sampled_from([b"{}", b'{"keys":[]}', b'{"active":1}', b"a.b.c"]),
)
def test_any_answer_of_the_issuer_refuses(where: str, status: int, kind: str, body: bytes) -> None:
    """A broken issuer opens nothing and raises nothing."""
    issuer = FakeIssuer()
    issuer.documents[INTROSPECT] = {"active": True}
    issuer.documents[where] = Answer(status, {"content-type": kind}, body)
    ask = Introspection(client_id="api", client_secret="apisecret")
    assert not accepts(bearer(TOKENS["ES256"]), issuer.verifier(introspection=ask))


@given(st.text(max_size=60))
def test_a_normalized_url_is_its_own(text: str) -> None:
    """Normalizing twice changes nothing more, and no text raises anything but ValueError."""
    for url in (text, f"https://api.example.com/{text}", f"https://{text}/"):
        try:
            once = normalized(url)
        except ValueError:
            continue
        assert normalized(once) == once
