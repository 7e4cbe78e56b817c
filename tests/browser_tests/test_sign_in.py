"""The sign-in page in a real browser."""

from __future__ import annotations

import pytest

from tests.chromium import Person, authorize_url
from tests.real import People
from tests.receiver import Receiver
from tests.running import PASSWORD, Running

pytestmark = pytest.mark.browser


@pytest.fixture
def url(running: Running, receiver: Receiver) -> str:
    """An authorization request of a first-party client: it asks for a sign-in and no consent."""
    uri = receiver.redirect_uri
    return authorize_url(running.url, running.client(redirect_uris=[uri], first_party=True), uri)


def test_wrong_password_then_the_right_one(
    running: Running, person: Person, receiver: Receiver, url: str
) -> None:
    """A wrong password says so and keeps the name; the next, right one goes on."""
    username = running.user()
    page = person.open(url)
    person.sign_in(username, "not the password")
    assert page.inner_text("#error") == "The e-mail address or the password is not right."
    assert page.input_value("#username") == username
    assert page.evaluate("document.activeElement.id") == "password"
    page.fill("#password", PASSWORD)
    page.click("#submit")
    person.arrive(receiver.redirect_uri)
    assert "code" in receiver.answer


def test_keyboard_is_enough(running: Running, person: Person, receiver: Receiver, url: str) -> None:
    """Typing, Tab, typing, Enter: the name has the focus, and no other key is needed."""
    page = person.open(url)
    page.keyboard.type(running.user())
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    person.arrive(receiver.redirect_uri)
    assert "code" in receiver.answer


def test_tab_key_visits_everything_in_order(person: Person, url: str) -> None:
    """The way past the header comes first, then name, password and button."""
    page = person.open(url)
    page.keyboard.press("Shift+Tab")
    visited = []
    for _ in range(4):
        visited.append(page.evaluate("document.activeElement.id || document.activeElement.hash"))
        page.keyboard.press("Tab")
    assert visited == ["#main", "username", "password", "submit"]


def test_too_many_wrong_passwords_are_told(running: Running, person: Person, url: str) -> None:
    """After ten wrong passwords the page says when to try again, and the right one waits too."""
    username = running.user()
    page = person.open(url)
    for _ in range(10):
        page.fill("#username", username)
        page.fill("#password", "not the password")
        with page.expect_navigation():
            page.click("#submit")
    person.sign_in(username)
    assert page.inner_text("#error").startswith("Too many failed attempts. Try again in ")


def test_session_cookie_is_kept_on_a_loopback_address(
    running: Running, person: Person, receiver: Receiver, url: str
) -> None:
    """Secure `__Host-` cookies work on http://127.0.0.1, and no script can read them."""
    page = person.open(url)
    person.sign_in(running.user())
    person.arrive(receiver.redirect_uri)
    page.goto(f"{running.url}/errors/invalid_request")
    assert page.evaluate("document.cookie") == ""
    # Cookies do not know ports; the receiver sets none.
    cookies = {cookie["name"]: cookie for cookie in person.context.cookies()}
    assert set(cookies) == {"__Host-browser", "__Host-session"}
    for cookie in cookies.values():
        assert cookie["secure"]
        assert cookie["httpOnly"]
        assert (cookie["sameSite"], cookie["path"]) == ("Lax", "/")


def test_second_request_asks_nothing(
    running: Running, person: Person, receiver: Receiver, url: str
) -> None:
    """Whoever is signed in goes straight through, by redirects alone."""
    person.open(url)
    person.sign_in(running.user())
    person.arrive(receiver.redirect_uri)
    receiver.calls.clear()
    page = person.open(url)
    assert page.url.startswith(receiver.redirect_uri)
    assert "code" in receiver.answer


def test_two_tabs_of_one_browser(
    running: Running, person: Person, receiver: Receiver, url: str
) -> None:
    """Two sign-ins begun side by side both reach the application, the second without a password."""
    first = person.open(url)
    second = person.context.new_page()
    second.goto(url.replace("af0ifjsldkj", "the-second"))
    person.sign_in(running.user())
    person.arrive(receiver.redirect_uri)
    assert receiver.answer["state"] == "af0ifjsldkj"
    receiver.calls.clear()
    second.reload()
    assert second.url.startswith(receiver.redirect_uri)
    assert receiver.answer["state"] == "the-second"
    assert first.url != second.url


def test_form_of_the_other_tab_still_works(
    running: Running, person: Person, receiver: Receiver, url: str
) -> None:
    """The second tab's sign-in form, sent after the first tab finished, goes on all the same."""
    username = running.user()
    person.open(url)
    second = person.context.new_page()
    second.goto(url.replace("af0ifjsldkj", "the-second"))
    person.sign_in(username)
    person.arrive(receiver.redirect_uri)
    receiver.calls.clear()
    second.fill("#username", username)
    second.fill("#password", PASSWORD)
    second.click("#submit")
    second.wait_for_url(f"{receiver.redirect_uri}?*")
    assert receiver.answer["state"] == "the-second"


def test_back_button_after_the_end(
    running: Running, person: Person, receiver: Receiver, url: str
) -> None:
    """Going back is a new request: whoever is signed in returns to the application."""
    page = person.open(url)
    person.sign_in(running.user())
    person.arrive(receiver.redirect_uri)
    first = receiver.answer["code"]
    receiver.calls.clear()
    page.go_back()
    person.arrive(receiver.redirect_uri)
    assert receiver.answer["code"] != first


def test_sign_in_that_was_finished_shows_a_clear_page(
    running: Running, person: Person, receiver: Receiver, url: str
) -> None:
    """The address of a step that is over says so, and gives no second code."""
    page = person.open(url)
    waiting = page.input_value("input[name=interaction]")
    person.sign_in(running.user())
    person.arrive(receiver.redirect_uri)
    page.goto(f"{running.url}/authorize?interaction={waiting}")
    assert page.inner_text("h1") == "This request cannot be completed"
    assert "finished already" in page.inner_text("main")
    assert len(receiver.calls) == 1


def test_browser_of_somebody_else_cannot_go_on(
    running: Running, people: People, receiver: Receiver, url: str
) -> None:
    """The address of a sign-in under way is of no use in another browser."""
    page = people().open(url)
    waiting = page.input_value("input[name=interaction]")
    other = people().open(f"{running.url}/authorize?interaction={waiting}")
    assert "started in another browser" in other.locator("main").inner_text()
    assert receiver.calls == []
