"""A request_uri is good for its client, for its time, and until one sign-in with it has ended.

RFC 9126 sections 2.2, 4 and 7; FAPI 2.0 Security Profile section 5.3.2.2: not spent by a visit.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.administration import clients
from tests.browser import Browser
from tests.flows import objects
from tests.flows.pushes import URN, is_a_page, push, pushed, url
from tests.flows.test_par import arrived
from tests.world import REDIRECT, World


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


def is_refused(world: World, browser: Browser, address: str) -> None:
    """A page, nothing proved and nothing written."""
    world.aws.reset()
    is_a_page(browser.open(address).reply, "invalid_request_uri")
    assert world.writes() == []


def test_a_page_may_be_loaded_again(world: World) -> None:
    """Before the sign-in, and after it: each visit goes on by itself."""
    address = url(world, pushed(world, prompt="consent"))
    browser = world.browser().open(address).open(address).sign_in()
    browser.open(address)
    assert "sign-in" not in browser.page.forms
    assert "code" in arrived(browser.allow())
    is_refused(world, browser, address)


def test_another_browser_may_be_first(world: World) -> None:
    """What looks at links before people do has no say."""
    address = url(world, pushed(world))
    preview = world.browser().open(address)
    assert "sign-in" in preview.page.forms
    assert "code" in arrived(objects.member(world).open(address))
    is_refused(world, preview, address)


def test_one_of_two_browsers_finishes(world: World) -> None:
    """Both have signed in; the other is told so, and has no code."""
    address = url(world, pushed(world, prompt="consent"))
    first, second = (world.browser().open(address).sign_in() for _ in range(2))
    assert "code" in arrived(first.allow())
    second.allow()
    is_a_page(second.reply, "finished already")


def test_one_of_two_tabs_finishes(world: World) -> None:
    """One browser, two visits, each with a request of its own waiting."""
    address = url(world, pushed(world, prompt="consent"))
    browser = world.browser().open(address).sign_in()
    one = browser.page.forms["consent"]
    two = browser.open(address).page.forms["consent"]
    assert dict(one.fields)["interaction"] != dict(two.fields)["interaction"]
    assert "code" in arrived(browser.allow())
    fields = [*one.fields, ("decision", "allow")]
    held = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    world.post("/authorize/consent", fields, headers=[("Cookie", held)])
    browser.open(f"{world.issuer}/authorize?interaction={dict(one.fields)['interaction']}")
    is_a_page(browser.reply, "finished already")


def test_a_refusal_of_the_user_ends_it(world: World) -> None:
    """Denied in one tab: not allowed in another, nor asked again."""
    address = url(world, pushed(world, prompt="consent"))
    browser, other = objects.member(world), world.browser()
    other.open(address).sign_in()
    browser.open(address).submit("consent", "deny")
    assert arrived(browser)["error"] == "access_denied"
    is_refused(world, browser, address)
    other.allow()
    is_a_page(other.reply, "finished already")


def test_an_error_that_nobody_decided_does_not_end_it(world: World) -> None:
    """prompt=none for a stranger: no sign-in has begun, and the user's own browser may come."""
    address = url(world, pushed(world, prompt="none"))
    assert arrived(world.browser().open(address))["error"] == "login_required"
    assert "code" in arrived(objects.member(world).open(address))
    is_refused(world, objects.member(world), address)


