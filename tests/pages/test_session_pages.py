"""The account chooser and the sign-out page: their names, and what a key press does."""

from __future__ import annotations

import pytest

from chalicelib import pages
from tests.pages.samples import Page, policy, show, source


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


FRAMES = ["https://a.example/out?iss=x&sid=y", "http://127.0.0.1:9/out"]


@pytest.mark.parametrize("template", ["signed_out.html", "signing_out.html"])
def test_pages_load_the_frames_they_are_given(template: str) -> None:
    """Nobody sees them; their schemes are all that the policy allows."""
    response = show(template, frames=FRAMES)
    found = Page(response.body).all("iframe")
    assert [frame["src"] for frame in found] == FRAMES
    assert all("hidden" in frame for frame in found)
    assert policy(response)["frame-src"] == "http: https:"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/relative", ""])
def test_a_frame_never_runs_here(url: str) -> None:
    """What is no address of an application is refused."""
    with pytest.raises(ValueError, match="application"):
        show("signed_out.html", frames=[url])


def test_leaving_goes_on_by_itself() -> None:
    """By its script, which the policy names, or without one; and by its button."""
    response = show("signing_out.html", script=pages.GO_ON)
    page = Page(response.body)
    assert policy(response)["script-src"] == source(pages.GO_ON)
    assert page.by_id("continue")["href"] == "https://notes.example/bye?state=a&b=c"
    assert page.all("noscript") == [{}]
