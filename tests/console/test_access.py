"""Who reaches what: every page for nobody, for strangers to an application, and without a role."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.administration import users
from chalicelib.console import HOME, PAGES
from tests.browser import Browser
from tests.console.conftest import opened, person, register
from tests.emulated_aws import Recorder
from tests.world import World

# Every page that is about one application, and a form that would do something there.
OF_AN_APPLICATION: dict[str, dict[str, str]] = {
    "application": {"client_name": "Stolen"},
    "redirect-uris": {"redirect_uri": "https://thief.example/"},
    "secrets": {"overlap": "none"},
    "snippets": {},
    "try-sign-in": {"act": "add"},
    "delete": {"typed": "Mine"},
}
OF_OPERATORS = ("clients", "resources", "keys", "events")
WITHOUT_A_NAME = (HOME, "new", "callback")


class Cast:
    """The people of these stories, on one server."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.owner = person(world, "owner", "developer")
        self.client_id = register(self.owner, client_name="Mine")
        self.thief = person(world, "thief", "developer")
        self.operator = person(world, "olga", "operator")
        self.nobody = person(world, "nobody")

    def send(self, browser: Browser, path: str, form: dict[str, str]) -> int:
        """The status of a form that carries the person's own token."""
        browser.open(f"{self.world.issuer}/console/new/web")
        own = dict(browser.page.forms["new"].fields) if "new" in browser.page.forms else {}
        cookie = ("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))
        fields = {"csrf": own.get("csrf", "x"), **form}
        return self.world.post(f"/console/{path}", fields, headers=[cookie]).status

    def status(self, browser: Browser, path: str) -> int:
        """The status of a page, and that it shows nothing of the application when refused."""
        reply = browser.open(f"{self.world.issuer}/console/{path}").reply
        assert reply is not None
        if reply.status != 200:
            assert "Mine" not in reply.text
        return reply.status


@pytest.fixture(scope="module")
def cast(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[Cast]:
    """The people, on a server of their own."""
    world = opened(World(*emulated))
    yield Cast(world)
    world.close()


def test_the_tables_here_are_whole() -> None:
    """Whoever adds a page says whose it is."""
    assert {*OF_AN_APPLICATION, *OF_OPERATORS, *WITHOUT_A_NAME} == set(PAGES)


@pytest.mark.parametrize("page", OF_AN_APPLICATION)
def test_another_developer_does_not_see_it(cast: Cast, page: str) -> None:
    """The answer is that of an application which is not there."""
    path = f"{page}/{cast.client_id}"
    assert cast.status(cast.owner, path) == 200
    for other in (cast.thief, cast.operator, cast.nobody):
        assert cast.status(other, path) in (403, 404)
    assert cast.status(cast.thief, f"{page}/nosuchclient") == 404
    assert cast.status(cast.thief, f"{page}/demoweb") == 404


@pytest.mark.parametrize("page", OF_AN_APPLICATION)
def test_another_developer_does_not_change_it(cast: Cast, page: str) -> None:
    """A form with a good token of their own changes nothing."""
    before = [item for item in cast.world.items() if item["pk"]["S"] == f"A#{cast.client_id}"]
    for target in (cast.client_id, "demoweb"):
        assert cast.send(cast.thief, f"{page}/{target}", OF_AN_APPLICATION[page]) in (404, 405)
    after = [item for item in cast.world.items() if item["pk"]["S"] == f"A#{cast.client_id}"]
    assert before == after


@pytest.mark.parametrize("page", OF_OPERATORS)
@pytest.mark.parametrize("name", ["", "/new", "/demoweb", "/day"])
def test_pages_of_operators_are_theirs(cast: Cast, page: str, name: str) -> None:
    """A developer gets 403, to look and to act; so does who has no role."""
    path = f"{page}{name}"
    for browser in (cast.owner, cast.nobody):
        assert cast.status(browser, path) == 403
    for form in ({"act": "delete", "typed": "Demo Web"}, {"act": "verify"}):
        cast.owner.open(f"{cast.world.issuer}/console/new/web")
        cookies = "; ".join(f"{n}={v}" for n, v in cast.owner.cookies.items())
        fields = {"csrf": dict(cast.owner.page.forms["new"].fields)["csrf"], **form}
        reply = cast.world.post(f"/console/{path}", fields, headers=[("Cookie", cookies)])
        assert reply.status == 403


@pytest.mark.parametrize("page", [*PAGES, "nothing"])
def test_who_has_no_role_gets_nowhere(cast: Cast, page: str) -> None:
    """403 with a page that says why; a page that is not there is not there."""
    assert cast.status(cast.nobody, page) == (404 if page == "nothing" else 403)


@pytest.mark.parametrize("page", PAGES)
def test_nobody_is_sent_to_sign_in(cast: Cast, page: str) -> None:
    """To /authorize, for a look and for a form."""
    for reply in (cast.world.get(f"/console/{page}"), cast.world.post(f"/console/{page}", {})):
        assert reply.status == 303
        assert (reply.header("Location") or "").startswith(f"{cast.world.issuer}/authorize?")


def test_a_role_that_is_taken_away_is_gone_at_once(desk: World) -> None:
    """Each request reads the user."""
    browser = person(desk, "olga", "operator")
    user = users.find("olga@example.com", desk.services)
    users.update(user, desk.services, roles=())
    reply = browser.open(f"{desk.issuer}/console/clients").reply
    assert reply is not None
    assert reply.status == 403
    assert desk.events("console.denied")


def test_everyone_can_be_a_developer(world: World) -> None:
    """With CONSOLE_DEVELOPERS=everyone; an operator has to be named all the same."""
    desk = opened(world, console_is_for_everyone=True)
    browser = person(desk, "anyone")
    register(browser)
    reply = browser.open(f"{desk.issuer}/console/clients").reply
    assert reply is not None
    assert reply.status == 403


def test_a_stage_without_console_has_none(world: World) -> None:
    """Neither the pages nor the sign-in for them; nothing is read for either."""
    world.aws.reset()
    assert world.get("/console").status == 404
    assert world.get("/console/new/web").status == 404
    reply = world.get("/authorize", client_id="own:console", response_type="code")
    assert reply.status == 400
    assert world.aws.calls == []


@pytest.mark.parametrize("csrf", [None, "", "x", "another"])
def test_a_form_of_somewhere_else_does_nothing(cast: Cast, csrf: str | None) -> None:
    """Without a token, with a wrong one, or with that of another person's session."""
    cast.thief.open(f"{cast.world.issuer}/console/new/web")
    other = dict(cast.thief.page.forms["new"].fields)["csrf"]
    token = {} if csrf is None else {"csrf": other if csrf == "another" else csrf}
    cookie = ("Cookie", "; ".join(f"{n}={v}" for n, v in cast.owner.cookies.items()))
    for page, form in OF_AN_APPLICATION.items():
        path = f"/console/{page}/{cast.client_id}"
        assert cast.world.post(path, {**form, **token}, headers=[cookie]).status == 400
    assert cast.status(cast.owner, f"application/{cast.client_id}") == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_from_another_site_does_nothing(cast: Cast, site: str) -> None:
    """Even with the right token: a neighbour's page is no page of ours."""
    cast.owner.open(f"{cast.world.issuer}/console/delete/{cast.client_id}")
    fields = [*cast.owner.page.forms["delete"].fields, ("typed", "Mine")]
    cookie = ("Cookie", "; ".join(f"{n}={v}" for n, v in cast.owner.cookies.items()))
    headers = [cookie, ("Sec-Fetch-Site", site)]
    path = f"/console/delete/{cast.client_id}"
    assert cast.world.post(path, fields, headers=headers).status == 400


FORBIDDEN = {
    "first_party": "true",
    "verified": "true",
    "introspection": "all",
    "resource_server": "https://api.example.com",
    "client_id": "chosen",
    "owner": "another",
    "registered_by": "operator",
    "require_pkce": "false",
    "grant_types": "client_credentials",
}


@pytest.mark.parametrize("member", FORBIDDEN)
def test_a_field_that_is_not_there_is_not_read(cast: Cast, member: str) -> None:
    """What only operators give, a form cannot slip in."""
    path = f"application/{cast.client_id}"
    cast.owner.open(f"{cast.world.issuer}/console/{path}")
    before = [item for item in cast.world.items() if item["pk"]["S"] == f"A#{cast.client_id}"]
    cast.owner.submit("settings", **{member: FORBIDDEN[member]})
    assert cast.owner.reply is not None
    assert cast.owner.reply.status == 200
    assert before == [
        item for item in cast.world.items() if item["pk"]["S"] == f"A#{cast.client_id}"
    ]
