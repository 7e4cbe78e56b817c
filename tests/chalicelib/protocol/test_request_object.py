"""Request objects, all but the keys. RFC 9101 sections 4, 6 and 10, OpenID Connect Core 6."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import asked
from chalicelib.errors import InvalidRequestObject, RequestNotSupported
from chalicelib.protocol import jwk_set, jwt, request_object, signature
from chalicelib.protocol.request_object import Expected
from tests import client_signatures, vectors
from tests.client_signatures import encoded, signed

NOW = 1_800_000_000
ISSUER = "https://server.example.com"
GOOD = Expected(client_id="c1", alg=None, issuer=ISSUER, now=NOW)
UNSIGNED = Expected(client_id="c1", alg="none", issuer=ISSUER, now=NOW)
HEADER = {"alg": "ES256"}
KNOWN = asked.KNOWN


def token(claims: Any, header: Any = None, made: str = "AA") -> str:
    """A JWT with any signature at all."""
    return f"{encoded(HEADER if header is None else header)}.{encoded(claims)}.{made}"


def checked(text: str, expected: Expected = GOOD) -> list[tuple[str, str]]:
    """The parameters of an object that keeps every rule."""
    parsed = request_object.parse(text)
    request_object.check(parsed, expected)
    return request_object.parameters(parsed, KNOWN)


@pytest.mark.parametrize("source", ["rfc9101", "openid_core_6"])
def test_the_example_of_the_specification_is_good(source: str) -> None:
    """RFC 9101 section 4, Core section 6.1: its claims, its key, its signature."""
    vector = vectors.load(source)
    parsed = request_object.parse(vector["request_object"])
    assert dict(parsed.claims) == vector["claims"]
    expected = Expected(client_id="s6BhdRkqt3", alg="RS256", issuer=ISSUER, now=NOW)
    request_object.check(parsed, expected)
    (key,) = jwk_set.choose(jwk_set.read({"keys": [vector["jwk"]]}), "RS256", "k2bdc")
    key = {**key, "alg": "RS256"}
    assert signature.verify("RS256", key, parsed.signing_input, parsed.signature)
    found = dict(request_object.parameters(parsed, KNOWN))
    assert (found["max_age"], found["nonce"], found["state"]) == (
        "86400",
        "n-0S6_WzA2Mj",
        "af0ifjsldkj",
    )
    assert json.loads(found.get("claims", "{}")) == vector["claims"].get("claims", {})
    assert not {"iss", "aud"} & found.keys()


@pytest.mark.parametrize(
    "claims",
    [
        {"client_id": "c1"},
        {"iss": "c1"},
        {"iss": "c1", "client_id": "c1", "aud": ISSUER},
        {"iss": "c1", "aud": ["https://other.example", ISSUER]},
        {"iss": "c1", "exp": NOW + 1, "nbf": NOW + 10, "iat": NOW + 10},
        {"iss": "c1", "exp": NOW + 0.5, "nbf": 0, "iat": 1.5},
        {"iss": "c1", "iat": NOW - 10**9},
        {"iss": "c1", "jti": 7, "sub": "somebody"},
        {"iss": "c1", "unknown": {"deep": [1, None]}, "ui_locales": 7},
    ],
    ids=str,
)
def test_a_good_one_is_taken(claims: dict[str, Any]) -> None:
    """`aud`, times and jti are optional; a signed one names its client."""
    checked(token(claims))


@pytest.mark.parametrize(
    "typ", ["JWT", "jwt", "oauth-authz-req+jwt", "application/oauth-authz-req+jwt"]
)
def test_its_own_types_are_taken(typ: str) -> None:
    """RFC 9101 section 10.8; media types have no case."""
    checked(token({"iss": "c1"}, {**HEADER, "typ": typ}))


def test_an_unsigned_one_need_not_name_its_client() -> None:
    """It proves nothing in any case; the client_id beside it counts."""
    assert checked(token({"state": "s"}, {"alg": "none"}, ""), UNSIGNED) == [("state", "s")]


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    **{
        f"typ {typ}": ({"iss": "c1"}, {"typ": typ}, "typ")
        for typ in (
            *("at+jwt", "logout+jwt", "dpop+jwt", "client-authentication+jwt"),
            *("token-introspection+jwt", "JWS", "", "jwt+oauth-authz-req", 1, None, ["JWT"]),
        )
    },
    "crit": ({"iss": "c1"}, {"crit": ["b64"], "b64": False}, "crit"),
    "empty crit": ({"iss": "c1"}, {"crit": []}, "crit"),
    "kid is a number": ({"iss": "c1"}, {"kid": 1}, "kid"),
    "kid is null": ({"iss": "c1"}, {"kid": None}, "kid"),
    **{
        f"alg {alg}": ({"iss": "c1"}, {"alg": alg}, "registered")
        for alg in (
            *("None", "NONE", "HS256", "HS512", "RS512", "ES384", "es256", "dir", ""),
            *(None, 1, ["ES256"], {}),
        )
    },
    "no client": ({"state": "s"}, {}, "names no client_id"),
    "another client_id": ({"client_id": "c2", "iss": "c1"}, {}, "another client"),
    "another iss": ({"client_id": "c1", "iss": "c2"}, {}, "another client"),
    "iss in other letters": ({"iss": "C1"}, {}, "another client"),
    "client_id is a list": ({"client_id": ["c1"]}, {}, "another client"),
    "client_id is null": ({"client_id": None, "iss": "c1"}, {}, "another client"),
    "our issuer as iss": ({"iss": ISSUER}, {}, "another client"),
    "another aud": ({"iss": "c1", "aud": "https://other.example"}, {}, "aud"),
    "aud with a slash": ({"iss": "c1", "aud": f"{ISSUER}/"}, {}, "aud"),
    "aud is the endpoint": ({"iss": "c1", "aud": f"{ISSUER}/authorize"}, {}, "aud"),
    "aud is empty": ({"iss": "c1", "aud": []}, {}, "aud"),
    "aud is null": ({"iss": "c1", "aud": None}, {}, "aud"),
    "aud is an object": ({"iss": "c1", "aud": {ISSUER: 1}}, {}, "aud"),
    "aud within a list": ({"iss": "c1", "aud": [[ISSUER]]}, {}, "aud"),
    "sub is the client": ({"iss": "c1", "sub": "c1"}, {}, "sub"),
    "expired": ({"iss": "c1", "exp": NOW}, {}, "expired"),
    "expired long ago": ({"iss": "c1", "exp": -1}, {}, "expired"),
    "nbf ahead": ({"iss": "c1", "nbf": NOW + 11}, {}, "not valid yet"),
    "iat ahead": ({"iss": "c1", "iat": NOW + 11}, {}, "not valid yet"),
    "exp is a text": ({"iss": "c1", "exp": str(NOW + 9)}, {}, "time"),
    "exp is true": ({"iss": "c1", "exp": True}, {}, "time"),
    "exp is null": ({"iss": "c1", "exp": None}, {}, "time"),
    "iat is a list": ({"iss": "c1", "iat": [NOW]}, {}, "time"),
    "nbf is an object": ({"iss": "c1", "nbf": {}}, {}, "time"),
    "request within": ({"iss": "c1", "request": "a.b.c"}, {}, "another one"),
    "request_uri within": ({"iss": "c1", "request_uri": "https://a.example"}, {}, "another one"),
    "request within, empty": ({"iss": "c1", "request": ""}, {}, "another one"),
}


@pytest.mark.parametrize(("claims", "header", "words"), REFUSED.values(), ids=REFUSED)
def test_what_breaks_a_rule_is_refused(
    claims: dict[str, Any], header: dict[str, Any], words: str
) -> None:
    """Each by its own rule, in words; the signature was not looked at."""
    with pytest.raises(InvalidRequestObject) as refused:
        checked(token(claims, {**HEADER, **header}))
    assert words in refused.value.description


@pytest.mark.parametrize("alg", request_object.ALGORITHMS)
@pytest.mark.parametrize("registered", [*request_object.ALGORITHMS, None])
def test_the_registered_algorithm_is_the_only_one(alg: str, registered: str | None) -> None:
    """Not registered: any that signs, and `none` is not supported."""
    text = token({"iss": "c1"}, {"alg": alg}, "" if alg == "none" else "AA")
    expected = Expected(client_id="c1", alg=registered, issuer=ISSUER, now=NOW)
    if alg == registered or (registered is None and alg != "none"):
        assert checked(text, expected) == []
        return
    with pytest.raises(RequestNotSupported if registered is None else InvalidRequestObject):
        checked(text, expected)


def test_an_unsigned_one_has_no_signature() -> None:
    """RFC 7518 section 3.6."""
    with pytest.raises(InvalidRequestObject, match="has a signature"):
        checked(token({}, {"alg": "none"}, "AA"), UNSIGNED)


MALFORMED = {
    "empty": "",
    "a word": "request",
    "two parts": "e30.e30",
    "four parts": "e30.e30.AA.AA",
    "six parts": "e30.e30.AA.AA.AA.AA",
    "a dot": ".",
    "two dots": "..",
    "no JSON": f"{encoded(HEADER)}.{encoded('nonsense')}.AA",
    "a list": token([]),
    "a text": token('"a"'),
    "header is a list": token({}, []),
    "two iss": token('{"iss":"c1","iss":"c2"}'),
    "two alg": token({}, '{"alg":"none","alg":"ES256"}'),
    "NaN": token('{"exp":NaN}'),
    "endless": token('{"exp":1e999}'),
    "deep": token('{"a":' + "[" * 300 + "]" * 300 + "}"),
    "very deep": token("[" * 12_000),
    "a very long number": token('{"max_age":' + "9" * 5000 + "}"),
    "not UTF-8": token(b'{"iss":"\xff"}'),
    "too long": token({"iss": "c1", "state": "s" * jwt.MAX_LENGTH}),
    "padding": token({"iss": "c1"}, made="AA=="),
    "a blank": " " + token({"iss": "c1"}),
    "a line break": token({"iss": "c1"}) + "\n",
    "base64": token({"iss": "c1"}, made="+/"),
    "JSON serialization": json.dumps({"payload": "e30", "signatures": []}),
    "letters of another alphabet": token({"iss": "c1"}).replace(".", "․"),
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_jwt_is_refused(text: str) -> None:
    """Only the one compact form."""
    with pytest.raises(InvalidRequestObject) as refused:
        checked(text)
    assert "is not a JWT" in refused.value.description


def test_an_encrypted_one_is_refused_in_words() -> None:
    """Five parts."""
    with pytest.raises(InvalidRequestObject, match="Encrypted"):
        checked("e30.AA.AA.AA.AA")


@pytest.mark.parametrize(
    ("claims", "pairs"),
    [
        ({"scope": "openid"}, [("scope", "openid")]),
        ({"max_age": 0}, [("max_age", "0")]),
        ({"max_age": "60"}, [("max_age", "60")]),
        ({"max_age": -1}, [("max_age", "-1")]),
        ({"claims": {"id_token": {"sub": None}}}, [("claims", '{"id_token":{"sub":null}}')]),
        ({"claims": "{}"}, [("claims", "{}")]),
        ({"resource": "urn:a"}, [("resource", "urn:a")]),
        ({"resource": ["urn:a", "urn:b"]}, [("resource", "urn:a"), ("resource", "urn:b")]),
        ({"resource": []}, []),
        ({"id_token_hint": "a.b.c"}, [("id_token_hint", "a.b.c")]),
        ({"state": "é\u0000"}, [("state", "é\u0000")]),
        ({"state": ""}, [("state", "")]),
        ({"aud": ISSUER, "exp": NOW + 1, "unknown": 1}, []),
        ({"authorization_details": [{}]}, [("authorization_details", "[{}]")]),
        ({"interaction": "x", "csrf": "y"}, []),
    ],
    ids=str,
)
def test_claims_become_parameters(claims: dict[str, Any], pairs: list[tuple[str, str]]) -> None:
    """Numbers and objects as a query would have them; what is not known is left out."""
    found = checked(token({"iss": "c1", **claims}))
    assert found == pairs


@pytest.mark.parametrize("name", [name for name in KNOWN if name != "client_id"])
@pytest.mark.parametrize(
    "value", [None, True, 1.5, 7, [], ["a", 1], {}, [["a"]], "\ud800"], ids=repr
)
def test_a_value_of_a_wrong_type_is_refused(name: str, value: Any) -> None:
    """RFC 9101 section 4: some are numbers, objects or arrays, all others are strings."""
    arrays = ([], ["a", 1], [["a"]])  # what is in them is looked at later
    fits = {"max_age": (7,), "claims": ({},), "resource": ([],), "authorization_details": arrays}
    if value in fits.get(name, ()) and not isinstance(value, bool):
        checked(token({"iss": "c1", name: value}))
        return
    with pytest.raises(InvalidRequestObject, match=f"The {name} of"):
        checked(token({"iss": "c1", name: value}))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
names = st.sampled_from([*KNOWN, "iss", "aud", "sub", "exp", "nbf", "iat", "jti", "request"])


@given(st.dictionaries(names, json_values, max_size=4), json_values)
def test_any_claims_are_read_or_refused(claims: dict[str, Any], kid: Any) -> None:
    """Nothing else is raised, and what comes out is text that a query could carry."""
    text = token(claims, {**HEADER, "kid": kid})
    try:
        pairs = checked(text)
    except InvalidRequestObject:
        return
    for name, value in pairs:
        assert name in KNOWN
        assert value.encode()


@given(st.text(max_size=60) | st.from_regex(r"\A[A-Za-z0-9_.-]{0,80}\Z"))
def test_any_text_is_read_or_refused(text: str) -> None:
    """InvalidRequestObject, and nothing else."""
    try:
        checked(text)
    except InvalidRequestObject:
        return


def test_a_client_assertion_is_none() -> None:
    """RFC 7523: signed by the same keys, for the same audience."""
    claims = {"iss": "c1", "sub": "c1", "aud": ISSUER, "exp": NOW + 60, "jti": "j"}
    text = signed(HEADER, claims, client_signatures.private_key("EC"))
    with pytest.raises(InvalidRequestObject, match="sub"):
        checked(text)
