"""Other windows and frames in a real browser: popups of apps, and front-channel logout."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

import pytest

from tests.chromium import Person, authorize_url
from tests.receiver import Receiver, listening
from tests.running import Running

pytestmark = pytest.mark.browser


def test_a_popup_keeps_its_opener(running: Running, person: Person, receiver: Receiver) -> None:
    """The app sees that its popup is open, through every page, and the answer can be told to it."""
    uri = receiver.redirect_uri
    client_id = running.client(redirect_uris=[uri])
    app = person.open(uri)
    url = authorize_url(running.url, client_id, uri)
    with app.expect_popup() as opened:
        app.evaluate("url => { window.popup = window.open(url) }", url)
    popup = Person(person.context, opened.value)
    popup.page.wait_for_selector("#sign-in")
    popup.sign_in(running.user())
    popup.page.wait_for_selector("#consent")
    assert app.evaluate("() => window.popup.closed") is False
    popup.allow()
    popup.arrive(uri)
    assert popup.page.evaluate("() => window.opener.location.pathname") == "/callback"


@pytest.mark.parametrize("leads_back", [True, False])
def test_front_channel_logout_loads_the_client_first(
    running: Running, person: Person, receiver: Receiver, leads_back: bool
) -> None:
    """With its issuer and sid, in a frame; then the browser goes on by itself, if anywhere."""
    with listening() as other:
        frame = other.redirect_uri
        told = running.client(
            redirect_uris=[frame], frontchannel_logout_uri=f"{frame}?from=op", first_party=True
        )
        uri = receiver.redirect_uri
        asks = running.client(
            redirect_uris=[uri], post_logout_redirect_uris=[uri], first_party=True
        )
        person.open(authorize_url(running.url, told, frame))
        person.sign_in(running.user())
        person.arrive(frame)
        person.open(authorize_url(running.url, asks, uri, scope="openid read"))
        person.arrive(uri)
        hint = running.redeem(asks, receiver.answer["code"], uri)["id_token"]
        other.calls.clear()
        query = {"id_token_hint": hint, "state": "s"}
        if leads_back:
            query["post_logout_redirect_uri"] = uri
        page = person.open(f"{running.url}/logout?{urlencode(query)}")
        if leads_back:
            page.wait_for_url(f"{uri}?state=s")
        else:
            page.wait_for_selector("text=You are signed out")
            page.wait_for_load_state("load")
        (call,) = other.calls
        sent = parse_qs(call.query)
        assert (sent["from"], sent["iss"]) == (["op"], [running.url])
        assert len(sent["sid"][0]) == 22
        assert person.troubles == []
