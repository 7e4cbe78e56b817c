"""The consent page: who asks, for what, and that saying no is as easy as yes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.pages.samples import CLIENT, HOSTILE, Page, show


def test_consent_form_has_its_names() -> None:
    """A checkbox for each scope that may be declined, and the buttons by name, value and id."""
    page = Page(show("consent.html").body)
    assert page.by_id("consent")["method"] == "post"
    assert [f["value"] for f in page.named("scope")] == ["email", "write"]
    assert {f["type"] for f in page.named("scope")} == {"checkbox"}
    assert [(b["value"], b["id"]) for b in page.named("decision")] == [
        ("deny", "deny"),
        ("allow", "allow"),
        ("switch", "switch"),
    ]


def test_consent_checks_what_is_asked_to_be_checked() -> None:
    """A scope starts ticked only where the caller says so."""
    page = Page(show("consent.html").body)
    assert ["checked" in field for field in page.named("scope")] == [True, False]


def test_each_authorization_detail_has_a_checkbox() -> None:
    """RFC 9396: ticked, by its place; what its words leave out describes it to screen readers."""
    page = Page(show("consent.html").body)
    boxes = page.named("authorization_detail")
    assert [(box["type"], box["value"], "checked" in box) for box in boxes] == [
        ("checkbox", "0", True),
        ("checkbox", "1", True),
    ]
    assert [box.get("aria-describedby") for box in boxes] == ["detail-0", None]
    assert page.by_id("detail-0") is not None


def test_enter_key_does_not_allow() -> None:
    """The first button of the form, which the Enter key presses, is Deny."""
    assert Page(show("consent.html").body).named("decision")[0]["value"] == "deny"


def test_allow_and_deny_weigh_the_same() -> None:
    """Both buttons look alike."""
    page = Page(show("consent.html").body)
    assert page.by_id("allow")["class"] == page.by_id("deny")["class"]


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://notes.example/",
        "data:text/html,x",
        "http://notes.example/",
        "http://127.0.0.1.notes.example/",
        "//notes.example/",
        "https://notes.example\\@evil.example/",
        "https://user@evil.example/",
        'https://notes.example/"onclick=x\n',
        "",
        None,
    ],
)
def test_client_address_that_is_no_plain_web_address_is_no_link(uri: str | None) -> None:
    """Only https, and http to this device, ever becomes a link on the consent page."""
    client = SimpleNamespace(**{**CLIENT, "client_uri": uri, "tos_uri": uri, "policy_uri": uri})
    links = Page(show("consent.html", client=client).body).all("a")
    assert [link["href"] for link in links] == ["#main"]


@pytest.mark.parametrize("uri", ["https://notes.example:8443?x", "http://127.0.0.1:8000/about"])
def test_client_address_is_a_link_that_tells_nothing(uri: str) -> None:
    """A link out sends no referrer, gives no window and lends no reputation."""
    client = SimpleNamespace(**{**CLIENT, "client_uri": uri, "tos_uri": None, "policy_uri": None})
    (link,) = Page(show("consent.html", client=client).body).all("a")[1:]
    assert link["href"] == uri
    assert link["rel"] == "noopener noreferrer nofollow"


def test_consent_warns_of_an_app_on_this_device() -> None:
    """An answer to a loopback or private-use address comes with a warning."""
    sentence = "We cannot check which app"
    assert sentence in show("consent.html", to_this_device=True).body
    assert sentence not in show("consent.html").body


def test_consent_warns_of_an_unverified_app() -> None:
    """An app that nobody checked is called so."""
    assert "Not verified" in show("consent.html", verified=False).body
    assert "Not verified" not in show("consent.html").body


@pytest.mark.parametrize(
    "text", ["Acme Notes", "demo@example.com", "notes.example", "10 minutes", "to end it"]
)
def test_consent_says(text: str) -> None:
    """The page names the app, the account, the destination, the duration and the way to end it."""
    assert text in show("consent.html").body


def test_consent_without_anything_about_the_client_has_no_such_section() -> None:
    """A client that gave only its name gets no empty list."""
    client = SimpleNamespace(
        client_name="x", client_uri=None, tos_uri=None, policy_uri=None, contacts=()
    )
    assert Page(show("consent.html", client=client).body).all("section") == []


def test_where_a_client_is_published_stands_apart_from_its_name() -> None:
    """Whatever either of them is."""
    sentence = "Published at"
    assert sentence not in show("consent.html").body
    body = show("consent.html", published_at="app.example", verified=False).body
    assert f'{sentence} <strong><bdi class="name">app.example</bdi></strong>' in body
    assert HOSTILE not in show("consent.html", published_at=HOSTILE, verified=False).body
