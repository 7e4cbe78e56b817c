"""One request, stopped after one of its calls to AWS, while something else happens in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.aws.log import Log
from chalicelib.services import Services
from tests.on_ministack import RecordingClient
from tests.world import World


class InterruptedClient(RecordingClient):
    """Lets `event` happen once the answer to call number `stop` is there, from 0."""

    def __init__(self, stage: World, stop: int, event: Callable[[], object]) -> None:
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


def interrupted(stage: World, stop: int, event: Callable[[], object]) -> World:
    """A process that meets `event` after its call number `stop`, from 0."""
    world = stage.twin()
    client = InterruptedClient(stage, stop, event)
    world.services = Services(stage.settings, client, now=stage.clock, log=Log(world.log))
    stage._opened.append(world.services)
    return world


def calls_made(world: World) -> int:
    """How many calls an interrupted process has made."""
    client = world.services.client
    assert isinstance(client, InterruptedClient)
    return client.made
