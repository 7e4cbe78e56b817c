"""Flows as the fault tests play them: how each starts, what is sent, and what must hold after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from chalicelib.records.authorization_request import authorization_request_key
from tests.browser import Browser
from tests.world import Reply, World

WEB = ("demoweb", "demowebsecret")
MACHINE = ("demomachine", "demomachinesecret")
CREDENTIALS = {"grant_type": "client_credentials", "scope": "read"}


@dataclass(frozen=True)
class Story:
    """One flow, ready to be acted.

    act: sends its one request. healthy: the status of the answer when nothing fails.
    holds: what must be true after the answer, when the fault is over; an honest retry is in it.
    """

    act: Callable[[], Reply]
    healthy: int
    holds: Callable[[Reply], None]


def code_in(reply: Reply) -> str | None:
    """The code that a reply hands out, by redirect or by page."""
    url = reply.header("Location") or (reply.page.refresh if reply.is_page else None) or ""
    return dict(parse_qsl(urlsplit(url).query)).get("code")


def post(browser: Browser, form_id: str, **changes: str) -> Callable[[], Reply]:
    """A form of the page that is shown, to be sent as it stands now."""
    fields = {**dict(browser.page.forms[form_id].fields), **changes}
    held = [("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))]
    return lambda: browser.world.post(f"/authorize/{form_id}", fields, headers=held)


def visit(browser: Browser, url: str) -> Callable[[], Reply]:
    """A page, to be asked for with the cookies of now; no redirect is followed."""
    held = [("Cookie", "; ".join(f"{n}={v}" for n, v in browser.cookies.items()))]
    target = url.removeprefix(browser.world.issuer)
    return lambda: browser.world.request("GET", target, headers=held)


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
            # Every answer to a write that was carried out was lost: nobody has the code, and the
            # user starts again.
            assert reply.status == 503
            assert "sp" in request_item(world, interaction)
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


def redeem(world: World) -> Story:
    """A code: tokens; or a retry gives them; or nothing of the grant is alive."""
    code = world.code(scope="openid read")

    def holds(reply: Reply) -> None:
        tokens = reply if reply.status == 200 else world.redeem(code)
        if tokens.status == 200:
            assert world.introspect(tokens.json["access_token"])["active"] is True
            assert world.refresh(tokens.json["refresh_token"]).status == 200
        else:
            assert tokens.json["error"] == "invalid_grant"
            newest = max(grants(world), key=lambda item: int(item["i"]["N"]))
            assert "rv" in newest

    return Story(lambda: world.redeem(code), 200, holds)


def redeem_again(world: World) -> Story:
    """A code that was used: never tokens, and at last the grant is dead."""
    code = world.code()
    tokens = world.redeem(code).json

    def holds(reply: Reply) -> None:
        assert reply.status != 200
        assert world.redeem(code).json["error"] == "invalid_grant"
        assert world.introspect(tokens["access_token"]) == {"active": False}

    return Story(lambda: world.redeem(code), 400, holds)


def refresh(world: World) -> Story:
    """The current refresh token: an honest retry always succeeds, and so does what it gave."""
    token = world.tokens()["refresh_token"]

    def holds(reply: Reply) -> None:
        again = world.refresh(token)
        assert again.status == 200
        if reply.status == 200:
            assert again.json["refresh_token"] == reply.json["refresh_token"]
        assert world.refresh(again.json["refresh_token"]).status == 200

    return Story(lambda: world.refresh(token), 200, holds)


def replay(world: World) -> Story:
    """An old refresh token: never tokens, and at last the family is dead."""
    old = world.tokens()["refresh_token"]
    token = world.refresh(world.refresh(old).json["refresh_token"]).json["refresh_token"]

    def holds(reply: Reply) -> None:
        assert reply.status != 200
        assert world.refresh(old).json["error"] == "invalid_grant"
        assert world.refresh(token).json["error"] == "invalid_grant"

    return Story(lambda: world.refresh(old), 400, holds)


def machine(world: World) -> Story:
    """Client credentials: a retry succeeds."""
    act = lambda: world.post("/token", CREDENTIALS, auth=MACHINE)  # noqa: E731
    return Story(act, 200, lambda _: status_is(act(), 200))


def machine_from_cold(world: World) -> Story:
    """The same in a process that knows neither client, resource nor key."""
    world.restart()
    return machine(world)


def wrong_secret(world: World) -> Story:
    """A wrong secret is never let in, whatever cannot be counted; in a process without suspects."""
    world.clock.forward(5 * 60)
    world.restart()
    act = lambda: world.post("/token", CREDENTIALS, auth=("demomachine", "wrong"))  # noqa: E731
    return Story(act, 401, lambda reply: status_in(reply, (401, 429, 503)))


def revoke_refresh_token(world: World) -> Story:
    """Success means that the whole grant is dead."""
    tokens = world.tokens()
    act = lambda: world.revoke(tokens["refresh_token"])  # noqa: E731

    def holds(reply: Reply) -> None:
        if reply.status != 200:
            status_is(act(), 200)
        assert world.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
        assert world.introspect(tokens["access_token"]) == {"active": False}

    return Story(act, 200, holds)


def revoke_access_token(world: World) -> Story:
    """Success means that the token is dead."""
    token = world.post("/token", CREDENTIALS, auth=MACHINE).json["access_token"]
    act = lambda: world.revoke(token, MACHINE)  # noqa: E731

    def holds(reply: Reply) -> None:
        if reply.status != 200:
            status_is(act(), 200)
        assert world.introspect(token, MACHINE) == {"active": False}

    return Story(act, 200, holds)


def introspect(world: World) -> Story:
    """A live token is active, or the answer is that there is none; never inactive."""
    token = world.tokens()["access_token"]
    return asked_about(world, token, active=True)


def introspect_revoked(world: World) -> Story:
    """A revoked token is never active, in a process that has to ask for everything."""
    token = world.tokens()["access_token"]
    world.revoke(token)
    world.restart()
    return asked_about(world, token, active=False)


def introspect_refresh_token(world: World) -> Story:
    """A refresh token likewise."""
    return asked_about(world, world.tokens()["refresh_token"], active=True)


def asked_about(world: World, token: str, *, active: bool) -> Story:
    """Introspection of a token that is, or is not, active."""
    act = lambda: world.post("/introspect", {"token": token}, auth=WEB)  # noqa: E731

    def holds(reply: Reply) -> None:
        for answer in (reply, act()) if reply.status == 200 else (act(),):
            assert answer.json["active"] is active

    return Story(act, 200, holds)


def request_item(world: World, request_id: str) -> dict[str, Any]:
    """A waiting request as it lies in the table."""
    key = authorization_request_key(request_id).pk
    (found,) = [item for item in world.items() if item["pk"]["S"] == key]
    return found


def grants(world: World) -> list[dict[str, Any]]:
    """Every grant in the table."""
    return [item for item in world.items() if item["sk"]["S"].startswith("G#")]


def status_is(reply: Reply, status: int) -> None:
    """Nothing but this status."""
    assert reply.status == status, reply.text


def status_in(reply: Reply, statuses: tuple[int, ...]) -> None:
    """One of these."""
    assert reply.status in statuses, reply.text


STORIES: tuple[Callable[[World], Story], ...] = (
    sign_in,
    sign_in_wrongly,
    consent,
    finish,
    authorize,
    redeem,
    redeem_again,
    refresh,
    replay,
    machine,
    machine_from_cold,
    wrong_secret,
    revoke_refresh_token,
    revoke_access_token,
    introspect,
    introspect_revoked,
    introspect_refresh_token,
)
