"""What a user is shown of a client by document, and when again. CIMD section 8.5, MCP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser import Browser
from tests.client_signatures import jwks
from tests.flows import described
from tests.flows.described import BACK, ELSEWHERE, URL, Web
from tests.world import World

PORT = "http://localhost:49152/callback"
NAMES = ["Google (google.com)", "<b>Agent</b>", "app.example", "A" * 200, "'\"><input name=x>"]


@pytest.fixture
def web(signed_in: World) -> Web:
    """The web, with one document."""
    web = described.open_to_documents(signed_in)
    described.forget(signed_in)
    web.publish()
    return web


def shown(world: World, url: str = URL, /, **changes: str | None) -> Browser:
    """The consent page, for the module's user."""
    assert world.member is not None
    browser = world.member.open(world.authorize_url(**described.wishes(url, **changes)))
    assert browser.arrived is None
    assert "consent" in browser.page.forms
    return browser


def words(browser: Browser) -> str:
    """The page in one line."""
    return " ".join(browser.page.text.split())


def test_the_page_says_where_a_client_is_published(signed_in: World, web: Web) -> None:
    """Beside the name it gives itself, that it is not verified, and where the answer goes."""
    text = words(shown(signed_in))
    assert "Example Agent asks for access to your account Not verified" in text
    assert "Published at app.example" in text
    assert "Allow this only if you trust app.example." in text
    assert "Answer goes toapp.example" in text


def test_the_host_has_its_port(signed_in: World, web: Web) -> None:
    """Another one is another origin."""
    url = web.publish("https://port.example:443/x")
    assert "Published at port.example:443" in words(shown(signed_in, url))


def test_an_answer_to_another_host_is_told(signed_in: World, web: Web) -> None:
    """MCP: the host of the redirect URI must be clear to see."""
    web.publish(redirect_uris=[ELSEWHERE])
    text = words(shown(signed_in, redirect_uri=ELSEWHERE))
    assert "Published at app.example" in text
    assert "Answer goes toelsewhere.example" in text


def test_a_client_on_this_device_is_warned_of(signed_in: World, web: Web) -> None:
    """MCP: anyone can say this URL and listen on a port of the user's device."""
    web.publish(redirect_uris=["http://localhost/callback"])
    text = words(shown(signed_in, redirect_uri=PORT))
    assert "The answer goes to an app on this device." in text
    assert "Any app can say that it is the one from app.example." in text


@pytest.mark.parametrize("name", NAMES)
def test_a_name_never_hides_the_host(signed_in: World, web: Web, name: str) -> None:
    """Whatever it is; on the page of the sign-in as well."""
    web.publish(client_name=name)
    page = shown(signed_in)
    assert f"{name} asks for access" in words(page)
    assert "Published at app.example" in words(page)
    browser = signed_in.browser().open(signed_in.authorize_url(**described.wishes()))
    assert "sign-in" in browser.page.forms
    assert f"{name} (app.example)" in words(browser)


def test_no_address_of_a_document_is_loaded_by_the_page(signed_in: World, web: Web) -> None:
    """A logo could be another's, or a way to see who asks. CIMD section 8.8."""
    logo = "https://app.example/logo.png"
    web.publish(logo_uri=logo, client_uri="https://app.example/about")
    browser = shown(signed_in)
    assert browser.reply is not None
    assert logo not in browser.reply.text
    assert "img" not in browser.page.tags
    assert web.asked == [URL]


ASKED: list[tuple[dict[str, Any], str, bool]] = [
    ({}, BACK, False),
    ({"redirect_uris": [ELSEWHERE]}, ELSEWHERE, True),
    ({"redirect_uris": ["https://a.app.example/cb"]}, "https://a.app.example/cb", True),
    ({"redirect_uris": ["https://app.example:8443/cb"]}, "https://app.example:8443/cb", True),
    ({"redirect_uris": ["http://localhost/callback"]}, PORT, True),
    ({"redirect_uris": ["com.example.app:/cb"]}, "com.example.app:/cb", True),
]


@pytest.mark.parametrize(("members", "back", "again"), ASKED, ids=str)
def test_who_is_asked_each_time(
    signed_in: World, web: Web, members: dict[str, Any], back: str, again: bool
) -> None:
    """An answer that its origin does not vouch for may go to anyone; nor is it given in silence."""
    web.publish(**members)
    shown(signed_in, redirect_uri=back).allow()
    assert signed_in.member is not None
    address = signed_in.authorize_url(**described.wishes(redirect_uri=back))
    signed_in.member.open(address)
    assert ("consent" in signed_in.member.page.forms) is again
    signed_in.member.open(f"{address}&prompt=none")
    assert signed_in.member.arrived is not None
    assert (signed_in.member.arrived.get("error") == "consent_required") is again


def test_a_client_that_signs_is_asked_once(signed_in: World, web: Web) -> None:
    """Wherever its answer goes: without its key the code is worth nothing."""
    signs = {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks()}
    web.publish(redirect_uris=[ELSEWHERE], **signs)
    shown(signed_in, redirect_uri=ELSEWHERE).allow()
    assert signed_in.member is not None
    address = signed_in.authorize_url(**described.wishes(redirect_uri=ELSEWHERE))
    assert signed_in.member.open(address).arrived is not None
