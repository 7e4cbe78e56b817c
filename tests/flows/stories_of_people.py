"""The stories at /authorize: signing in, agreeing, and leaving with a code."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from chalicelib.administration import Refused
from chalicelib.records.authorization_request import authorization_request_key
from infra.seeds import AFTER_LOGOUT
from tests.flows.logouts import add, enter, received
from tests.flows.story import Story, code_in, item, last_grant, post, visit
from tests.reply import Reply
from tests.world import World


def sign_in(world: World) -> Story:
    """The right password: a session, or none and the form again."""
    browser = world.browser().open(world.authorize_url())
    act = post(browser, "sign-in", username="demo@example.com", password="demo-password")

    def holds(reply: Reply) -> None:
        assert (reply.status == 303) == bool(reply.headers_of("Set-Cookie"))
        if reply.status != 303:
            assert act().headers_of("Set-Cookie")

    return Story(act, 303, holds)


def sign_in_wrongly(world: World) -> Story:
    """A wrong password never opens a session."""
    browser = world.browser().open(world.authorize_url())
    act = post(browser, "sign-in", username="demo@example.com", password="wrong-password")

    def holds(reply: Reply) -> None:
        assert reply.headers_of("Set-Cookie") == []
        assert reply.status != 303

    return Story(act, 400, holds)


def consent(world: World) -> Story:
    """Allow: sent again after a fault, the flow ends with a code."""
    assert world.member is not None
    browser = world.member.open(world.authorize_url(prompt="consent"))
    interaction = dict(browser.page.forms["consent"].fields)["interaction"]
    act = post(browser, "consent", scope="read", decision="allow")
    follow = visit(browser, f"{world.issuer}/authorize?interaction={interaction}")

    def holds(reply: Reply) -> None:
        if reply.status != 303:
            assert act().status == 303
        assert world.redeem(code_in(follow()) or "").json["scope"] == "read"

    return Story(act, 303, holds)


def finish(world: World) -> Story:
    """The visit after the last form: reloaded after a fault, it gives the code."""
    assert world.member is not None
    browser = world.member.open(world.authorize_url(prompt="consent"))
    interaction = dict(browser.page.forms["consent"].fields)["interaction"]
    assert post(browser, "consent", scope="read", decision="allow")().status == 303
    act = visit(browser, f"{world.issuer}/authorize?interaction={interaction}")

    def holds(reply: Reply) -> None:
        code = code_in(reply) or code_in(act())
        if code is None:
            # Every answer to the last write was lost, and it was carried out: the code is stored,
            # the request spent, and nobody has the code. The user starts again.
            assert reply.status == 503
            assert "sp" in item(world, authorization_request_key(interaction))
            assert item(world, last_grant(world))
            return
        assert world.redeem(code).status == 200
        assert code_in(act()) is None

    return Story(act, 200, holds)


def authorize(world: World) -> Story:
    """Signed in, consent on record: a code, or an error that the client can answer by trying."""
    assert world.member is not None
    act = visit(world.member, world.authorize_url())

    def holds(reply: Reply) -> None:
        assert world.redeem(code_in(reply) or code_in(act()) or "").status == 200

    return Story(act, 303, holds)


def sign_out(world: World) -> Story:
    """The session and its grant end together: an error leaves both to be ended by trying again."""
    browser = world.browser()
    tokens = world.tokens(browser, scope="openid read")
    query = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": AFTER_LOGOUT}
    act = visit(browser, f"{world.issuer}/logout?{urlencode(query)}")
    again = visit(browser, world.authorize_url(prompt="none", scope="openid read"))

    def holds(reply: Reply) -> None:
        if reply.status != 303:
            assert act().status == 303
        assert code_in(again()) is None
        assert world.refresh(tokens["refresh_token"]).status == 400

    return Story(act, 303, holds)


def sign_out_and_tell(world: World) -> Story:
    """The client hears of it before the session is gone, at least once, however it goes."""
    with suppress(Refused):
        add(world, "listener", backchannel_logout_uri="http://127.0.0.1:9/")
    browser = world.browser()
    enter(world, browser, "listener")
    hint = world.tokens(browser, scope="openid read")["id_token"]
    received(world)
    query = {"id_token_hint": hint, "post_logout_redirect_uri": AFTER_LOGOUT}
    act = visit(browser, f"{world.issuer}/logout?{urlencode(query)}")
    again = visit(browser, world.authorize_url(prompt="none", scope="openid read"))

    def holds(reply: Reply) -> None:
        if reply.status != 303:
            assert act().status == 303
        assert code_in(again()) is None
        assert received(world)

    return Story(act, 303, holds)


def choose_account(world: World) -> Story:
    """Go on as who is signed in: sent again after a fault, the flow ends with a code."""
    assert world.member is not None
    browser = world.member.open(world.authorize_url(prompt="select_account"))
    interaction = dict(browser.page.forms["select-account"].fields)["interaction"]
    act = post(browser, "select-account", account="continue")
    follow = visit(browser, f"{world.issuer}/authorize?interaction={interaction}")

    def holds(reply: Reply) -> None:
        if reply.status != 303:
            assert act().status == 303
        assert world.redeem(code_in(follow()) or "").status == 200

    return Story(act, 303, holds)
