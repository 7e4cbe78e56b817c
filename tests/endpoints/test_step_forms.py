"""The forms of a sign-in, sent by anyone but the page they stand on. RFC 9700 section 4.7."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.browser import Browser
from tests.reply import Reply
from tests.world import World

FORM = ("Content-Type", "application/x-www-form-urlencoded")
SIGN_IN = {"username": "demo@example.com", "password": "demo-password"}
ALLOW = {"scope": "read", "decision": "allow"}
steps = pytest.mark.parametrize("step", ["sign-in", "consent"])


def waiting(world: World, step: str, *, new: bool = False) -> Browser:
    """A browser that is shown the form of a step; for consent always the same, unless `new`."""
    browser = world.browser()
    if step == "consent" and not new:
        world.member = browser = world.member or browser
    # This client's users are asked each time.
    browser.open(world.authorize_url(client_id="demospa"))
    if step == "consent" and "sign-in" in browser.page.forms:
        browser.sign_in()
    assert step in browser.page.forms
    world.aws.reset()
    return browser


def fields(browser: Browser, step: str) -> dict[str, str]:
    """What the form would send."""
    hidden = dict(browser.page.forms[step].fields)
    return {**hidden, **(SIGN_IN if step == "sign-in" else ALLOW)}


def send(
    browser: Browser,
    step: str,
    form: dict[str, str] | list[tuple[str, str]] | bytes,
    *headers: tuple[str, str],
    cookies: dict[str, str] | None = None,
    content_type: tuple[str, str] | None = FORM,
) -> Reply:
    """Post a form of one's own making with the browser's cookies, or with others."""
    held = browser.cookies if cookies is None else cookies
    sent = [("Cookie", "; ".join(f"{name}={value}" for name, value in held.items())), *headers]
    if content_type is not None:
        sent.append(content_type)
    body = form if isinstance(form, bytes) else urlencode(form).encode()
    return browser.world.request("POST", f"/authorize/{step}", headers=sent, body=body)


def is_refused(reply: Reply) -> None:
    """A page with status 400 that leads nowhere."""
    assert reply.status == 400, reply.text
    assert reply.is_page
    assert reply.header("Location") is None
    assert reply.page.refresh is None
    assert reply.headers_of("Set-Cookie") == []


@steps
@pytest.mark.parametrize("name", ["interaction", "csrf"])
@pytest.mark.parametrize("value", [None, "", "x", "\0", "é", "%zz", "v" * 10_240])
def test_a_hidden_field_must_come_back_untouched(
    still: World, step: str, name: str, value: str | None
) -> None:
    """Missing, empty or changed, the form is nobody's."""
    browser = waiting(still, step)
    form = fields(browser, step)
    form.pop(name)
    is_refused(send(browser, step, form if value is None else {**form, name: value}))


@steps
def test_a_hidden_field_must_not_come_twice(still: World, step: str) -> None:
    """Neither the same value again nor another."""
    browser = waiting(still, step)
    form = fields(browser, step)
    for name in ("interaction", "csrf"):
        is_refused(send(browser, step, [*form.items(), (name, form[name])]))
        is_refused(send(browser, step, [*form.items(), (name, "x")]))


@steps
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_from_another_site_is_refused(still: World, step: str, site: str) -> None:
    """Even with the right hidden fields: the browser itself says where it comes from."""
    browser = waiting(still, step)
    is_refused(send(browser, step, fields(browser, step), ("Sec-Fetch-Site", site)))


