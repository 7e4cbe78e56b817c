"""The plans for logout: RP-initiated, back-channel and front-channel.

Every module signs the user in, sends the browser to the end session endpoint, and, where the user
should be signed out by then, asks again with `prompt=none`.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from chalicelib.encoding import base64url
from infra.local.server import Server
from tests.browser import Browser
from tests.emulated_aws import Recorder
from tests.flows.logouts import Listener, deliver
from tests.plans import oidcc
from tests.plans.oidcc import AFTER_LOGOUT, BASE, CALLBACK, PRINTABLE, Module
from tests.plans.oidcc_conditions import is_signed
from tests.reply import claims
from tests.world import World

FRONT = f"{BASE}/frontchannel_logout"
METADATA = "/.well-known/openid-configuration"


@pytest.fixture(scope="module")
def stage(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[World]:
    """The server of this file, with a client that frames tell."""
    with oidcc.stage(emulated) as world:
        front = {"frontchannel_logout_uri": FRONT, "frontchannel_logout_session_required": True}
        oidcc.enrol(world, "suite-front", CALLBACK, **front)
        world.clock.forward(1)
        yield world


@pytest.fixture
def module(stage: World) -> Module:
    """A module whose user is signed in; the plan takes a long state."""
    return signed_in(stage, "suite-1")


def signed_in(stage: World, client_id: str) -> Module:
    """A module of this client, with its ID token at hand."""
    stage.next_test()
    module = Module(stage, client_id=client_id)
    module.hint = module.whole(state=module.random(128))["id_token"]
    return module


def stays_here(browser: Browser) -> bool:
    """Whether a page of the server is shown, that leads nowhere by itself."""
    return browser.arrived is None and browser.reply is not None and browser.reply.is_page


def test_rp_initiated_logout(module: Module) -> None:
    """`oidcc-rp-initiated-logout`: back with the state as it was sent, and nothing else."""
    browser = module.leave()
    assert browser.reply is not None
    assert (browser.reply.header("Location") or "").startswith(f"{AFTER_LOGOUT}?")
    assert browser.arrived == {"state": PRINTABLE}
    assert module.is_signed_out()


def test_no_state(module: Module) -> None:
    """`...-no-state`: none comes back either."""
    browser = module.leave(state=None)
    assert browser.reply is not None
    assert browser.reply.header("Location") == AFTER_LOGOUT
    assert module.is_signed_out()


def test_no_post_logout_redirect_uri(module: Module) -> None:
    """`...-no-post-logout-redirect-uri`: a page that says that the user is signed out."""
    browser = module.leave(post_logout_redirect_uri=None)
    assert stays_here(browser)
    assert "signed out" in browser.page.text
    assert module.is_signed_out()


def modified(token: str) -> str:
    """The ID token under `alg: none`, as the suite writes it."""
    header = base64url(b'{"alg": "none"}')
    return f"{header}.{token.split('.')[1]}."


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("bad-post-logout-redirect-uri", {"post_logout_redirect_uri": f"{AFTER_LOGOUT}/x1"}),
        (
            "query-added-to-post-logout-redirect-uri",
            {"post_logout_redirect_uri": f"{AFTER_LOGOUT}?foo=bar"},
        ),
        ("modified-id-token-hint", {"id_token_hint": "modified"}),
        ("bad-id-token-hint", {"id_token_hint": "bad"}),
        ("no-id-token-hint", {"id_token_hint": None}),
        ("no-params", dict.fromkeys(("id_token_hint", "post_logout_redirect_uri", "state"))),
        ("only-state", dict.fromkeys(("id_token_hint", "post_logout_redirect_uri"))),
    ],
)
def test_the_user_is_not_led_back(
    module: Module, name: str, changes: dict[str, str | None]
) -> None:
    """`...-{name}`: an error, or the question whether to sign out; a page in any case."""
    hints = {"modified": modified(module.hint), "bad": f"{module.hint[:-6]}AAAAAA"}
    hint = changes.get("id_token_hint", module.hint)
    browser = module.leave(**{**changes, "id_token_hint": hints.get(hint or "", hint)})
    assert stays_here(browser)
    assert browser.reply is not None
    told = "logout" in browser.page.forms or browser.reply.status == 400
    assert told, browser.page.text
    assert browser.page.refresh is None


def test_back_channel(stage: World) -> None:
    """`oidcc-backchannel-rp-initiated-logout`: a logout token, within the suite's five minutes."""
    with Server() as host:
        listener = Listener(host.url)
        host.start(listener)
        back = {"backchannel_logout_uri": listener.url, "backchannel_logout_session_required": True}
        oidcc.enrol(stage, "suite-back", CALLBACK, **back)
        stage.clock.forward(1)
        module = signed_in(stage, "suite-back")
        assert module.leave().arrived == {"state": PRINTABLE}
        assert deliver(stage) == [None]
        (call,), (token,) = listener.calls, listener.tokens
    assert parse_qs(call.body.decode()).keys() == {"logout_token"}
    is_signed(stage, token)
    told, known = claims(token), claims(module.hint)
    assert (told["iss"], told["aud"]) == (stage.issuer, "suite-back")
    assert (told["sub"], told["sid"]) == (known["sub"], known["sid"])
    assert told["iat"] <= stage.clock() + 300
    assert told["jti"]
    assert told["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert "nonce" not in told
    assert module.is_signed_out()


def test_front_channel(stage: World) -> None:
    """`oidcc-frontchannel-rp-initiated-logout`: the frame has `iss` and `sid`; then back."""
    module = signed_in(stage, "suite-front")
    browser = module.leave()
    page = browser.page
    assert "iframe" in page.tags
    reply = browser.reply
    assert reply is not None
    source = reply.text.split("<iframe", 1)[1].split('src="', 1)[1].split('"', 1)[0]
    assert source.startswith(f"{FRONT}?")
    told = dict(parse_qsl(urlsplit(source.replace("&amp;", "&")).query))
    assert told == {"iss": stage.issuer, "sid": claims(module.hint)["sid"]}
    (onward,) = [url for url in page.links.values() if url.startswith(f"{AFTER_LOGOUT}?")]
    assert dict(parse_qsl(urlsplit(onward).query)) == {"state": PRINTABLE}
    assert module.is_signed_out()


@pytest.mark.parametrize("channel", ["backchannel", "frontchannel"])
def test_discovery(stage: World, channel: str) -> None:
    """`oidcc-...-logout-discovery-endpoint-verification` of the three plans."""
    told = stage.get(METADATA).json
    assert told["end_session_endpoint"].startswith("https://")
    assert told[f"{channel}_logout_supported"] is True
    assert told[f"{channel}_logout_session_supported"] is True
