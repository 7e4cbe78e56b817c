"""Flows of clients that sign, whose calls of AWS are counted: each makes ready, and returns what is
counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.flows.assertions import ask, register, signed
from tests.world import World


def machine_that_signs(world: World) -> Callable[[], Any]:
    """Client credentials, and the mark that the assertion was used."""
    _warm(world)
    token = signed(world)
    return lambda: ask(world, token)


def introspect_as_one_that_signs(world: World) -> Callable[[], Any]:
    """About no token: the mark alone."""
    _warm(world)
    token = signed(world)
    return lambda: ask(world, token, "/introspect")


def machine_with_a_used_assertion(world: World) -> Callable[[], Any]:
    """Refused by the mark, and counted twice as any failure is; nothing is signed."""
    _warm(world)
    token = signed(world)
    ask(world, token, "/introspect")
    return lambda: ask(world, token)


def machine_with_a_bad_assertion(world: World) -> Callable[[], Any]:
    """Refused by what it says: counted, and no mark is written."""
    _warm(world)
    token = signed(world, aud="https://other.example")
    return lambda: ask(world, token)


def _warm(world: World) -> None:
    register(world)
    ask(world, signed(world))
