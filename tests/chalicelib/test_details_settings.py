"""AUTHORIZATION_DETAILS_TYPES: what the metadata document says of RFC 9396."""

from __future__ import annotations

import pytest

from chalicelib.settings import Settings, SettingsError
from tests.chalicelib.test_settings import GOOD

NAME = "AUTHORIZATION_DETAILS_TYPES"


@pytest.mark.parametrize(
    ("text", "types"),
    [
        (None, ()),
        ("", ()),
        ("payment_initiation", ("payment_initiation",)),
        (" https://a.example/t  b b", ("https://a.example/t", "b")),
    ],
)
def test_types_have_blanks_between(text: str | None, types: tuple[str, ...]) -> None:
    """Each once; none unless it is set."""
    environ = GOOD if text is None else {**GOOD, NAME: text}
    assert Settings.read(environ).authorization_details_types == types


@pytest.mark.parametrize("text", ["é", 'a"b', "x" * 129, "a\0b"])
def test_what_can_be_no_type_is_refused(text: str) -> None:
    """When the function starts."""
    with pytest.raises(SettingsError, match=f"^{NAME} must be"):
        Settings.read({**GOOD, NAME: text})
