"""What goes out when an application signs its user out. RP-Initiated Logout 1.0 sections 2 and 3,
Back-Channel Logout 1.0 section 2.4."""

from __future__ import annotations

from urllib.parse import urlencode

import jwt as other_library
import pytest

from chalicelib.values import replace
from tests.flows.logouts import add, deliver, enter, listening, received
from tests.reply import claims, header
from tests.world import World

GOODBYE = "https://notes.example/bye"


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_the_application_that_asks_is_told_as_well(world: World, alg: str) -> None:
    """What it is told verifies with the key document, by the algorithm of its ID tokens."""
    world.settings = replace(world.settings, id_token_algs=("RS256", "ES256"))
    world.restart()
    browser = world.browser()
    with listening() as listener:
        uris = {"post_logout_redirect_uris": [GOODBYE], "backchannel_logout_uri": listener.url}
        add(world, "notes", id_token_signed_response_alg=alg, **uris)
        hint = enter(world, browser, "notes")["id_token"]
        query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": GOODBYE})
        reply = browser.open(f"{world.issuer}/logout?{query}").reply
        assert reply is not None
        assert reply.header("Location") == GOODBYE
        assert deliver(world) == [None]
        (token,) = listener.tokens
    keys = {
        key["kid"]: other_library.PyJWK(key)
        for key in world.get("/.well-known/jwks.json").json["keys"]
    }
    told = other_library.decode(
        token,
        keys[header(token)["kid"]],
        algorithms=[alg],
        audience="notes",
        issuer=world.issuer,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert (told["sub"], told["sid"]) == (claims(hint)["sub"], claims(hint)["sid"])
    assert "nonce" not in told


def test_every_announcement_is_handed_over_before_the_user_is_led_back(world: World) -> None:
    """They wait in the queue when the redirect goes out: no client can be forgotten after it."""
    browser = world.browser()
    with listening() as listener:
        for name in ("notes", "mail"):
            uris = {"post_logout_redirect_uris": [GOODBYE], "backchannel_logout_uri": listener.url}
            add(world, name, **uris)
            hint = enter(world, browser, name)["id_token"]
        query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": GOODBYE})
        reply = browser.open(f"{world.issuer}/logout?{query}").reply
        assert reply is not None
        assert reply.header("Location") == GOODBYE
        assert len(received(world)) == 2
        assert listener.calls == []
