"""The kit: texts that are no signed JWT in its one form. RFC 7515, RFC 8725."""

from __future__ import annotations

import pytest

from postern_verifier import ALGORITHMS, errors
from tests import client_signatures as signatures
from tests.kit.issuer import (
    OWNER,
    URL,
    FakeIssuer,
    bearer,
    claims,
    refusal,
    token,
)

GOOD = token()
HEADER, CLAIMS, SIGNATURE = GOOD.split(".")


def b64(text: str) -> str:
    """Text, or bytes as latin-1, as a part of a token."""
    return signatures.encoded(text.encode("latin-1"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "...",
        f"{HEADER}.{CLAIMS}",
        f"{HEADER}.{CLAIMS}.",
        f"{GOOD}.",
        f"{GOOD}.{SIGNATURE}.{SIGNATURE}",
        f"{HEADER}.{CLAIMS}.{SIGNATURE}=",
        f"{HEADER}=.{CLAIMS}.{SIGNATURE}",
        f"{HEADER}.{CLAIMS}.{SIGNATURE[:-1]}",
        f"{HEADER}.{CLAIMS}.{SIGNATURE}A",
        f"{HEADER}..{SIGNATURE}",
        f".{CLAIMS}.{SIGNATURE}",
        f"{b64('[]')}.{CLAIMS}.{SIGNATURE}",
        f"{b64('null')}.{CLAIMS}.{SIGNATURE}",
        f"{b64(chr(0xFF))}.{CLAIMS}.{SIGNATURE}",
        f"{HEADER}.{b64('{')}.{SIGNATURE}",
        f"{HEADER}.{b64('[' * 600)}.{SIGNATURE}",
        "x" * 20_000,
        f"{HEADER}.{CLAIMS}.{'A' * 20_000}",
    ],
    ids=range(21),
)
def test_text_that_is_no_token_is_refused(text: str) -> None:
    """Too few parts or too many, another spelling, no JSON, no end."""
    assert refusal(FakeIssuer().verifier(), bearer(text)).status in (400, 401)


@pytest.mark.parametrize(
    "document",
    [
        '{"iss":"a","iss":"https://id.example.com"}',
        '{"exp":NaN}',
        '{"exp":Infinity}',
        '{"exp":1e999}',
        '{"sub":"\\ud800"}',
        '{"a":' * 501 + "1" + "}" * 501,
        '{"exp":' + "9" * 5000 + "}",
        "[]",
        '"text"',
        "",
    ],
    ids=range(10),
)
def test_json_of_strangers_is_read_strictly(document: str) -> None:
    """RFC 8725 section 3.7: even signed, it must mean one thing."""
    header = {"alg": "ES256", "typ": "at+jwt", "kid": f"{OWNER}-EC"}
    text = signatures.signed(header, document, signatures.private_key("EC", OWNER))
    assert type(refusal(FakeIssuer().verifier(), bearer(text))) is errors.MalformedToken


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_another_signature_is_refused(alg: str) -> None:
    """Of another's key, of other claims, empty, or too long."""
    header, body, signature = token(alg).split(".")
    other = signatures.jwt(
        claims(), alg, "attacker", typ="at+jwt", kid=f"{OWNER}-{signatures.KINDS[alg]}"
    )
    for text in (
        other,
        f"{header}.{b64('{}')}.{signature}",
        f"{header}.{body}.",
        f"{header}.{body}.{signature}AAAA",
        f"{header}.{body}.{'A' * len(signature)}",
    ):
        assert refusal(FakeIssuer().verifier(), bearer(text)).error == "invalid_token"


def test_a_token_has_an_end() -> None:
    """One above 16 KiB is not looked into, whoever has signed it."""
    assert FakeIssuer().verifier().check(bearer(token(more="x" * 11_000)), "GET", URL)
    problem = refusal(FakeIssuer().verifier(), bearer(token(more="x" * 12_000)))
    assert (type(problem), problem.reason) == (errors.MalformedToken, "too long")
