"""The live metadata document, walked: what it lists works, and what it does not list does not.

RFC 8414 section 2, OpenID Connect Discovery section 3. The proofs are in the modules beside.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulated_aws import Recorder
from tests.endpoints.discovery import FAMILIES, MEMBERS, UNLISTED, endpoints
from tests.endpoints.discovery.asking import LOCATIONS, document
from tests.world import World

BEHIND_A_PATH = "https://abc.execute-api.eu-west-1.amazonaws.com/dev"


@pytest.fixture(scope="module")
def behind_a_path(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[World]:
    """A server whose issuer has a path, as on an execute-api URL."""
    world = World(*emulated, issuer=BEHIND_A_PATH)
    yield world
    world.close()


@pytest.mark.parametrize("location", LOCATIONS)
def test_every_member_has_a_proof(world: World, location: str) -> None:
    """Whoever adds a member to the document says here how it is seen to be true."""
    assert set(document(world, location)) == set(MEMBERS)


def test_a_member_is_proved_once() -> None:
    """No family takes another's name, and none stands for what is not offered."""
    names = [name for family in FAMILIES for name in family.PROVERS]
    assert len(names) == len(set(names))
    assert not set(names) & set(UNLISTED)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_member_is_true(world: World, name: str) -> None:
    """Each value that is listed works, and no well-known one that is not."""
    MEMBERS[name](world, document(world)[name])


@pytest.mark.parametrize("name", UNLISTED)
def test_what_has_no_member_is_not_there(shared: World, name: str) -> None:
    """A client that reads nothing of it is right."""
    shared.next_test()
    assert name not in document(shared)
    UNLISTED[name](shared)


@pytest.mark.parametrize("name", endpoints.PROVERS)
def test_an_address_is_true_behind_a_path(behind_a_path: World, name: str) -> None:
    """At both places below it; RFC 8414's own place lies outside the stage."""
    both = [document(behind_a_path, location) for location in LOCATIONS]
    assert both[0] == both[1]
    assert both[0][name].startswith(BEHIND_A_PATH)
    endpoints.PROVERS[name](behind_a_path, both[0][name])


def test_every_address_is_proved_behind_a_path(behind_a_path: World) -> None:
    """The addresses are those of one family, and of no other."""
    assert set(endpoints.every_address(behind_a_path)) | {"issuer"} == set(endpoints.PROVERS)


def test_no_member_is_empty(world: World) -> None:
    """RFC 8414 section 2: what has no values is left out; and no value stands twice."""
    for value in document(world).values():
        assert value is not None
        assert value not in ("", [])
        if isinstance(value, list):
            assert len(set(value)) == len(value)