@steps
def test_a_doubled_sec_fetch_site_is_refused(still: World, step: str) -> None:
    """No browser sends two."""
    browser = waiting(still, step)
    twice = [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")]
    is_refused(send(browser, step, fields(browser, step), *twice))


@steps
@pytest.mark.parametrize("secret", [None, "", "x", "A" * 43, "A" * 4096])
def test_a_form_without_the_browsers_cookie_is_refused(
    still: World, step: str, secret: str | None
) -> None:
    """The stored request is bound to the browser that started it."""
    browser = waiting(still, step)
    cookies = {name: value for name, value in browser.cookies.items() if "browser" not in name}
    if secret is not None:
        cookies["__Host-browser"] = secret
    is_refused(send(browser, step, fields(browser, step), cookies=cookies))


@steps
def test_a_form_of_another_browser_is_refused(still: World, step: str) -> None:
    """Neither the other's request with one's own cookie, nor the other's hidden field."""
    own, other = waiting(still, step), waiting(still, step, new=True)
    is_refused(send(own, step, fields(other, step)))
    mixed = {**fields(own, step), "csrf": fields(other, step)["csrf"]}
    is_refused(send(own, step, mixed))


@steps
def test_a_hidden_field_of_another_tab_is_refused(still: World, step: str) -> None:
    """It is bound to one request as well."""
    browser = waiting(still, step)
    first = fields(browser, step)
    browser.open(still.authorize_url(client_id="demospa"))
    still.aws.reset()
    is_refused(send(browser, step, {**fields(browser, step), "csrf": first["csrf"]}))


@steps
@pytest.mark.parametrize(
    "content_type", ["application/json", "multipart/form-data; boundary=x", "text/plain", None]
)
def test_another_content_type_is_refused(still: World, step: str, content_type: str | None) -> None:
    """What a cross-site script could send without asking, among them."""
    browser = waiting(still, step)
    header = None if content_type is None else ("Content-Type", content_type)
    is_refused(send(browser, step, fields(browser, step), content_type=header))


@steps
@pytest.mark.parametrize(
    "extra", [b"&a=" + b"x" * 64 * 1024, b"&a=%ff", b"&a=\xff", b"&a=1" * 100, b"&a=1&a=2"]
)
def test_a_malformed_form_is_refused(still: World, step: str, extra: bytes) -> None:
    """Too large, not UTF-8, too many parameters, or an unknown one twice."""
    browser = waiting(still, step)
    is_refused(send(browser, step, urlencode(fields(browser, step)).encode() + extra))


@pytest.mark.parametrize("step", ["nothing", "sign_in", "..", "%2e%2e", "sign-in%00", "Sign-In"])
def test_an_unknown_step_is_not_found(still: World, step: str) -> None:
    """The table of steps, letter by letter."""
    browser = waiting(still, "sign-in")
    reply = send(browser, step, fields(browser, "sign-in"))
    assert reply.status == 404
    assert reply.is_page


@pytest.mark.parametrize("name", ["username", "password"])
@pytest.mark.parametrize(
    "value", [None, "", " ", "\0", "a\0b", "é", "\u202e", "v" * 10_240, "%zz", "<b>"]
)
def test_an_odd_name_or_password_is_a_wrong_one(still: World, name: str, value: str | None) -> None:
    """The form again with status 400, and nobody is signed in."""
    browser = waiting(still, "sign-in")
    form = fields(browser, "sign-in")
    form.pop(name)
    reply = send(browser, "sign-in", form if value is None else {**form, name: value})
    assert reply.status == 400
    assert "sign-in" in reply.page.forms
    assert reply.headers_of("Set-Cookie") == []


@pytest.mark.parametrize("decision", [None, "", "yes", "ALLOW", "allow\0", "d" * 10_240])
def test_an_odd_decision_decides_nothing(still: World, decision: str | None) -> None:
    """The consent page is shown again."""
    browser = waiting(still, "consent")
    form = fields(browser, "consent")
    form.pop("decision")
    reply = send(browser, "consent", form if decision is None else {**form, "decision": decision})
    assert reply.status == 200
    assert "consent" in reply.page.forms


def test_two_decisions_are_refused(still: World) -> None:
    """A form that says both says nothing."""
    browser = waiting(still, "consent")
    form = [*fields(browser, "consent").items(), ("decision", "deny")]
    is_refused(send(browser, "consent", form))


def test_consent_before_sign_in_changes_nothing(still: World) -> None:
    """A step out of turn leads back to /authorize, which asks for the one that is due."""
    browser = waiting(still, "sign-in")
    hidden = dict(browser.page.forms["sign-in"].fields)
    reply = send(browser, "consent", {**hidden, **ALLOW})
    assert reply.status == 303
    assert (reply.header("Location") or "").startswith(f"{still.issuer}/authorize?interaction=")
    assert still.writes() == []
