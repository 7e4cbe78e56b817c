"""The stories at /token, /revoke, /introspect and /userinfo."""

from __future__ import annotations

from functools import partial

from tests.flows.story import Story, item, last_grant, status_in, status_is
from tests.reply import Reply, claims
from tests.world import World

WEB = ("demoweb", "demowebsecret")
MACHINE = ("demomachine", "demomachinesecret")
AS_JWT = ("Accept", "application/token-introspection+jwt")
CREDENTIALS = {"grant_type": "client_credentials", "scope": "read"}


def redeem(world: World) -> Story:
    """A code: tokens; or a retry gives them; or nothing of the grant is alive."""
    code = world.code(scope="openid read")
    grant = last_grant(world)

    def holds(reply: Reply) -> None:
        tokens = reply if reply.status == 200 else world.redeem(code)
        if tokens.status == 200:
            assert world.introspect(tokens.json["access_token"])["active"] is True
            assert world.refresh(tokens.json["refresh_token"]).status == 200
        else:
            assert tokens.json["error"] == "invalid_grant"
            assert "rv" in item(world, grant)

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
    act = partial(world.post, "/token", CREDENTIALS, auth=MACHINE)
    return Story(act, 200, lambda _: status_is(act(), 200))


def machine_from_cold(world: World) -> Story:
    """The same in a process that knows neither client, resource nor key."""
    world.restart()
    return machine(world)


def wrong_secret(world: World) -> Story:
    """A wrong secret is never let in, whatever cannot be counted; in a process without suspects."""
    world.clock.forward(5 * 60)
    world.restart()
    act = partial(world.post, "/token", CREDENTIALS, auth=("demomachine", "wrong"))
    return Story(act, 401, lambda reply: status_in(reply, (401, 429, 503)))


def revoke_refresh_token(world: World) -> Story:
    """Success means that the whole grant is dead."""
    tokens = world.tokens()
    act = partial(world.revoke, tokens["refresh_token"])

    def holds(reply: Reply) -> None:
        if reply.status != 200:
            status_is(act(), 200)
        assert world.refresh(tokens["refresh_token"]).json["error"] == "invalid_grant"
        assert world.introspect(tokens["access_token"]) == {"active": False}

    return Story(act, 200, holds)


def revoke_access_token(world: World) -> Story:
    """Success means that the token is dead."""
    token = world.post("/token", CREDENTIALS, auth=MACHINE).json["access_token"]
    act = partial(world.revoke, token, MACHINE)

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


def introspect_signed(world: World) -> Story:
    """An answer that was asked for signed is signed, or there is none."""
    token = world.tokens()["access_token"]
    act = partial(world.post, "/introspect", {"token": token}, auth=WEB, headers=[AS_JWT])

    def holds(reply: Reply) -> None:
        for answer in (reply, act()) if reply.status == 200 else (act(),):
            assert answer.header("Content-Type") == AS_JWT[1]
            assert claims(answer.text)["token_introspection"]["active"] is True

    return Story(act, 200, holds)


def introspect_refresh_token(world: World) -> Story:
    """A refresh token likewise."""
    return asked_about(world, world.tokens()["refresh_token"], active=True)


def userinfo(world: World) -> Story:
    """A live token tells of the user, or the answer is that there is none; never a refusal."""
    token = world.tokens(scope="openid email")["access_token"]

    def holds(reply: Reply) -> None:
        for answer in (reply, world.userinfo(token)) if reply.status == 200 else ():
            assert answer.json["email"] == "demo@example.com"
        status_is(world.userinfo(token), 200)

    return Story(lambda: world.userinfo(token), 200, holds)


def userinfo_revoked(world: World) -> Story:
    """A revoked token never tells anything, in a process that has to ask for everything."""
    tokens = world.tokens(scope="openid email")
    world.revoke(tokens["refresh_token"])
    world.restart()
    act = partial(world.userinfo, tokens["access_token"])
    return Story(act, 401, lambda reply: status_in(reply, (401, 503)))


def asked_about(world: World, token: str, *, active: bool) -> Story:
    """Introspection of a token that is, or is not, active."""
    act = partial(world.post, "/introspect", {"token": token}, auth=WEB)

    def holds(reply: Reply) -> None:
        for answer in (reply, act()) if reply.status == 200 else (act(),):
            assert answer.json["active"] is active

    return Story(act, 200, holds)
