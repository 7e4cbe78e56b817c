"""The claims of a user: OpenID Connect Core sections 5.1 and 5.2."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.aws.attribute_values import decode_item, encode_item
from chalicelib.registration import InvalidMetadata, user_metadata
from tests.infra.commands.conftest import Operator

OWN = "https://example.com/department"
TEXT = "must be a text of 1 to 1000 printable characters"
URL = "must be an http or https URL"
ADDRESS = "must be an object of formatted, street_address, locality, region, postal_code, country"

GOOD: list[tuple[str, Any]] = [
    ("name", "Zoë 李"),
    ("name#ja-Hani-JP", "山田 太郎"),
    ("website#fr", "https://example.com/fr"),
    ("picture", "http://example.com/p.jpg"),
    ("email", "zoë@example.com"),
    ("email_verified", False),
    ("birthdate", "0000-02-29"),
    ("birthdate", "1980"),
    ("zoneinfo", "America/Argentina/Buenos_Aires"),
    ("locale", "en_US"),
    ("phone_number", "+1 (604) 555-1234;ext=5678"),
    ("phone_number_verified", True),
    ("address", {"formatted": "1 Road\r\nTown", "country": "US"}),
    ("updated_at", 1_311_280_970),
    ("groups", ["staff", "admin"]),
    (OWN, {"name": "R&D", "floor": -3, "open": True, "rooms": ["a", ["b"]]}),
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_claim_comes_back_as_it_was_given(name: str, value: Any) -> None:
    """Through the table's own types, and out as JSON."""
    kept = decode_item(encode_item(user_metadata.claims({name: value})))
    assert json.loads(json.dumps(kept)) == {name: value}


BAD: list[tuple[str, Any, str]] = [
    ("name", 7, f"name {TEXT}"),
    ("name", None, f"name {TEXT}"),
    ("name", "", f"name {TEXT}"),
    ("name", "a\nb", f"name {TEXT}"),
    ("name", "x" * 1001, f"name {TEXT}"),
    ("website", "ftp://example.com", f"website {URL}"),
    ("picture", "javascript:alert(1)", f"picture {URL}"),
    ("profile", "https://a b", f"profile {URL}"),
    ("email", "nobody", "email must be an e-mail address"),
    ("email", "a b@example.com", "email must be an e-mail address"),
    ("email_verified", "true", "email_verified must be true or false"),
    ("email_verified", 1, "email_verified must be true or false"),
    ("phone_number_verified", None, "phone_number_verified must be true or false"),
    ("birthdate", "1980-13-01", "birthdate must be YYYY-MM-DD or YYYY"),
    ("birthdate", "١٩٨٠", "birthdate must be YYYY-MM-DD or YYYY"),
    ("zoneinfo", "Europe Paris", "zoneinfo must be a time zone, such as Europe/Paris"),
    ("locale", "english please", "locale must be a language tag, such as en-US"),
    ("address", "1 Road", f"address {ADDRESS}"),
    ("address", {}, f"address {ADDRESS}"),
    ("address", {"planet": "Earth"}, f"address {ADDRESS}"),
    ("address", {"country": 1}, f"address.country {TEXT}"),
    ("updated_at", 1.5, "updated_at must be a whole number of seconds since 1970"),
    ("updated_at", True, "updated_at must be a whole number of seconds since 1970"),
    ("updated_at", -1, "updated_at must be a whole number of seconds since 1970"),
    ("groups", "staff", "groups must be a list of texts"),
    ("groups", [1], f"groups {TEXT}"),
    ("sub", "x", "sub is given by this server"),
    ("emial", "a@b", "emial is not a standard claim; name a claim of your own by a URI"),
    ("iss", "x", "iss is not a standard claim; name a claim of your own by a URI"),
    ("email#en", "a@b", "email#en is not a standard claim; name a claim of your own by a URI"),
    ("name#", "x", "name# is not a standard claim; name a claim of your own by a URI"),
    (OWN, None, f"{OWN} holds null, which cannot be kept"),
    (OWN, [None], f"{OWN} holds null, which cannot be kept"),
    (OWN, 1.5, f"{OWN} holds a number that is not whole, or too large, which cannot be kept"),
    (OWN, 2**53, f"{OWN} holds a number that is not whole, or too large, which cannot be kept"),
    (OWN, [[[[[["x"]]]]]], f"{OWN} is nested too deeply"),
]


@pytest.mark.parametrize(("name", "value", "reason"), BAD)
def test_bad_claim_is_refused(name: str, value: Any, reason: str) -> None:
    """With one sentence that names it."""
    with pytest.raises(InvalidMetadata) as refused:
        user_metadata.claims({name: value})
    assert str(refused.value) == f"claims: {reason}"


@pytest.mark.parametrize(
    "claims", [{f"urn:{number}": 1 for number in range(101)}, {OWN: "x" * 32 * 1024}]
)
def test_claims_have_a_limit(claims: dict[str, Any]) -> None:
    """They go into every token and item of the user."""
    with pytest.raises(InvalidMetadata, match="at most 100, and 32768 bytes in all"):
        user_metadata.claims(claims)


def test_limit_counts_what_stays() -> None:
    """Adding one by one does not go round it."""
    before = {f"urn:{number}": 1 for number in range(100)}
    with pytest.raises(InvalidMetadata, match="at most 100"):
        user_metadata.changed(before, {"urn:another": 1})


@pytest.mark.parametrize("verb", [("create",), ("update", "demo@example.com")])
def test_operator_is_told(operator: Operator, verb: tuple[str, ...]) -> None:
    """Exit status 1 and the sentence; nothing is written."""
    before = operator.get("user", "list")
    document = {"claims": {"email_verified": "yes"}}
    if verb == ("create",):
        document |= {"username": "ann", "password": "correct horse"}
    said = operator.refused("user", *verb, "--file", "-", document=document)
    assert said == "claims: email_verified must be true or false"
    assert operator.get("user", "list") == before
