"""One process, stopped at one of its calls to AWS, while something else happens in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.aws.log import Log
from chalicelib.services import Services
from tests.on_ministack import RecordingClient
from tests.world import World

Event = Callable[[], object]


class StoppedAfter(RecordingClient):
    """Lets `event` happen once the answer to call number `stop` is there, from 0."""

    def __init__(self, stage: World, stop: int, event: Event) -> None:
        super().__init__(stage.endpoint, stage.aws)
        self.stop = stop
        self.event = event
        self.made = 0

    def call(self, service: str, action: str, payload: Mapping[str, object]) -> dict[str, Any]:
        """Make the call, and let the event happen when it is its turn."""
        try:
            return super().call(service, action, payload)
        finally:
            self.made += 1
            if self.made == self.stop + 1:
                self.event()


class StoppedBeforeUpdate(RecordingClient):
    """Lets `event` happen when the first UpdateItem is made up, and not sent yet."""

    def __init__(self, stage: World, event: Event) -> None:
        super().__init__(stage.endpoint, stage.aws)
        self.event: Event | None = event

    def call(self, service: str, action: str, payload: Mapping[str, object]) -> dict[str, Any]:
        """Let the event happen when it is its turn, and make the call."""
        event = self.event
        if event is not None and action == "UpdateItem":
            self.event = None
            event()
        return super().call(service, action, payload)


def process(stage: World, client: RecordingClient) -> World:
    """A process of the stage that calls AWS through this client."""
    world = stage.twin()
    world.services = Services(stage.settings, lambda: client, now=stage.clock, log=Log(world.log))
    stage._opened.append(world.services)
    return world
