"""The stories of bound tokens: whatever fails, a proof is good once and a binding is never lost."""

from __future__ import annotations

from functools import partial

from tests import dpop
from tests.dpop import ALICE, CREDENTIALS, MACHINE
from tests.flows.story import Story, item, last_grant, status_in, status_is
from tests.reply import Reply, claims
from tests.world import World


def redeem_for_a_key(world: World) -> Story:
    """A code: bound tokens; or a retry with a new proof gives them; or nothing is alive."""
    code = world.code(client_id="demospa", dpop_jkt=ALICE.jkt)
    grant = last_grant(world)

    def holds(reply: Reply) -> None:
        given = reply if reply.status == 200 else dpop.redeem(world, code, client="demospa")
        if given.status != 200:
            assert given.json["error"] == "invalid_grant"
            assert "rv" in item(world, grant)
            return
        assert claims(given.json["access_token"])["cnf"] == {"jkt": ALICE.jkt}
        token = given.json["refresh_token"]
        assert dpop.refresh(world, token, None, client="demospa").status == 400
        assert dpop.refresh(world, token, client="demospa").status == 200

    return Story(lambda: dpop.redeem(world, code, client="demospa"), 200, holds)


def refresh_for_a_key(world: World) -> Story:
    """A bound refresh token: an honest retry succeeds, and never without the key."""
    token = dpop.tokens(world, client="demospa")["refresh_token"]

    def holds(reply: Reply) -> None:
        assert dpop.refresh(world, token, None, client="demospa").status == 400
        again = dpop.refresh(world, token, client="demospa")
        assert (again.status, again.json["token_type"]) == (200, "DPoP")
        if reply.status == 200:
            assert again.json["refresh_token"] == reply.json["refresh_token"]

    return Story(lambda: dpop.refresh(world, token, client="demospa"), 200, holds)


def bind_a_family(world: World) -> Story:
    """The first proof of a family: once a bound token went out, there is no way back."""
    token = dpop.tokens(world, None, client="demospa")["refresh_token"]

    def holds(reply: Reply) -> None:
        given = reply if reply.status == 200 else dpop.refresh(world, token, client="demospa")
        status_is(given, 200)
        following = given.json["refresh_token"]
        assert dpop.refresh(world, following, None, client="demospa").status == 400
        assert dpop.refresh(world, following, client="demospa").status == 200

    return Story(lambda: dpop.refresh(world, token, client="demospa"), 200, holds)


def bind_after_a_lost_answer(world: World) -> Story:
    """The same, where the rotation was before."""
    token = dpop.tokens(world, None, client="demospa")["refresh_token"]
    dpop.refresh(world, token, None, client="demospa")

    def holds(reply: Reply) -> None:
        given = reply if reply.status == 200 else dpop.refresh(world, token, client="demospa")
        status_is(given, 200)
        following = given.json["refresh_token"]
        assert dpop.refresh(world, following, None, client="demospa").status == 400
        assert dpop.refresh(world, following, client="demospa").status == 200

    return Story(lambda: dpop.refresh(world, token, client="demospa"), 200, holds)


def machine_with_a_key(world: World) -> Story:
    """Client credentials: a retry with a new proof succeeds."""
    act = partial(dpop.post, world, CREDENTIALS, auth=MACHINE)
    return Story(act, 200, lambda _: status_is(act(), 200))


def replay_a_proof(world: World) -> Story:
    """A proof that was used gets nothing, ever: what cannot be looked up is no first use."""
    headers = dpop.header(ALICE.at(world))
    act = partial(world.post, "/token", CREDENTIALS, auth=MACHINE, headers=headers)
    status_is(act(), 200)
    return Story(act, 400, lambda reply: status_in(reply, (400, 503)))


def replay_a_proof_at_userinfo(world: World) -> Story:
    """Nor is anything told of the user."""
    token = dpop.tokens(world, scope="openid email")["access_token"]
    proofs = [ALICE.at(world, "/userinfo", "GET", token=token)]
    act = partial(dpop.userinfo, world, token, proofs=proofs)
    status_is(act(), 200)
    return Story(act, 401, lambda reply: status_in(reply, (401, 503)))


def userinfo_with_a_key(world: World) -> Story:
    """A bound token tells of the user, or the answer is that there is none."""
    token = dpop.tokens(world, scope="openid email")["access_token"]

    def holds(reply: Reply) -> None:
        status_is(dpop.userinfo(world, token), 200)
        status_is(world.userinfo(token), 401)

    return Story(lambda: dpop.userinfo(world, token), 200, holds)


STORIES = (
    redeem_for_a_key,
    refresh_for_a_key,
    bind_a_family,
    bind_after_a_lost_answer,
    machine_with_a_key,
    replay_a_proof,
    replay_a_proof_at_userinfo,
    userinfo_with_a_key,
)
