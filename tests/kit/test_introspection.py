"""The kit: asking the issuer about a token. RFC 7662, RFC 9701."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs

import pytest

from postern_verifier import Binding, Introspection, Needs, errors
from postern_verifier.fetching import Answer
from tests import client_signatures as signatures
from tests.kit.issuer import (
    API,
    INTROSPECT,
    ISSUER,
    NOW,
    OWNER,
    URL,
    FakeIssuer,
    answer,
    bearer,
    challenges,
    claims,
    dpop,
    jkt,
    proof,
    refusal,
    token,
)

ASK = Introspection(client_id="api", client_secret="apisecret")
OPAQUE = Introspection(client_id="api", client_secret="apisecret", opaque=True)
SIGNED = Introspection(client_id="api", client_secret="apisecret", opaque=True, signed=True)
ACTIVE = {"active": True, **claims()}
JWT = "application/token-introspection+jwt"
TEXT = "mF_9.B5f-4.1JqM"


def issuer_says(document: object) -> FakeIssuer:
    """An issuer that gives this answer about every token."""
    issuer = FakeIssuer()
    issuer.documents[INTROSPECT] = document
    return issuer


def signed(
    said: object = ACTIVE,
    alg: str = "ES256",
    owner: str = OWNER,
    header: Any = None,
    **changes: Any,
) -> Answer:
    """A signed answer, RFC 9701 section 5."""
    outer = {"iss": ISSUER, "aud": "api", "iat": NOW, "token_introspection": said, **changes}
    kept = {name: value for name, value in outer.items() if value is not None}
    kind = signatures.KINDS.get(alg, "EC")
    named = {"typ": "token-introspection+jwt", "kid": f"{OWNER}-{kind}", **(header or {})}
    text = signatures.jwt(kept, alg, owner, **named)
    return Answer(200, {"content-type": f"{JWT}; charset=utf-8"}, text.encode())


# What is asked


def test_the_resource_server_asks_as_a_client() -> None:
    """RFC 7662 section 2.1: POST, HTTP Basic of form-encoded names, the token in the body only."""
    issuer = issuer_says(ACTIVE)
    odd = Introspection(client_id="a:b c", client_secret="ü&%", opaque=True)
    issuer.verifier(introspection=odd).check(bearer(TEXT), "GET", URL)
    call = issuer.calls[-1]
    scheme, _, pair = call.headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(pair)) == ("Basic", b"a%3Ab+c:%C3%BC%26%25")
    assert call.form is not None
    assert parse_qs(call.form.decode()) == {"token": [TEXT], "token_type_hint": ["access_token"]}
    assert call.url == INTROSPECT
    assert TEXT not in repr(call)
    assert "apisecret" not in repr(ASK)


def test_an_endpoint_can_be_given() -> None:
    """Then no metadata are needed."""
    issuer = FakeIssuer()
    issuer.documents = {f"{ISSUER}/ask": ACTIVE}
    given = Introspection(client_id="a", client_secret="b", opaque=True, endpoint=f"{ISSUER}/ask")
    assert issuer.verifier(introspection=given).check(bearer(TEXT), "GET", URL)


# A JWT, checked by itself and then asked about


def test_a_token_that_was_revoked_is_refused_at_once() -> None:
    """Its signature is as good as before, and the issuer says no."""
    issuer = issuer_says({"active": True})
    verifier = issuer.verifier(introspection=ASK)
    assert verifier.check(bearer(token()), "GET", URL).subject == "alice"
    issuer.documents[INTROSPECT] = {"active": False}
    problem = refusal(verifier, bearer(token()))
    assert (type(problem), problem.error) == (errors.NotActive, "invalid_token")


@pytest.mark.parametrize(
    ("headers", "needs"),
    [
        (bearer(token(exp=NOW - 60)), Needs()),
        (bearer(token(aud="other")), Needs()),
        (bearer(f"{token()}x"), Needs()),
        (bearer(token()), Needs("admin")),
        (bearer(token(cnf={"jkt": "a"})), Needs()),
        (bearer(TEXT), Needs()),
    ],
    ids=range(6),
)
def test_only_good_tokens_are_asked_about(headers: list[tuple[str, str]], needs: Needs) -> None:
    """A token that is bad by itself costs the issuer nothing."""
    issuer = issuer_says({"active": True})
    refusal(issuer.verifier(introspection=ASK), headers, needs=needs)
    assert issuer.called(INTROSPECT) == 0


# Answers


@pytest.mark.parametrize("ask", [ASK, OPAQUE], ids=["jwt", "opaque"])
@pytest.mark.parametrize("active", [False, None, "true", 1, "", [], {}], ids=repr)
def test_only_true_is_true(ask: Introspection, active: object) -> None:
    """RFC 7662 section 2.2: a JSON boolean."""
    issuer = issuer_says({**ACTIVE, "active": active})
    assert type(refusal(issuer.verifier(introspection=ask), bearer(token()))) is errors.NotActive


@pytest.mark.parametrize("ask", [ASK, OPAQUE, SIGNED], ids=["jwt", "opaque", "signed"])
@pytest.mark.parametrize(
    "document",
    [
        [],
        "text",
        Answer(200, {"content-type": "text/html"}, b'{"active":true}'),
        Answer(200, {}, b'{"active":true}'),
        Answer(200, {"content-type": "application/json"}, b'{"active":false,"active":true}'),
        Answer(200, {"content-type": "application/json"}, b"\xff"),
        Answer(200, {"content-type": JWT}, b'{"active":true}'),
        Answer(200, {"content-type": JWT}, b"\xff"),
        Answer(201, {"content-type": "application/json"}, b'{"active":true}'),
        Answer(302, {"location": "https://evil.example"}, b""),
        Answer(400, {"content-type": "application/json"}, b'{"active":true}'),
        Answer(401, {"content-type": "application/json"}, b'{"error":"invalid_client"}'),
        Answer(503, {}, b""),
        None,
    ],
    ids=range(14),
)
def test_an_answer_that_is_none_refuses(ask: Introspection, document: object) -> None:
    """With 503: nothing is accepted, and the token is not called bad."""
    issuer = issuer_says(document)
    problem = refusal(issuer.verifier(introspection=ask), bearer(token()))
    assert (type(problem), problem.status) == (errors.IssuerUnavailable, 503)
    assert challenges(problem) == []


def test_an_issuer_that_is_down_refuses() -> None:
    """Keys are kept for such times; whether a token was revoked is not known."""
    issuer = issuer_says({"active": True})
    verifier = issuer.verifier(introspection=ASK)
    verifier.check(bearer(token()), "GET", URL)
    issuer.down = True
    assert refusal(verifier, bearer(token())).status == 503


# Opaque tokens


def test_an_opaque_token_is_what_the_answer_says() -> None:
    """Its claims follow the same rules."""
    found = issuer_says(ACTIVE).verifier(introspection=OPAQUE).check(bearer(TEXT), "GET", URL)
    assert (found.subject, found.scope) == ("alice", {"read", "write"})


def test_an_answer_may_say_little() -> None:
    """RFC 7662 section 2.2: the audience is what this resource server needs beside `active`."""
    issuer = issuer_says({"active": True, "aud": API})
    found = issuer.verifier(introspection=OPAQUE).check(bearer(TEXT), "GET", URL)
    assert (found.subject, found.scope) == (None, frozenset())


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"aud": None}, errors.MalformedToken),
        ({"aud": "https://other.example.com"}, errors.WrongAudience),
        ({"iss": "https://other.example.com"}, errors.WrongIssuer),
        ({"exp": NOW - 60}, errors.Expired),
        ({"nbf": NOW + 60}, errors.NotYetValid),
        ({"scope": 5}, errors.MalformedToken),
        ({"exp": "later"}, errors.MalformedToken),
        ({"cnf": {"kid": "x"}}, errors.WrongBinding),
        ({"cnf": {"jkt": "x"}}, errors.BoundToken),
        ({"token_type": "DPoP"}, errors.WrongBinding),
    ],
    ids=str,
)
def test_an_active_token_may_still_be_wrong(
    changes: dict[str, Any], refused: type[errors.Refused]
) -> None:
    """For another resource, bound, or from another issuer than the one that was asked."""
    issuer = issuer_says({**ACTIVE, **changes})
    assert type(refusal(issuer.verifier(introspection=OPAQUE), bearer(TEXT))) is refused


def test_an_answer_without_an_audience_is_refused() -> None:
    """Whose token it is must be said."""
    said = {name: value for name, value in ACTIVE.items() if name != "aud"}
    problem = refusal(issuer_says(said).verifier(introspection=OPAQUE), bearer(TEXT))
    assert type(problem) is errors.MissingClaim


def test_an_opaque_token_can_be_bound() -> None:
    """RFC 9449 section 6.2: the answer has `cnf`."""
    issuer = issuer_says({**ACTIVE, "token_type": "DPoP", "cnf": {"jkt": jkt()}})
    verifier = issuer.verifier(introspection=OPAQUE)
    found = verifier.check(dpop(TEXT, proof(TEXT)), "GET", URL)
    assert found.bindings == {Binding.DPOP}


# Signed answers


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "Ed25519"])
@pytest.mark.parametrize("ask", [OPAQUE, SIGNED], ids=["either", "signed only"])
def test_a_signed_answer_is_checked(ask: Introspection, alg: str) -> None:
    """RFC 9701: it is asked for, and taken when it comes."""
    issuer = issuer_says(signed(alg=alg))
    assert issuer.verifier(introspection=ask).check(bearer(TEXT), "GET", URL).subject == "alice"
    assert issuer.called(INTROSPECT) == 1
    accept = [call.headers["Accept"] for call in issuer.calls if call.form is not None]
    assert accept[0].startswith(JWT)


def test_a_signed_answer_may_name_the_resource() -> None:
    """Section 5: `aud` is the resource server, as a client or as a resource."""
    verifier = issuer_says(signed(aud=[API])).verifier(introspection=SIGNED)
    assert verifier.check(bearer(TEXT), "GET", URL)


def test_a_signed_no_is_a_no() -> None:
    """Signed or not."""
    verifier = issuer_says(signed({"active": False})).verifier(introspection=SIGNED)
    assert type(refusal(verifier, bearer(TEXT))) is errors.NotActive


@pytest.mark.parametrize(
    "document",
    [
        answer(ACTIVE),
        signed(owner="attacker"),
        signed(header={"kid": "other"}),
        signed(header={"typ": "JWT"}),
        signed(header={"typ": "at+jwt"}),
        signed(header={"typ": None}),
        signed(alg="none"),
        signed(iss="https://other.example.com"),
        signed(iss=None),
        signed(aud="another-api"),
        signed(aud=None),
        signed(iat=NOW - 71),
        signed(iat=NOW + 11),
        signed(iat=None),
        signed("active"),
        signed(None, active=True),
        signed(ACTIVE, exp=NOW - 11),
    ],
    ids=range(17),
)
def test_a_signed_answer_that_is_not_the_issuers_refuses(document: Answer) -> None:
    """Not signed by it, not for this resource server, old, or another kind of JWT."""
    verifier = issuer_says(document).verifier(introspection=SIGNED)
    problem = refusal(verifier, bearer(TEXT))
    assert (type(problem), problem.status) == (errors.IssuerUnavailable, 503)


def test_an_access_token_is_no_answer() -> None:
    """Nor the reverse: RFC 9701 section 8.1, by their types."""
    body = token().encode()
    verifier = issuer_says(Answer(200, {"content-type": JWT}, body)).verifier(introspection=SIGNED)
    assert refusal(verifier, bearer(TEXT)).status == 503
    text = signed(**claims()).body.decode()
    assert type(refusal(FakeIssuer().verifier(), bearer(text))) is errors.WrongType
