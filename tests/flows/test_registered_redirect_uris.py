"""Where answers may go of clients that register themselves. RFC 7591 section 5, RFC 8252.

OpenID Connect Dynamic Client Registration section 2: application_type.
"""

from __future__ import annotations

import pytest

from chalicelib.registration import InvalidRedirectURI, self_registration
from tests.flows import registrations as tell
from tests.flows.registrations import CONFIDENTIAL, PUBLIC, is_refused, post
from tests.world import World

# For a native and for a web client alike.
BAD = (
    *("javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "vbscript:x"),
    *(
        "data:text/html,<script>",
        "DATA:text/html,x",
        "file:///etc/passwd",
        "blob:https://a.example",
    ),
    *("about:blank", "view-source:https://a.example", "ws://a.example/", "ftp://a.example/cb"),
    *("mailto:a@b.example", "tel:1", "urn:ietf:wg:oauth:2.0:oob", "urn:example:app", "intent://x"),
    *(
        "http://app.example/cb",
        "HTTP://127.0.0.1/cb",
        "Http://localhost/cb",
        "HTTPS://a.example/cb",
    ),
    *("https://A.example/cb", "https:/a.example/cb", "https:a.example/cb", "https:///cb"),
    *("https://", "https://.a.example/", "https://a..example/", "https://-a.example/", "/callback"),
    *("//a.example/cb", "a.example/cb", "", " ", "https://a.example/ cb", " https://a.example/cb"),
    *(
        "https://a.example/cb\n",
        "https://a.example/\x00",
        "https://a.example/\x7f",
        "\x01https://a",
    ),
    *("https://a.example\\@b.example/", "https://a.example/\\..", "https:\\\\a.example\\"),
    *("https://user@a.example/cb", "https://u:p@a.example/", "https://a.example@b.example/"),
    *("https://a.example/cb#", "https://a.example/cb#x", "https://a.example/#/cb"),
    *("https://*.a.example/cb", "https://a.example/*", "https://a.*/cb"),
    *("https://\u00e4.example/cb", "https://a.example/\u00e4", "https://a\u3002example/cb"),
    *("https://\u202ea.example/", "https://[fe80::1%25eth0]/cb", "https://[fe80::1%eth0]/cb"),
    *("https://[::1/cb", "https://[]/cb", "https://[v1.x]/cb", "https://::1/cb"),
    *("https://a.example:0/cb", "https://a.example:65536/cb", "https://a.example:/cb"),
    *("https://a.example:99999999999/cb", "https://a.example:8a/cb", "https://a.example:-1/cb"),
    *("http://127.0.0.1:0/cb", "http://127.0.0.1:65536/", "http://localhost:0/", "http://[::1]:0/"),
    *("http://127.0.0.2/cb", "http://127.1/cb", "http://2130706433/cb", "http://0.0.0.0/cb"),
    *("http://127.0.0.1.evil.example/", "http://127.0.0.1@evil.example/", "http://[::]/cb"),
    *("http://localhost.evil.example/", "http://localhost@evil.example/", "http://localhost:1@e/"),
    *("http://user@127.0.0.1/cb", "http://127.0.0.1:80:80/cb", "http://[::ffff:127.0.0.1]/cb"),
    *(
        "http://LOCALHOST/cb",
        "http://localhost./cb",
        "http://app.localhost/cb",
        "http://10.0.0.1/cb",
    ),
    *("https://localhost/cb", "https://localhost:8443/cb", "https://127.0.0.1/cb"),
    *("https://[::1]/cb", "https://[::]/cb", "https://app.localhost/cb", "https://0/cb"),
    *("https://127.1/cb", "https://2130706433/cb", "https://[::ffff:127.0.0.1]/cb"),
    *("cursor://callback", "myapp:/cb", "com.example.App:/cb", ".example:/cb", "com.example.app:"),
    *("com..example:/cb", "com.ex ample:/cb", "com.example.app:/c\u00e4", "x" * 3000 + ".y:/cb"),
    "https://a.example/" + "x" * 2048,
)
ON_THE_DEVICE = (
    *(
        "http://127.0.0.1/cb",
        "http://127.0.0.1:8000/cb",
        "http://[::1]/cb",
        "http://[::1]:1/cb?a=b",
    ),
    *("http://localhost/cb", "http://localhost:3000/oauth/callback", "http://localhost:65535"),
)
APPS = ("com.example.app:/cb", "com.example.app://cb", "io.github.some-one.tool:/x?y=z")
SITES = (
    *(
        "https://a.example/cb",
        "https://a.example",
        "https://a.example:8443/cb?x=y",
        "https://intra/cb",
    ),
    *("https://a.example/%2e%2e/cb", "https://203.0.113.9/cb", "https://[2001:db8::1]:8443/cb"),
)


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


@pytest.mark.parametrize("kind", ["native", "web", None])
@pytest.mark.parametrize("uri", BAD, ids=repr)
def test_what_leads_nowhere_safe_is_refused(kind: str | None, uri: str) -> None:
    """By its name, alone and after a good one."""
    for uris in ([uri], ["https://a.example/cb", uri]):
        metadata = {**PUBLIC, "redirect_uris": uris, "application_type": kind}
        with pytest.raises(InvalidRedirectURI, match=r"^redirect_uris: "):
            self_registration.read(metadata, "somebody", 0, ())


@pytest.mark.parametrize("uri", BAD[::6], ids=repr)
def test_it_is_told_under_the_error_that_is_for_it(world: World, uri: str) -> None:
    """RFC 7591 section 3.2.2; nothing is stored."""
    reply = post(world, {**PUBLIC, "redirect_uris": ["https://a.example/cb", uri]})
    is_refused(reply, "invalid_redirect_uri", "redirect_uris: ")
    assert world.writes() == []


@pytest.mark.parametrize("uri", [*ON_THE_DEVICE, *APPS, *SITES])
def test_a_native_client_may_be_on_the_device_or_claim_a_url(world: World, uri: str) -> None:
    """RFC 8252 sections 7.1 to 7.3; and localhost, which section 8.3 advises against, because
    clients use it."""
    told = tell.registered(world, PUBLIC, redirect_uris=[uri], application_type="native")
    assert told["redirect_uris"] == [uri]


@pytest.mark.parametrize("uri", [*ON_THE_DEVICE, *APPS])
def test_a_web_client_is_not_on_the_device(world: World, uri: str) -> None:
    """OpenID Connect Dynamic Client Registration section 2: https, and another host."""
    metadata = {**CONFIDENTIAL, "redirect_uris": [uri], "application_type": "web"}
    is_refused(post(world, metadata), "invalid_redirect_uri", "native")


@pytest.mark.parametrize("uri", SITES)
def test_a_web_client_has_https(world: World, uri: str) -> None:
    """The one way that it has."""
    told = tell.registered(world, CONFIDENTIAL, redirect_uris=[uri], application_type="web")
    assert told["redirect_uris"] == [uri]


@pytest.mark.parametrize(
    "uris", [None, [], "https://a.example/cb", [7], [None], [["https://a.example/cb"]], {}, 7]
)
def test_it_is_a_list_with_something_in_it(world: World, uris: object) -> None:
    """The code flow has to answer somewhere."""
    reply = post(world, {**CONFIDENTIAL, "redirect_uris": uris})
    assert reply.status == 400
    assert reply.json["error"] in ("invalid_redirect_uri", "invalid_client_metadata")
    assert "redirect_uris: " in reply.json["error_description"]


def test_there_are_twenty_at_most(world: World) -> None:
    """What a person registers, and not what a table can hold."""
    uris = [f"https://a.example/{number}" for number in range(21)]
    assert post(world, {**CONFIDENTIAL, "redirect_uris": uris[:20]}).status == 201
    reply = post(world, {**CONFIDENTIAL, "redirect_uris": uris})
    is_refused(reply, "invalid_redirect_uri", "at most 20")


@pytest.mark.parametrize("uri", ["javascript:alert(1)", "http://127.0.0.1/", "https://localhost/"])
def test_the_same_holds_after_a_logout(world: World, uri: str) -> None:
    """Of a web client, as its redirect URIs."""
    reply = post(world, {**CONFIDENTIAL, "post_logout_redirect_uris": [uri]})
    is_refused(reply, "invalid_client_metadata", "post_logout_redirect_uris: ")


@pytest.mark.parametrize(
    ("registered", "asked", "arrives"),
    [
        ("http://localhost:3000/cb", "http://localhost:3000/cb", True),
        ("http://localhost:3000/cb", "http://localhost:4000/cb", True),
        ("http://localhost/cb", "http://localhost:4000/cb", True),
        ("http://localhost/cb", "http://127.0.0.1/cb", False),
        ("http://127.0.0.1/cb", "http://localhost/cb", False),
        ("http://localhost/cb", "http://localhost/cb/", False),
        ("http://localhost/cb", "http://localhost.evil.example/cb", False),
        ("http://localhost/cb", "http://localhost:80@evil.example/cb", False),
        ("http://localhost/cb", "http://localhost:99999/cb", False),
        ("http://localhost/cb", "https://localhost/cb", False),
        ("https://a.example/cb", "https://a.example:8443/cb", False),
    ],
)
def test_only_the_port_of_the_device_is_free(
    world: World, registered: str, asked: str, arrives: bool
) -> None:
    """RFC 8252 section 7.3, for localhost as for the addresses; all else letter by letter."""
    client = tell.registered(world, PUBLIC, redirect_uris=[registered])
    url = world.authorize_url(client_id=client["client_id"], redirect_uri=asked, scope="read")
    page = world.browser().open(url).page
    assert ("sign-in" in page.forms) is arrives


def test_consent_is_asked_each_time_on_the_device(world: World) -> None:
    """Nothing proves which app answers there, also not the secret of one that chose it itself."""
    for metadata in (PUBLIC, {**PUBLIC, "token_endpoint_auth_method": "client_secret_post"}):
        client = tell.registered(world, metadata)
        browser = world.browser()
        tell.code(world, client)
        url = world.authorize_url(
            client_id=client["client_id"], redirect_uri=client["redirect_uris"][0], scope="read"
        )
        for _ in range(2):
            browser.open(url)
            if "sign-in" in browser.page.forms:
                browser.sign_in()
            assert "consent" in browser.page.forms
            browser.allow()
            assert "code" in (browser.arrived or {})
        silent = browser.open(f"{url}&prompt=none").arrived or {}
        assert silent["error"] == "consent_required"


def test_consent_is_remembered_for_a_host_of_its_own(world: World) -> None:
    """There the redirect proves who is answered: the one that the page named."""
    client = tell.registered(world, CONFIDENTIAL)
    browser = world.browser()
    asked = {"client_id": client["client_id"], "redirect_uri": tell.WEB, "scope": "read"}
    browser.open(world.authorize_url(**asked)).sign_in().allow()
    assert "code" in (browser.open(world.authorize_url(**asked)).arrived or {})
