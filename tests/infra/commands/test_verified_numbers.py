"""A telephone number that is told as verified has its international form: Core section 5.1."""

from __future__ import annotations

import pytest

from chalicelib.registration import InvalidMetadata, user_metadata

WORDS = "phone_number must be verified in its international form"


@pytest.mark.parametrize(
    "number", ["+14255551212", "+1 (425) 555-1212", "+56 (2) 687 2400", "+1.604.555.1234;ext=5678"]
)
def test_an_international_number_may_be_verified(number: str) -> None:
    """E.164, with the signs that people put between the digits; it is kept as it was written."""
    claims = {"phone_number": number, "phone_number_verified": True}
    assert user_metadata.claims(claims) == claims


LOCAL = ["0425 555 1212", "+0425 555 1212", "00 1 425 555 1212", "+1 425 call", "+1234567890123456"]


@pytest.mark.parametrize("number", [*LOCAL, "+1 425 555 1212 x 5", "+1 425;ext=a", "+\u0661\u0662"])
def test_no_other_number_is_told_as_verified(number: str) -> None:
    """Nor does a later change make it so."""
    with pytest.raises(InvalidMetadata, match=WORDS):
        user_metadata.claims({"phone_number": number, "phone_number_verified": True})
    with pytest.raises(InvalidMetadata, match=WORDS):
        user_metadata.changed({"phone_number": number}, {"phone_number_verified": True})
    with pytest.raises(InvalidMetadata, match=WORDS):
        user_metadata.changed({"phone_number_verified": True}, {"phone_number": number})


@pytest.mark.parametrize("verified", [{}, {"phone_number_verified": False}])
def test_any_number_may_be_told_that_is_not(verified: dict[str, bool]) -> None:
    """The form is recommended only."""
    claims = {"phone_number": LOCAL[0], **verified}
    assert user_metadata.claims(claims) == claims
