"""What people read before they agree to an object. RFC 9396 sections 2 and 13."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.protocol import detail_words
from chalicelib.protocol.detail_schema import BadSchema
from chalicelib.protocol.detail_words import Line, Piece
from tests.flows.rich import PAYMENT, PAYMENT_TYPE, RENT

SCHEMA: dict[str, Any] = PAYMENT_TYPE["schema"]
WORDS: str = PAYMENT_TYPE["description"]


def said(words: str, detail: dict[str, Any]) -> str:
    """The sentence."""
    return "".join(piece.text for piece in detail_words.sentence(words, detail))


def test_what_is_filled_in_stands_apart() -> None:
    """Piece by piece, so that the page can tell the client's words from the resource's."""
    assert detail_words.sentence(WORDS, PAYMENT) == [
        Piece("Pay ", filled=False),
        Piece("123.50", filled=True),
        Piece(" ", filled=False),
        Piece("EUR", filled=True),
        Piece(" to ", filled=False),
        Piece("Merchant A", filled=True),
    ]


def test_a_title_is_all_its_own() -> None:
    """Words without a place."""
    assert detail_words.sentence("Make a payment", PAYMENT) == [
        Piece("Make a payment", filled=False)
    ]


def test_what_is_filled_in_is_not_read_again() -> None:
    """A value with braces is text."""
    assert said("To {creditorName}", {"creditorName": "{remittance}"}) == "To {remittance}"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("x", "x"),
        ("", "(empty)"),
        (7, "7"),
        (0.5, "0.5"),
        (True, "yes"),
        (False, "no"),
        ([], "(none)"),
        (["a", "b"], "a, b"),
        ([1, True], "1, yes"),
        (None, "(not said)"),
    ],
)
def test_values_are_said_in_words(value: object, words: str) -> None:
    """None is a member that the client left out."""
    detail = {} if value is None else {"creditorName": value}
    assert said("{creditorName}", detail) == words


def test_a_member_in_a_member_that_is_not_there() -> None:
    """The type does not have to require it."""
    assert said("{creditorAccount.iban}", RENT) == "(not said)"


def test_the_rest_is_everything_else() -> None:
    """Under the titles of the schema, where it has some; the type is not said."""
    assert detail_words.rest(WORDS, PAYMENT, SCHEMA) == [
        Line("actions", "initiate, status"),
        Line("creditorAccount iban", "DE02100100109307118603"),
        Line("Message", "Ref Number Merchant"),
    ]


def test_nothing_is_too_deep_or_too_empty_to_be_shown() -> None:
    """Lists of objects by their numbers, and empty things as such."""
    odd = {**RENT, "creditorAccount": {}, "steps": [{"day": 1}, {}], "actions": []}
    assert detail_words.rest(WORDS, odd, SCHEMA) == [
        Line("creditorAccount", "(nothing in it)"),
        Line("steps 1 day", "1"),
        Line("steps 2", "(nothing in it)"),
        Line("actions", "(none)"),
    ]


def test_a_dot_in_a_name_hides_nothing() -> None:
    """A place names the member of a member, and never one whose own name looks like that."""
    inner = {"type": "object", "properties": {"b": {"type": "string"}}}
    schema = {"type": "object", "properties": {"a": inner, "a.b": {"type": "string"}}}
    shown = detail_words.rest("{a.b}", {"a": {"b": "1"}, "a.b": "2"}, schema)
    assert shown == [Line("a.b", "2")]


@pytest.mark.parametrize(
    "words",
    [
        "{unknown}",
        "{instructedAmount}",
        "{instructedAmount.cents}",
        "{creditorName.first}",
        "{steps}",
        "{actions.0}",
        "{type}",
        "{}",
        "{ creditorName }",
        "{{creditorName}}",
        "an open {creditorName",
        "a closed creditorName}",
        "{creditorName!r}",
        "{creditorName:>10}",
    ],
)
def test_places_must_be_plain_members(words: str) -> None:
    """What cannot be said in a few words is no place in a sentence."""
    with pytest.raises(BadSchema, match=r"^description: "):
        detail_words.check(words, SCHEMA)
