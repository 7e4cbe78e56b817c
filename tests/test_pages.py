"""Pages: what each one holds, and that nothing a stranger wrote can change it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import UndefinedError

from chalicelib import pages
from chalicelib.http import Response

HOSTILE = "\"'><script>alert(1)</script><input name=x>{{ 7 * 7 }}</title></style><!--&lt;"

CLIENT = {
    "client_name": "Acme Notes",
    "client_uri": "https://notes.example/",
    "tos_uri": "https://notes.example/terms",
    "policy_uri": "https://notes.example/privacy",
    "contacts": ("help@notes.example",),
}
HIDDEN = {"action": "/authorize/step", "interaction": "i-1", "csrf": "c-1"}


def scope(value: str, **other: Any) -> SimpleNamespace:
    """A scope as the consent page takes it."""
    given = {"description": f"May {value}", "required": False, "checked": True, **other}
    return SimpleNamespace(value=value, **given)


def values() -> dict[str, dict[str, Any]]:
    """Every template with values of its own kind, new each time."""
    groups = [
        SimpleNamespace(title="You", scopes=(scope("openid", required=True), scope("email"))),
        SimpleNamespace(title="Example API", scopes=(scope("write", checked=False),)),
    ]
    return {
        "sign_in.html": {
            **HIDDEN,
            "client_name": "Acme Notes",
            "username": "a@b",
            "error": None,
            "throttled": False,
        },
        "consent.html": {
            **HIDDEN,
            "client": SimpleNamespace(**CLIENT),
            "verified": True,
            "username": "demo@example.com",
            "groups": groups,
            "destination": "notes.example",
            "to_this_device": False,
            "offline": True,
            "lifetime": "10 minutes",
            "error": None,
        },
        "continue.html": {
            "client_name": "Acme Notes",
            "url": "https://notes.example/cb?code=a&b=c",
        },
        "form_post.html": {
            "action": "https://notes.example/cb",
            "fields": [("code", "a"), ("state", "b")],
        },
        "error.html": {
            "title": "We cannot continue",
            "message": "The app is not known here.",
            "advice": "Go back to the app.",
            "code": "invalid_request",
            "request_id": "r-1",
        },
        "error_reference.html": {
            "code": "invalid_grant",
            "title": "The grant is not valid",
            "meaning": "The code is wrong.",
            "causes": ["It was used before."],
            "remedy": ["Start again."],
            "specification": "RFC 6749 section 5.2",
            "specification_url": "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
        },
    }


TEMPLATES = sorted(values())


def show(template: str, **changes: Any) -> Response:
    """One page, with some of its values changed."""
    return pages.render(template, **{"product": "Postern", **values()[template], **changes})


class Page(HTMLParser):
    """A page as its tags and the text between them."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: dict[str, str] = {}
        self._open = ""
        self.feed(body)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag."""
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        """What follows is outside it."""
        self._open = ""

    def handle_data(self, data: str) -> None:
        """Keep the text under the tag that opened last."""
        self.text[self._open] = self.text.get(self._open, "") + data

    @property
    def structure(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each tag with the names of its attributes."""
        return [(tag, tuple(attributes)) for tag, attributes in self.tags]

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]

    def by_id(self, identifier: str) -> dict[str, str | None]:
        """The attributes of the one element of that id."""
        (found,) = (a for _, a in self.tags if a.get("id") == identifier)
        return found

    def named(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of each field and button of that name."""
        return [a for tag, a in self.tags if tag in ("input", "button") and a.get("name") == name]


def policy(response: Response) -> dict[str, str]:
    """The directives of a page's Content-Security-Policy."""
    (text,) = (v for n, v in response.headers if n == "Content-Security-Policy")
    return dict(part.split(" ", 1) for part in text.split("; "))


def source(text: str) -> str:
    """The hash by which a policy names an inline element."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def hostile(value: Any) -> Any:
    """The same value with every text in it replaced by an attack, but for addresses."""
    match value:
        case str():
            return value if value.startswith("https://") else HOSTILE
        case list() | tuple():
            return type(value)(hostile(item) for item in value)
        case SimpleNamespace():
            return SimpleNamespace(**hostile(vars(value)))
        case Mapping():
            return {name: hostile(item) for name, item in value.items()}
    return value


# Every page


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
        ("Cross-Origin-Opener-Policy", "same-origin"),
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


# Sign-in


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


# Consent


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


# Leaving


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


# Errors


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
