"""One server for a module of requests that must leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulated_aws import Recorder
from tests.world import World


@pytest.fixture(scope="module")
def shared(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[World]:
    """The module's server."""
    world = World(*emulated)
    yield world
    world.close()


@pytest.fixture
def still(shared: World) -> Iterator[World]:
    """The module's server; fails when the test wrote anything to the table but counters."""
    shared.next_test()
    yield shared
    assert shared.writes() == []
