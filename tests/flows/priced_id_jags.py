"""Flows of assertions about users whose calls of AWS are counted: each makes ready first."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from tests.flows import exchanges, id_jags
from tests.flows.id_jags import bring, signed
from tests.world import World

_names = itertools.count()


def bring_an_assertion(world: World) -> Callable[[], Any]:
    """The link and its user are read, the mark and the grant written."""
    _warm(world)
    token = signed(world)
    return lambda: bring(world, token)


def bring_one_that_was_used(world: World) -> Callable[[], Any]:
    """Refused by the mark; no grant is written."""
    _warm(world)
    token = signed(world)
    bring(world, token)
    return lambda: bring(world, token)


def bring_a_bad_one(world: World) -> Callable[[], Any]:
    """Refused by what it says: nothing is read."""
    _warm(world)
    token = signed(world, aud="https://other.example")
    return lambda: bring(world, token)


def bring_one_of_nobody(world: World) -> Callable[[], Any]:
    """Its user is not linked."""
    _warm(world)
    token = signed(world, sub="nobody")
    return lambda: bring(world, token)


def bring_a_new_user(world: World) -> Callable[[], Any]:
    """Once for each: the user with name and entry, and both sides of the link."""
    _warm(world, users="create")
    token = signed(world, sub=f"priced-{next(_names)}")
    return lambda: bring(world, token)


def exchange(world: World) -> Callable[[], Any]:
    """An ID token for an assertion: nothing is written."""
    _warm(world)
    exchanges.register(world)
    exchanges.exchange(world, exchanges.id_token(world))
    token = exchanges.id_token(world)
    return lambda: exchanges.exchange(world, token)


def _warm(world: World, **policy: Any) -> None:
    """For each flow alike: the resource, the client, the issuer and the keyring are kept."""
    id_jags.offer(world)
    id_jags.register(world)
    id_jags.trust(world, **policy)
    id_jags.link(world)
    bring(world, signed(world))
