"""Every page: whole, escaped, under a strict policy, with nothing from elsewhere."""

from __future__ import annotations

import re

import pytest
from jinja2 import UndefinedError

from chalicelib import pages
from tests.pages.samples import HOSTILE, TEMPLATES, Page, hostile, policy, show, source, values


@pytest.mark.parametrize("template", TEMPLATES)
def test_page_is_a_whole_document(template: str) -> None:
    """A page has one main heading, names its language and ends its title with the product."""
    page = Page(show(template).body)
    assert len(page.all("h1")) == 1
    assert page.all("html") == [{"lang": "en"}]
    assert page.text["title"].startswith(tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    assert page.text["title"].rstrip().endswith(" - Postern")


@pytest.mark.parametrize("template", TEMPLATES)
def test_attacker_text_keeps_the_structure(template: str) -> None:
    """Whatever the texts say, the tags and their attributes stay the same."""
    attacked = show(template, **hostile({"product": "", **values()[template], "error": None}))
    assert Page(attacked.body).structure == Page(show(template).body).structure


@pytest.mark.parametrize("template", ["sign_in.html", "consent.html"])
def test_attacker_text_in_an_error_keeps_the_structure(template: str) -> None:
    """An error sentence is shown as text."""
    attacked, plain = show(template, error=HOSTILE), show(template, error="No.")
    assert Page(attacked.body).structure == Page(plain.body).structure


@pytest.mark.parametrize("template", TEMPLATES)
def test_attacker_text_is_not_evaluated(template: str) -> None:
    """Template syntax in a value is text too."""
    assert "{{ 7 * 7 }}" in show(template, product=HOSTILE).body


def test_only_our_own_text_is_left_unescaped() -> None:
    """No template marks a value safe but the layout its style sheet and its script."""
    files = sorted(pages.TEMPLATES.glob("*.html"))
    found = [
        (f.name, s) for f in files for s in re.findall(r"\w+ *\| *safe|autoescape", f.read_text())
    ]
    assert found == [("layout.html", "style | safe"), ("layout.html", "script | safe")]


@pytest.mark.parametrize("template", TEMPLATES)
def test_missing_value_is_an_error(template: str) -> None:
    """A value the template needs and did not get is never shown as nothing."""
    with pytest.raises(UndefinedError):
        pages.render(template, **values()[template])


@pytest.mark.parametrize("template", TEMPLATES)
def test_policy_allows_nothing_else(template: str) -> None:
    """The policy names one style by its hash and nothing that may run."""
    response = show(template)
    assert policy(response) == {
        "default-src": "'none'",
        "style-src": source(Page(response.body).text["style"]),
        "img-src": "'self' data:",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }


@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_inline_and_nothing_from_elsewhere(template: str) -> None:
    """No element has a style or a handler of its own, and none loads anything."""
    for tag, attributes in Page(show(template).body).tags:
        assert tag not in ("script", "img", "iframe", "object", "embed", "base")
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        assert "src" not in attributes
        assert tag != "link" or (attributes["href"] or "").startswith("data:image/svg+xml,")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Strict-Transport-Security", "max-age=63072000"),
    ],
)
def test_page_carries_the_header(name: str, value: str) -> None:
    """Each protective header stands once on a page."""
    assert [v for n, v in show("error.html").headers if n == name] == [value]


def test_given_header_takes_the_place_of_our_own() -> None:
    """A header given in any spelling replaces the page's own, rather than standing beside it."""
    response = show("error_reference.html", headers={"cache-control": "max-age=300"})
    assert [v for n, v in response.headers if n.lower() == "cache-control"] == ["max-age=300"]


def test_status_is_the_callers() -> None:
    """A page is sent under the status it was asked for."""
    assert show("error.html", status=400).status == 400


def test_style_sheet_loads_nothing() -> None:
    """The style sheet names no other file and cannot end its element."""
    style = Page(show("error.html").body).text["style"]
    assert not re.search(r"url\(|@import|<|/\*", style)


@pytest.mark.parametrize("sources", ["", "'self'; script-src *", "'self', x", "https:\r\nX: y"])
def test_form_action_cannot_end_its_directive(sources: str) -> None:
    """A form_action with a separator is refused."""
    with pytest.raises(ValueError, match="form_action"):
        show("error.html", form_action=sources)
