"""The account chooser and signing out in a real browser, without a script of ours."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.chromium import Person, authorize_url
from tests.receiver import Receiver
from tests.running import Running

pytestmark = pytest.mark.browser


@pytest.fixture
def client_id(running: Running, receiver: Receiver) -> str:
    """A client of the operator's own, led back to the same page after a sign-out."""
    uri = receiver.redirect_uri
    return running.client(redirect_uris=[uri], post_logout_redirect_uris=[uri], first_party=True)


def test_an_account_is_chosen_and_changed(
    running: Running, person: Person, receiver: Receiver, client_id: str
) -> None:
    """Going on needs one press; another account signs in."""
    username, other = running.user(), running.user()
    person.open(authorize_url(running.url, client_id, receiver.redirect_uri))
    person.sign_in(username)
    person.arrive(receiver.redirect_uri)
    url = authorize_url(running.url, client_id, receiver.redirect_uri, prompt="select_account")
    page = person.open(url)
    assert page.inner_text("#continue") == f"Continue as {username}"
    page.click("#continue")
    person.arrive(receiver.redirect_uri)
    page = person.open(url)
    page.click("#another")
    person.sign_in(other)
    person.arrive(receiver.redirect_uri)
    assert person.open(url).inner_text("#continue") == f"Continue as {other}"
    assert person.troubles == []


def test_signing_out_is_asked_and_done(
    running: Running, person: Person, receiver: Receiver, client_id: str
) -> None:
    """Without a hint the page asks; the next request then finds nobody."""
    url = authorize_url(running.url, client_id, receiver.redirect_uri)
    person.open(url)
    person.sign_in(running.user())
    person.arrive(receiver.redirect_uri)
    page = person.open(f"{running.url}/logout?{urlencode({'client_id': client_id})}")
    page.click("#logout #submit")
    page.wait_for_selector("text=You are signed out")
    assert {cookie["name"] for cookie in person.context.cookies()} == {"__Host-browser"}
    assert person.open(url).is_visible("#sign-in")
    assert person.troubles == []
