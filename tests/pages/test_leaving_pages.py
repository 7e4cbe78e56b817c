"""The pages that send the browser back to the client."""

from __future__ import annotations

import pytest

from chalicelib import pages
from tests.pages.samples import HOSTILE, Page, policy, show, source, values


def test_continue_page_leads_on_by_itself_and_by_a_link() -> None:
    """Without scripts the page goes on at once, and shows where to."""
    url = values()["continue.html"]["url"]
    page = Page(show("continue.html").body)
    assert page.by_id("continue")["href"] == url
    assert [m["content"] for m in page.all("meta") if m.get("http-equiv")] == [f"0; url={url}"]


@pytest.mark.parametrize("scheme", ["com.example.app:/cb", "cursor://x/cb", "http://[::1]:9/cb"])
def test_continue_page_opens_applications(scheme: str) -> None:
    """Private-use schemes and loopback addresses are left as they are."""
    assert Page(show("continue.html", url=scheme).body).by_id("continue")["href"] == scheme


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:x",
        "java\nscript:x",
        " javascript:x",
        "data:text/html,x",
        "/relative",
        "",
        "https://notes.example/ x",
        "https://notes.example/\\x",
    ],
)
@pytest.mark.parametrize(
    ("template", "name"), [("continue.html", "url"), ("form_post.html", "action")]
)
def test_answer_never_goes_to_an_address_that_runs_here(template: str, name: str, url: str) -> None:
    """An address that is not an application's is refused, not shown."""
    with pytest.raises(ValueError, match="application"):
        show(template, **{name: url})


def test_form_post_carries_the_fields_in_order() -> None:
    """Each parameter of the answer is a hidden field of the form."""
    page = Page(show("form_post.html", fields=[("code", "a"), ("state", HOSTILE)]).body)
    assert [(f["name"], f["value"]) for f in page.all("input")] == [
        ("code", "a"),
        ("state", HOSTILE),
    ]
    assert page.by_id("form-post")["action"] == "https://notes.example/cb"
    assert page.by_id("submit")["type"] == "submit"


def test_form_post_goes_where_the_caller_says() -> None:
    """The policy lets the form go to the caller's sources only."""
    assert policy(show("form_post.html", form_action="https:"))["form-action"] == "https:"


def test_script_is_allowed_by_its_hash() -> None:
    """The one script runs because the policy names its exact text."""
    response = show("form_post.html", script=pages.AUTO_SUBMIT)
    assert Page(response.body).text["script"].strip() == pages.AUTO_SUBMIT
    assert policy(response)["script-src"] == source(pages.AUTO_SUBMIT)


def test_script_cannot_end_its_element() -> None:
    """A script that could close its own tag is refused."""
    with pytest.raises(ValueError, match="script"):
        show("form_post.html", script="x = '</script>'")
