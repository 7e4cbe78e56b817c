"""What is written to the table while something happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.world import World

WRITES = ("PutItem", "UpdateItem", "DeleteItem")


class Watching:
    """Looks at the table of a world, and at what was asked of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.aws = world.aws

    def written(self) -> set[tuple[str, str]]:
        """The keys that writes were tried on since the last reset, without counters."""
        keys = set()
        for call in self.aws.calls:
            if call.action in WRITES:
                key = call.payload.get("Key") or call.payload["Item"]
                keys.add((key["pk"]["S"], key["sk"]["S"]))
        return {key for key in keys if not key[0].startswith("Q#")}

    def items(self) -> list[dict[str, Any]]:
        """The table without counters."""
        return [item for item in self.world.items() if not item["pk"]["S"].startswith("Q#")]

    @contextmanager
    def touching(self, *allowed: tuple[str, str], kinds: tuple[str, ...] = ()) -> Iterator[None]:
        """Inside, writes go to these items only, or to keys that begin like one of these."""
        self.aws.reset()
        yield
        left = {key for key in self.written() - set(allowed) if not key[0].startswith(kinds)}
        assert not left, f"written: {left}"

    @contextmanager
    def changing_nothing(self) -> Iterator[None]:
        """Inside, the table stays as it is, but for counters."""
        before = self.items()
        yield
        assert self.items() == before