UNKNOWN: dict[str, str] = {
    "one that nobody pushed": URN + "A" * 43,
    "a short one": URN + "x",
    "nothing after the prefix": URN,
    "a path": f"{URN}../x",
    "another namespace below": f"{URN}client:x",
    "a very long one": URN + "x" * 6000,
    "letters of the world": f"{URN}\u00e9\U0001f600",
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_name_is_a_page(world: World, name: str) -> None:
    """Also with a redirect URI of the client's beside it."""
    is_refused(world, objects.member(world), url(world, UNKNOWN[name], redirect_uri=REDIRECT))


@pytest.mark.parametrize(
    "change",
    [
        lambda name: name.upper(),
        lambda name: name.replace("urn:", "URN:"),
        lambda name: f"{name} ",
        lambda name: f"{name}#x",
        lambda name: name[:-1],
        lambda name: name.removeprefix(URN),
    ],
    ids=["upper case", "URN", "a blank", "a fragment", "cut", "the random part"],
)
def test_a_name_is_compared_letter_by_letter(world: World, change: Callable[[str], str]) -> None:
    """Nothing is normalised."""
    reply = objects.member(world).open(url(world, change(pushed(world)))).reply
    is_a_page(reply, "invalid_request_uri")


def test_the_names_of_two_places_do_not_meet(world: World) -> None:
    """A request_uri does not continue a sign-in, nor an interaction start one."""
    request_uri = pushed(world)
    browser = objects.member(world).open(f"{world.issuer}/authorize?interaction={request_uri}")
    is_a_page(browser.reply, "invalid_request")
    browser = world.browser().open(url(world, pushed(world)))
    interaction = dict(browser.page.forms["sign-in"].fields)["interaction"]
    for name in (interaction, URN + interaction):
        is_a_page(browser.open(url(world, name)).reply, "invalid_request_uri")


@pytest.mark.parametrize("client_id", ["demospa", "demomachine"])
def test_it_is_of_use_to_its_own_client_only(world: World, client_id: str) -> None:
    """Section 7.1; the visit does not burn it."""
    request_uri = pushed(world)
    is_refused(world, objects.member(world), url(world, request_uri, client_id))
    assert "code" in arrived(objects.member(world).open(url(world, request_uri)))


@pytest.mark.parametrize(
    "query",
    ["client_id=&", "client_id=nobody&", "client_id=demoweb&client_id=demoweb&", ""],
    ids=["empty", "unknown", "twice", "missing"],
)
def test_without_its_client_it_is_nothing(world: World, query: str) -> None:
    """RFC 9101 section 5: the client_id stands beside it."""
    browser = objects.member(world)
    browser.open(f"{world.issuer}/authorize?{query}request_uri={pushed(world)}")
    is_a_page(browser.reply, "invalid_request")


@pytest.mark.parametrize("more", [{"request": "e30.e30."}, {"interaction": "x"}], ids=str)
def test_it_does_not_stand_beside_another(world: World, more: dict[str, str]) -> None:
    """RFC 9101 section 5."""
    browser = objects.member(world).open(url(world, pushed(world), **more))
    is_a_page(browser.reply, "invalid_request")


def test_two_names_are_none(world: World) -> None:
    """RFC 6749 section 3.1."""
    address = f"{url(world, pushed(world))}&request_uri={pushed(world)}"
    is_a_page(objects.member(world).open(address).reply, "invalid_request")


@pytest.mark.parametrize(("seconds", "good"), [(0, True), (89, True), (90, False), (1000, False)])
def test_a_visit_comes_in_its_time(world: World, seconds: int, good: bool) -> None:
    """Ninety seconds, whether DynamoDB has swept it or not."""
    address = url(world, pushed(world))
    world.clock.forward(seconds)
    if good:
        assert "code" in arrived(objects.member(world).open(address))
    else:
        is_refused(world, objects.member(world), address)


@pytest.mark.parametrize(("seconds", "good"), [(89, True), (120, True), (599, True), (600, False)])
def test_a_sign_in_that_began_in_time_goes_on(world: World, seconds: int, good: bool) -> None:
    """For as long as any other: the user is not hurried by how the request came."""
    address = url(world, pushed(world, prompt="login"))
    browser = world.browser().open(address)
    world.clock.forward(seconds)
    browser.sign_in()
    if not good:
        is_a_page(browser.reply, "invalid_request")
        return
    assert "code" in arrived(browser)
    world.clock.forward(-seconds)
    is_refused(world, browser, address)


def test_what_has_expired_stays_finished(world: World) -> None:
    """Two visits in time; one finishes after the name has expired, then the other cannot."""
    address = url(world, pushed(world, prompt="consent"))
    first, second = (world.browser().open(address) for _ in range(2))
    world.clock.forward(100)
    assert "code" in arrived(first.sign_in().allow())
    second.sign_in().allow()
    is_a_page(second.reply, "finished already")


def registered(world: World) -> tuple[str, str]:
    """A client that is changed while a request of its own waits."""
    return objects.register(world, redirect_uris=[REDIRECT, "https://second.example/cb"])


CHANGES: dict[str, tuple[Callable[[World], object], str]] = {
    "deleted": (lambda world: clients.delete("signer", world.services), "invalid_request"),
    "its redirect URI is taken back": (
        lambda world: clients.update(
            "signer", {"redirect_uris": ["https://second.example/cb"]}, world.services
        ),
        "invalid_request",
    ),
    "revoked": (lambda world: clients.revoke("signer", world.services), "invalid_request_uri"),
    "another of its name": (lambda world: registered(world), "invalid_request_uri"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_can_change_is_checked_again(world: World, name: str) -> None:
    """The client, and where the answer goes: a page."""
    auth = registered(world)
    address = url(world, pushed(world, auth, client_id="signer", scope="read"), "signer")
    change, error = CHANGES[name]
    world.clock.forward(1)
    change(world)
    world.restart()
    is_a_page(objects.member(world).open(address).reply, error)


def test_a_scope_that_was_taken_back_is_refused(world: World) -> None:
    """To the client, where its redirect URI still is its own."""
    auth = registered(world)
    address = url(world, pushed(world, auth, client_id="signer", scope="read"), "signer")
    clients.update("signer", {"scope": "write"}, world.services)
    world.restart()
    assert arrived(objects.member(world).open(address))["error"] == "invalid_scope"


def test_who_pushed_cannot_tell_what_became_of_it(world: World) -> None:
    """Unknown, another's, expired and finished are answered alike."""
    spent, foreign, expired = (pushed(world) for _ in range(3))
    objects.member(world).open(url(world, spent))
    pages = [
        objects.member(world).open(url(world, name, client)).page.text
        for name, client in ((spent, "demoweb"), (foreign, "demospa"), (f"{URN}x", "demoweb"))
    ]
    world.clock.forward(90)
    pages.append(objects.member(world).open(url(world, expired)).page.text)
    assert len({page.partition("Request")[0].partition("request id")[0] for page in pages}) == 1
    assert push(world).status == 201
