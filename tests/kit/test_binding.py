"""The kit: what a token is bound to. RFC 7800 section 3, RFC 8705 sections 3 and 7."""

from __future__ import annotations

import base64

import pytest

from postern_verifier import BOUND, Binding, errors
from postern_verifier.certificate import thumbprint
from tests.kit.issuer import (
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

RFC = load("rfc8705")
PEM: str = RFC["pem"]
DER = base64.b64decode("".join(PEM.splitlines()[1:-1]))
X5T = token(cnf=RFC["cnf"])
OTHER = PEM.replace("MIIBBjCB", "MIIBBzCB")


@pytest.mark.parametrize(
    "certificate",
    [PEM, PEM.encode(), DER, PEM.replace("\n", "\r\n"), PEM.replace("\n", ""), f"\n{PEM}{OTHER}"],
    ids=["PEM", "bytes of PEM", "DER", "CRLF", "one line", "chain"],
)
def test_the_certificate_of_appendix_a(certificate: str | bytes) -> None:
    """In each form that TLS layers give: its thumbprint is the RFC's, and the token passes."""
    assert thumbprint(certificate) == RFC["cnf"]["x5t#S256"]
    found = FakeIssuer().verifier().check(bearer(X5T), "GET", URL, certificate=certificate)
    assert found.bindings == {Binding.CERTIFICATE}


@pytest.mark.parametrize(
    "certificate",
    [
        None,
        "",
        b"",
        OTHER,
        DER[:-1],
        DER + b"\0",
        PEM.replace("BEGIN CERTIFICATE", "BEGIN PUBLIC KEY"),
        "-----BEGIN CERTIFICATE----------END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\né\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\n\xff\n-----END CERTIFICATE-----",
        RFC["cnf"]["x5t#S256"],
        f"{OTHER}{PEM}",
    ],
    ids=range(13),
)
def test_another_certificate_is_refused(certificate: str | bytes | None) -> None:
    """None at all, another, something else, or the right one in second place."""
    problem = refusal(FakeIssuer().verifier(), bearer(X5T), certificate=certificate)
    assert (type(problem), problem.status) == (errors.WrongCertificate, 401)


def test_a_token_that_is_not_bound_needs_no_certificate() -> None:
    """A certificate on the connection changes nothing for it."""
    assert FakeIssuer().verifier().check(bearer(token()), "GET", URL, certificate=PEM)


@pytest.mark.parametrize(
    ("cnf", "refused"),
    [
        ({}, errors.WrongBinding),
        ({"kid": "a"}, errors.WrongBinding),
        ({"x5t": "a"}, errors.WrongBinding),
        ({"jwk": {"kty": "EC"}}, errors.MalformedToken),
        ({"jkt": "a", "kid": "b"}, errors.WrongBinding),
        ({"x5t#S256": 5}, errors.MalformedToken),
        ({"jkt": None}, errors.MalformedToken),
        ("jkt", errors.MalformedToken),
        ([], errors.MalformedToken),
        (False, errors.MalformedToken),
        (0, errors.MalformedToken),
        ({"jkt": "a"}, errors.BoundToken),
        ({"jkt": ""}, errors.BoundToken),
        ({"x5t#S256": ""}, errors.WrongCertificate),
    ],
    ids=str,
)
def test_a_binding_that_cannot_be_checked_refuses(
    cnf: object, refused: type[errors.Refused]
) -> None:
    """An unknown or malformed `cnf` does not make a bearer token."""
    problem = refusal(FakeIssuer().verifier(), bearer(token(cnf=cnf)), certificate=PEM)
    assert type(problem) is refused


def test_a_token_can_be_bound_twice() -> None:
    """To a key and a certificate: it needs both."""
    text = token(cnf={"jkt": jkt(), **RFC["cnf"]})
    verifier = FakeIssuer().verifier()
    assert type(refusal(verifier, dpop(text, proof(text)))) is errors.WrongCertificate
    assert type(refusal(verifier, bearer(text), certificate=PEM)) is errors.BoundToken
    found = verifier.check(dpop(text, proof(text)), "GET", URL, certificate=PEM)
    assert found.bindings == BOUND


# What a resource server accepts


@pytest.mark.parametrize(
    ("accept", "good"),
    [
        (frozenset(Binding), {"plain", "dpop", "certificate"}),
        (BOUND, {"dpop", "certificate"}),
        (frozenset({Binding.DPOP}), {"dpop"}),
        (frozenset({Binding.CERTIFICATE}), {"certificate"}),
        (frozenset({Binding.NONE}), {"plain"}),
    ],
    ids=["any", "bound", "dpop", "certificate", "plain"],
)
def test_a_resource_says_what_it_accepts(accept: frozenset[Binding], good: set[str]) -> None:
    """And every other token is refused, with a challenge for what would be accepted."""
    text = token(cnf={"jkt": jkt()})
    requests = {
        "plain": bearer(token()),
        "dpop": dpop(text, proof(text)),
        "certificate": bearer(X5T),
    }
    verifier = FakeIssuer().verifier(accept=accept)
    for name, headers in requests.items():
        if name in good:
            assert verifier.check(headers, "GET", URL, certificate=PEM)
            continue
        problem = refusal(verifier, headers, certificate=PEM)
        assert problem.status == 401
        schemes = {said.split(" ")[0] for said in challenges(problem)}
        assert schemes == {
            *(["DPoP"] if Binding.DPOP in accept else []),
            *(["Bearer"] if accept - {Binding.DPOP} else []),
        }


def test_a_key_and_a_certificate_are_asked_for_where_only_one_is_accepted() -> None:
    """A token that is bound twice keeps both its bindings."""
    text = token(cnf={"jkt": jkt(), **RFC["cnf"]})
    verifier = FakeIssuer().verifier(accept=frozenset({Binding.CERTIFICATE}))
    assert type(refusal(verifier, bearer(text), certificate=PEM)) is errors.BoundToken
