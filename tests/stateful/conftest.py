"""The emulator of the random stories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import on_ministack


@pytest.fixture(scope="module")
def cloud() -> Iterator[on_ministack.Cloud]:
    """An emulator of its own: it answers several times as fast as the one in this process."""
    with on_ministack.running() as cloud:
        yield cloud
