"""The stories of assertions about users: brought, made, and users who are found or made by them."""

from __future__ import annotations

import itertools
from contextlib import suppress

from chalicelib.administration import Refused, links, users
from tests.flows import exchanges, id_jags
from tests.flows.id_jags import IDP, bring, signed
from tests.flows.story import Story, status_in, status_is
from tests.reply import Reply, claims
from tests.world import World

_names = itertools.count()


def bring_an_assertion(world: World) -> Story:
    """It counts once at the most, also after an answer that was lost; a new one is heard."""
    _ready(world)
    token = signed(world)

    def holds(reply: Reply) -> None:
        again = bring(world, token)
        if reply.status == 200:
            assert again.json["error"] == "invalid_grant"
        else:
            assert again.status == 200 or again.json["error"] == "invalid_grant"
        status_is(bring(world, signed(world)), 200)

    return Story(lambda: bring(world, token), 200, holds)


def replay_an_assertion(world: World) -> Story:
    """One that was used gets nothing, ever."""
    _ready(world)
    token = signed(world)
    status_is(bring(world, token), 200)
    return Story(lambda: bring(world, token), 400, lambda reply: status_in(reply, (400, 503)))


def bring_an_unknown_user(world: World) -> Story:
    """Whatever breaks off while the user is made: in the end there is one, and always the same."""
    _ready(world, users="create")
    subject = f"unknown-{next(_names)}"

    def holds(reply: Reply) -> None:
        found = {_who(bring(world, signed(world, sub=subject))) for _ in range(2)}
        assert len(found) == 1
        if reply.status == 200:
            assert found == {_who(reply)}
        user = users.find(found.pop(), world.services)
        assert [known.subject for known in links.of_user(user, world.services)] == [subject]
        users.delete(user.subject, world.services)

    return Story(lambda: bring(world, signed(world, sub=subject)), 200, holds)


def bring_an_address(world: World) -> Story:
    """Whatever breaks off while the user is linked: it is that user, then and later."""
    _ready(world, users="email", email_domains=["example.com"])
    user = users.find("demo@example.com", world.services)
    subject = f"address-{next(_names)}"
    told = {"sub": subject, "email": "demo@example.com", "email_verified": True}

    def holds(reply: Reply) -> None:
        for answer in (reply, bring(world, signed(world, **told))):
            if answer.status == 200:
                assert _who(answer) == user.subject
        with suppress(Refused):
            links.unlink(user, IDP, subject, world.services)

    return Story(lambda: bring(world, signed(world, **told)), 200, holds)


def exchange_an_id_token(world: World) -> Story:
    """Nothing is spent: the same request has its way later."""
    _ready(world)
    if world.services.registry.client("wiki") is None:
        exchanges.register(world)
    token = exchanges.id_token(world)

    def holds(reply: Reply) -> None:
        status_is(exchanges.exchange(world, token), 200)

    return Story(lambda: exchanges.exchange(world, token), 200, holds)


def _who(reply: Reply) -> str:
    assert reply.status == 200, reply.text
    return str(claims(reply.json["access_token"])["sub"])


def _ready(world: World, **policy: object) -> None:
    """The stage, its issuer and its client; what each story trusts is its own."""
    id_jags.offer(world)
    if world.services.registry.client("bringer") is None:
        id_jags.register(world)
    id_jags.trust(world, **policy)
    id_jags.link(world)
    # Warm: what is kept for a minute was read.
    status_is(bring(world, signed(world)), 200)


STORIES = (
    bring_an_assertion,
    replay_an_assertion,
    bring_an_unknown_user,
    bring_an_address,
    exchange_an_id_token,
)
