"""Flows with proofs whose calls of AWS are counted: each makes ready, and returns what is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests import dpop
from tests.dpop import ALICE, CREDENTIALS, MACHINE, MALLORY
from tests.world import World


def machine_with_a_proof(world: World) -> Callable[[], Any]:
    """Client credentials, bound."""
    return lambda: dpop.post(world, CREDENTIALS, auth=MACHINE)


def machine_with_a_bad_proof(world: World) -> Callable[[], Any]:
    """Refused by what it says: nobody is asked."""
    return lambda: dpop.post(world, CREDENTIALS, auth=MACHINE, htm="GET")


def machine_with_a_used_proof(world: World) -> Callable[[], Any]:
    """Refused by the mark; nothing is signed."""
    headers = dpop.header(ALICE.at(world))
    act = partial(world.post, "/token", CREDENTIALS, auth=MACHINE, headers=headers)
    act()
    return act


def redeem_with_a_proof(world: World) -> Callable[[], Any]:
    """A code for a key."""
    code = world.code(dpop_jkt=ALICE.jkt)
    return lambda: dpop.redeem(world, code)


def redeem_with_another_key(world: World) -> Callable[[], Any]:
    """Read, and nothing else."""
    code = world.code(dpop_jkt=ALICE.jkt)
    return lambda: dpop.redeem(world, code, MALLORY)


def refresh_with_a_proof(world: World) -> Callable[[], Any]:
    """A bound refresh token."""
    token = dpop.tokens(world)["refresh_token"]
    return lambda: dpop.refresh(world, token)


def refresh_without_a_proof(world: World) -> Callable[[], Any]:
    """The same, without what it is bound to."""
    token = dpop.tokens(world)["refresh_token"]
    return lambda: dpop.refresh(world, token, None)


def userinfo_with_a_proof(world: World) -> Callable[[], Any]:
    """A bound access token."""
    token = dpop.tokens(world, scope="openid email")["access_token"]
    return lambda: dpop.userinfo(world, token)


def userinfo_without_a_proof(world: World) -> Callable[[], Any]:
    """The same as a bearer token."""
    token = dpop.tokens(world, scope="openid email")["access_token"]
    return lambda: world.userinfo(token)
