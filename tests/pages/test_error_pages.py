"""The error pages, for people and for developers."""

from __future__ import annotations

from tests.pages.samples import Page, show, values


def test_error_page_names_code_and_request() -> None:
    """A developer finds the code and the request id on the page."""
    text = Page(show("error.html").body).text["code"]
    assert "invalid_request" in text
    assert "r-1" in text


def test_error_page_does_without_advice() -> None:
    """Where there is no advice there is no empty paragraph."""
    with_advice, without = show("error.html"), show("error.html", advice=None)
    assert len(Page(without.body).all("p")) == len(Page(with_advice.body).all("p")) - 1


def test_error_reference_links_to_the_specification() -> None:
    """The reader gets to the section that defines the error."""
    link = Page(show("error_reference.html").body).all("a")[-1]
    assert link["href"] == values()["error_reference.html"]["specification_url"]
