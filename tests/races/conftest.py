"""What a race needs: an emulator in a process of its own, with exact conditional writes.

moto's stores are not safe under threads, and the lock that guards them would take the race away.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import on_ministack
from tests.on_ministack import Cloud
from tests.world import World


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """The emulator of every race of this run."""
    with on_ministack.running() as cloud:
        yield cloud


@pytest.fixture
def stage(cloud: Cloud) -> Iterator[World]:
    """A server with the demo seeds, on ministack."""
    world = cloud.world()
    yield world
    world.close()
