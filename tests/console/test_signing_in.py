"""How one comes to the console: through /authorize, by the browser's own session."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.browser import Browser
from tests.console.conftest import opened, person, register
from tests.emulated_aws import Recorder
from tests.world import World

MINUTE = 60


def where(browser: Browser) -> str:
    """The first heading of the page that is shown."""
    assert browser.reply is not None
    return browser.reply.text.partition("<h1>")[2].partition("</h1>")[0]


def test_the_sign_in_leads_back_to_the_page(desk: World) -> None:
    """A link into the console works for who has to sign in first."""
    browser = desk.browser().open(f"{desk.issuer}/console/new/web")
    assert "Developer console" in browser.page.text
    browser.sign_in()
    assert where(browser) == "Web application"


def test_who_is_signed_in_is_not_asked(desk: World) -> None:
    """A sign-in for some application is one for the console."""
    browser = desk.browser()
    desk.code(browser)
    browser.open(f"{desk.issuer}/console")
    assert where(browser) == "Your applications"


def test_no_code_is_made(desk: World) -> None:
    """The browser comes back with nothing that anyone could want; no grant is stored."""
    browser = desk.browser().open(f"{desk.issuer}/console").sign_in()
    assert where(browser) == "Your applications"
    assert not [item for item in desk.items() if item["t"]["S"] == "grant"]
    assert not desk.events("authorization.granted")


STATES = {
    "new/web": "/console/new/web",
    "https://evil.example": None,
    "//evil.example": None,
    "/evil": None,
    "../logout": None,
    "new/web?x=y": None,
    "new\\evil": None,
    "application/a/b": None,
    "": None,
}


@pytest.mark.parametrize("state", STATES)
def test_the_way_back_stays_in_the_console(desk: World, state: str) -> None:
    """Anyone can make such a link: it leads to no other site."""
    browser = desk.browser()
    desk.code(browser)
    cookie = ("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))
    reply = desk.request("GET", f"/console?{urlencode({'state': state})}", headers=[cookie])
    wanted = STATES[state]
    if wanted is None:
        assert reply.status == 200
    else:
        assert reply.header("Location") == f"{desk.issuer}{wanted}"


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "https://id.example.com/console/callback"},
        {"client_id": "own:nothing"},
        {"client_id": "own:"},
    ],
)
def test_the_built_in_client_answers_at_its_page_only(desk: World, changes: dict[str, str]) -> None:
    """Like any client: another redirect URI is an error page."""
    location = desk.get("/console").header("Location") or ""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    assert desk.get("/authorize", **(asked | changes)).status == 400


@pytest.mark.parametrize(
    ("path", "form"),
    [("/token", {"grant_type": "client_credentials"}), ("/par", {"response_type": "code"})],
)
@pytest.mark.parametrize("secret", ["", "x"])
def test_the_built_in_client_is_none_elsewhere(
    desk: World, path: str, form: dict[str, str], secret: str
) -> None:
    """It has no secret, and nobody can be it."""
    assert desk.post(path, form, auth=("own:console", secret)).status == 401
    assert desk.post(path, {**form, "client_id": "own:console"}).status == 401


@pytest.mark.parametrize("name", ["own:console", "own:mine", "own%3Aconsole"])
def test_nobody_can_register_its_name(desk: World, name: str) -> None:
    """A colon is in no client_id that is given."""
    from chalicelib.administration import clients
    from chalicelib.registration import InvalidMetadata

    metadata = {"client_id": name, "redirect_uris": ["https://a.example/"]}
    with pytest.raises(InvalidMetadata):
        clients.create(metadata, desk.services)


def test_a_stage_that_wants_pushed_requests_has_a_console(world: World) -> None:
    """REQUIRE_PAR is about applications; the console pushes nothing."""
    desk = opened(world, require_par=True)
    browser = desk.browser().open(f"{desk.issuer}/console").sign_in()
    assert where(browser) == "Your applications"


def test_the_session_changes_at_the_sign_in(desk: World) -> None:
    """A cookie from before is worth nothing after."""
    browser = desk.browser()
    desk.code(browser)
    before = browser.cookies["__Host-session"]
    desk.clock.forward(16 * MINUTE)
    browser.open(f"{desk.issuer}/console/clients").sign_in()
    assert browser.cookies["__Host-session"] != before
    reply = desk.request("GET", "/console", headers=[("Cookie", f"__Host-session={before}")])
    assert reply.status == 303


@pytest.mark.parametrize("page", ["secrets", "delete"])
def test_some_pages_want_a_recent_sign_in(desk: World, page: str) -> None:
    """After a quarter of an hour the password is asked for again, and the page comes then."""
    browser = person(desk, "dora", "developer")
    client_id = register(browser)
    desk.clock.forward(15 * MINUTE + 1)
    browser.open(f"{desk.issuer}/console/application/{client_id}")
    assert "settings" in browser.page.forms
    browser.open(f"{desk.issuer}/console/{page}/{client_id}")
    assert "sign-in" in browser.page.forms
    browser.sign_in("dora@example.com", "dora-password")
    assert client_id in (browser.reply.text if browser.reply else "")
    assert "csrf" in dict(next(iter(browser.page.forms.values())).fields)


def test_a_form_has_time_to_be_filled_in(desk: World) -> None:
    """Shown just before its time is over, it is taken a quarter of an hour later, and no more."""
    browser = person(desk, "dora", "developer")
    client_id = register(browser, client_name="Brief")
    desk.clock.forward(14 * MINUTE)
    browser.open(f"{desk.issuer}/console/delete/{client_id}")
    form = browser.page.forms["delete"]
    desk.clock.forward(17 * MINUTE)
    browser.submit("delete", typed="Brief")
    assert "sign-in" in browser.page.forms
    assert form.action.endswith(client_id)
    browser.sign_in("dora@example.com", "dora-password")
    browser.submit("delete", typed="Brief")
    assert "Deleted" in browser.page.text


def test_an_issuer_with_a_path(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> None:
    """As on a stage without a custom domain: every link and form stays below it."""
    issuer = "https://abc.execute-api.eu-west-1.amazonaws.com/api"
    desk = opened(World(*emulated, issuer=issuer))
    browser = desk.browser().open(f"{issuer}/console/new/web").sign_in()
    assert where(browser) == "Web application"
    client_id = register(browser)
    for path in ("", f"/application/{client_id}", f"/secrets/{client_id}", "/resources"):
        page = browser.open(f"{issuer}/console{path}").page
        assert browser.reply is not None
        assert browser.reply.status == 200
        links = [link for link in page.links.values() if link != "#main"]
        actions = [form.action for form in page.forms.values()]
        assert all(address.startswith(f"{issuer}/") for address in (*links, *actions))
    desk.close()
