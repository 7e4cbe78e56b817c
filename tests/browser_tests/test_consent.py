"""The consent page in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chromium import Person, authorize_url
from tests.receiver import Receiver
from tests.running import Running

pytestmark = pytest.mark.browser


@pytest.fixture
def client(running: Running, receiver: Receiver) -> str:
    """A client of somebody else."""
    return running.client(redirect_uris=[receiver.redirect_uri])


@pytest.fixture
def asking(running: Running, person: Person, receiver: Receiver, client: str) -> Person:
    """Someone who has signed in and sees the consent page."""
    person.open(authorize_url(running.url, client, receiver.redirect_uri))
    person.sign_in(running.user())
    person.page.wait_for_selector("#consent")
    return person


def tokens(running: Running, receiver: Receiver, client: str) -> dict[str, Any]:
    """What the client gets for the code it received."""
    return running.redeem(client, receiver.answer["code"], receiver.redirect_uri)


def test_allow_gives_everything_asked(
    running: Running, asking: Person, receiver: Receiver, client: str
) -> None:
    """Allow sends a code, by GET and past the page's form-action, to the client's own port."""
    asking.allow()
    asking.arrive(receiver.redirect_uri)
    assert receiver.answer["iss"] == running.url
    assert receiver.answer["state"] == "af0ifjsldkj"
    assert [call.method for call in receiver.calls] == ["GET"]
    assert tokens(running, receiver, client)["scope"] == "read write"


def test_deny_tells_the_client(running: Running, asking: Person, receiver: Receiver) -> None:
    """Deny sends access_denied, with state and issuer."""
    asking.deny()
    asking.arrive(receiver.redirect_uri)
    answer = receiver.answer
    assert (answer["error"], answer["iss"]) == ("access_denied", running.url)
    assert answer["state"] == "af0ifjsldkj"


def test_unticked_scope_is_not_given(
    running: Running, asking: Person, receiver: Receiver, client: str
) -> None:
    """A scope that the user unticks is in no token."""
    asking.page.uncheck("input[value=write]")
    asking.allow()
    asking.arrive(receiver.redirect_uri)
    assert tokens(running, receiver, client)["scope"] == "read"


def test_enter_key_gives_nothing_away(asking: Person, receiver: Receiver) -> None:
    """Enter on a scope's box does not allow: the client is told no."""
    asking.page.focus("input[value=write]")
    asking.page.keyboard.press("Enter")
    asking.arrive(receiver.redirect_uri)
    assert receiver.answer["error"] == "access_denied"


def test_other_account_can_be_chosen(
    running: Running, asking: Person, receiver: Receiver, client: str
) -> None:
    """The switch ends this session only, asks for another sign-in and names the other person."""
    other = running.user()
    asking.page.click("#switch")
    asking.sign_in(other)
    asking.page.wait_for_selector("#consent")
    assert other in asking.page.inner_text("#consent")
    asking.allow()
    asking.arrive(receiver.redirect_uri)
    assert tokens(running, receiver, client)["scope"] == "read write"


def test_consent_is_remembered(
    running: Running, asking: Person, receiver: Receiver, client: str
) -> None:
    """What was allowed is not asked again, until the client asks to ask."""
    asking.allow()
    asking.arrive(receiver.redirect_uri)
    receiver.calls.clear()
    url = authorize_url(running.url, client, receiver.redirect_uri)
    assert asking.open(url).url.startswith(receiver.redirect_uri)
    assert "code" in receiver.answer
    asking.open(f"{url}&prompt=consent")
    assert asking.page.locator("#allow").count() == 1


def test_double_click_on_allow_gives_one_code(
    running: Running, asking: Person, receiver: Receiver
) -> None:
    """A second press of Allow while the first is under way changes nothing."""
    asking.page.locator("#allow").dblclick(no_wait_after=True)
    asking.arrive(receiver.redirect_uri)
    assert "code" in receiver.answer


def test_back_button_to_the_consent_page(
    running: Running, asking: Person, receiver: Receiver
) -> None:
    """Going back after Allow and pressing again says that this sign-in was finished."""
    asking.allow()
    asking.arrive(receiver.redirect_uri)
    asking.page.go_back()
    assert "finished already" in asking.page.locator("main").inner_text()
    assert len(receiver.calls) == 1
