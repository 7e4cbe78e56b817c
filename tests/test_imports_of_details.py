"""Requests without authorization details pay nothing for them; those with pay little. RFC 9396."""

from __future__ import annotations

import pytest

from tests.doors import DOORS, GRANT, SIGNED, Door
from tests.first_requests import Request, as_client
from tests.flows.rich import ACCOUNT, MACHINE, define, text
from tests.test_imports import costly, open_door
from tests.world import VERIFIER, World

RICH = {"protocol.authorization_details", "protocol.detail_schema", "protocol.detail_words"}


def machine(world: World) -> Request:
    """A client asks for itself."""
    form = {"grant_type": "client_credentials", "authorization_details": text(ACCOUNT)}
    return as_client("/token", MACHINE[0], **form)


def redeem(world: World) -> Request:
    """The code of a grant with details."""
    code = world.code(authorization_details=text(ACCOUNT))
    form = {"grant_type": "authorization_code", "code": code, "code_verifier": VERIFIER}
    return as_client("/token", "demoweb", **form)


WITH = {
    "machine": Door("token", machine, 200, SIGNED),
    "code": Door("token", redeem, 200, SIGNED | GRANT),
}


def own(modules: set[str]) -> set[str]:
    """Those of this server, by their names in it."""
    return {name.removeprefix("chalicelib.") for name in modules}


@pytest.mark.parametrize(
    "name", ["OAuth metadata", "client credentials", "code", "refresh", "nothing to ask", "push"]
)
def test_others_do_without(world: World, name: str) -> None:
    """Nothing of it is imported."""
    assert not own(open_door(world, DOORS[name])) & RICH


@pytest.mark.parametrize("door", WITH.values(), ids=WITH)
def test_they_take_no_library(world: World, door: Door) -> None:
    """Neither for the schema nor for JSON: what the same request takes without, and our rules."""
    define(world)
    modules = open_door(world, door)
    assert costly(modules) == door.imports
    assert own(modules) & RICH == RICH - {"protocol.detail_words"}
