"""How clients hear that a session is over. Back-Channel and Front-Channel Logout 1.0."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.flows.logouts import add, deliver, enter, listening, sign_out
from tests.reply import claims
from tests.world import REDIRECT, World

FRAME = REDIRECT.replace("/demo/callback", "/signed-out")


def _told(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a client was told at sign-in, and in the token that came when the session ended."""
    browser = world.browser()
    with listening() as listener:
        add(world, "listener", backchannel_logout_uri=listener.url)
        token = enter(world, browser, "listener")["id_token"]
        sign_out(browser)
        assert deliver(world) == [None]
        (said,) = listener.told
    return claims(token), said


def back_channel(world: World, value: bool) -> None:
    """A logout token reaches the address that the client has registered."""
    assert value is True
    token, said = _told(world)
    assert (said["aud"], said["sub"]) == ("listener", token["sub"])
    assert "http://schemas.openid.net/event/backchannel-logout" in said["events"]


def back_channel_session(world: World, value: bool) -> None:
    """It names the session as the ID token does."""
    assert value is True
    token, said = _told(world)
    assert said["sid"] == token["sid"]


def _framed(world: World) -> tuple[dict[str, Any], str]:
    """What a client was told at sign-in, and the address that the browser then loads."""
    browser = world.browser()
    add(world, "framed", frontchannel_logout_uri=FRAME)
    token = enter(world, browser, "framed")["id_token"]
    sign_out(browser)
    assert browser.reply is not None
    assert "iframe" in browser.page.tags
    told = claims(token)
    query = urlencode({"iss": world.issuer, "sid": told["sid"]})
    found = [
        address
        for address in (FRAME, f"{FRAME}?{query}")
        if f'src="{address.replace("&", "&amp;")}"' in browser.reply.text
    ]
    assert found, "the page does not load the client's address"
    return told, found[0]


def front_channel(world: World, value: bool) -> None:
    """The page after the logout loads the client's own page."""
    assert value is True
    _framed(world)


def front_channel_session(world: World, value: bool) -> None:
    """With issuer and session in the query."""
    assert value is True
    told, address = _framed(world)
    query = dict(parse_qsl(urlsplit(address).query))
    assert query == {"iss": world.issuer, "sid": told["sid"]}


PROVERS = {
    "backchannel_logout_supported": back_channel,
    "backchannel_logout_session_supported": back_channel_session,
    "frontchannel_logout_supported": front_channel,
    "frontchannel_logout_session_supported": front_channel_session,
}
