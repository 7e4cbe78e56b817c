"""The account chooser and the sign-out page: their names, and what a key press does."""

from __future__ import annotations

from tests.pages.samples import Page, show


def test_account_form_has_its_names() -> None:
    """Two buttons of one name; the first, which the Enter key presses, goes on."""
    page = Page(show("select_account.html").body)
    assert page.by_id("select-account")["method"] == "post"
    assert [(b["value"], b["id"]) for b in page.named("account")] == [
        ("continue", "continue"),
        ("another", "another"),
    ]


def test_account_page_says_who_and_what_for() -> None:
    """The account is on the button, the application above it."""
    page = Page(show("select_account.html").body)
    assert "demo@example.com" in page.text["bdi"]
    assert "Acme Notes" in page.text["bdi"]


def test_logout_form_has_its_names() -> None:
    """The contract's form and button; the hidden fields go back untouched."""
    page = Page(show("logout.html").body)
    assert page.by_id("logout")["method"] == "post"
    assert page.by_id("submit")["type"] == "submit"
    assert [field["value"] for field in page.named("csrf") + page.named("state")] == ["c-1", "s"]


def test_logout_page_says_who_asks() -> None:
    """Where that is proved."""
    assert "asks you to sign out" in show("logout.html").body
    assert "asks you to sign out" not in show("logout.html", client_name=None).body


def test_signed_out_page_leads_nowhere() -> None:
    """No link but the one to the content, and no form."""
    page = Page(show("signed_out.html").body)
    assert [link["href"] for link in page.all("a")] == ["#main"]
    assert page.all("form") == []
