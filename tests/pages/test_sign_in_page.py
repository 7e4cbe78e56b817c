"""The sign-in page: its form, and where it starts."""

from __future__ import annotations

import pytest

from tests.pages.samples import HIDDEN, Page, show


def test_sign_in_form_has_its_names() -> None:
    """The form, its fields and its button carry the names that password managers learn."""
    page = Page(show("sign_in.html").body)
    assert page.by_id("sign-in") == {"id": "sign-in", "method": "post", "action": HIDDEN["action"]}
    assert page.named("username")[0]["autocomplete"] == "username webauthn"
    assert page.named("password")[0]["autocomplete"] == "current-password"
    assert page.by_id("submit")["type"] == "submit"


@pytest.mark.parametrize("template", ["sign_in.html", "consent.html"])
def test_form_carries_its_hidden_fields(template: str) -> None:
    """A step's form sends back the interaction and the token against forgery."""
    page = Page(show(template).body)
    assert [(f["type"], f["value"]) for f in page.named("interaction")] == [("hidden", "i-1")]
    assert [(f["type"], f["value"]) for f in page.named("csrf")] == [("hidden", "c-1")]


def test_sign_in_error_is_tied_to_the_fields() -> None:
    """After a refusal the alert describes both fields, and the focus is where one types next."""
    page = Page(show("sign_in.html", error="No.").body)
    assert page.by_id("error")["role"] == "alert"
    for name in ("username", "password"):
        assert page.by_id(name)["aria-invalid"] == "true"
        assert page.by_id(name)["aria-describedby"] == "error"
    assert "autofocus" in page.by_id("password")


@pytest.mark.parametrize(("username", "focused"), [("", "username"), ("a@b", "password")])
def test_sign_in_starts_at_the_first_empty_field(username: str, focused: str) -> None:
    """A name that is known need not be typed again."""
    fields = Page(show("sign_in.html", username=username).body).all("input")
    assert [field["id"] for field in fields if "autofocus" in field] == [focused]


def test_sign_in_without_error_marks_nothing() -> None:
    """A form shown for the first time is not wrong."""
    assert "aria-invalid" not in show("sign_in.html").body.split("</style>")[1]
