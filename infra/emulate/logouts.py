"""The queue of logouts of a stage on the emulator: its messages are taken to the consumer.

Stage dev calls public addresses only, so no client of this machine can be told of anything: what is
shown is a message that has nowhere to go, and one whose client cannot be reached.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager

from chalicelib.administration import clients, logouts
from chalicelib.aws import queue
from chalicelib.aws.log import Log
from chalicelib.logout_delivery import WAITS
from chalicelib.records.logout_delivery import WAITING, LogoutDelivery
from chalicelib.services import Services, system_clock
from infra import queues
from infra.stage import open_services

from .smoke import SmokeFailure

# RFC 2606: no name below it is ever found.
UNREACHABLE = {
    "client_id": "unreachable",
    "client_name": "A client that cannot be reached",
    "redirect_uris": ["https://client.invalid/callback"],
    "backchannel_logout_uri": "https://client.invalid/logout",
}
GONE = "gone"
# Seconds that the emulator may take for a call of the function.
PATIENCE = 60


def plant(environ: Mapping[str, str]) -> None:
    """Register the client that cannot be reached."""
    with _services(environ) as services:
        clients.create(UNREACHABLE, services)


def run(environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Send a message for a client that is not there, and one for the client that cannot be reached.

    The first is dropped, the second hidden until its next try and recorded. SmokeFailure.
    """
    with _services(environ) as services:
        client, url = services.client, queues.url_of(services)
        queue.send(client, url, [message(GONE), message("unreachable")])
        tried = _tried(services, 1)
        _until(
            lambda: queues.status(client, url) == (0, 1, 0), "one message waits for its next try"
        )
    if tried.state != WAITING or not tried.reason:
        raise SmokeFailure(f"the delivery is {tried.state}: {tried.reason}")
    say("logout queue: a message without a client dropped by the consumer, and gone")
    say(f"logout queue: a client that cannot be reached ({tried.reason}) is tried again")


def run_on(environ: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Wait for the second try of what `run` has sent; SmokeFailure when it came too early."""
    with _services(environ) as services:
        second = _tried(services, 2)
    waited = second.tried_at - second.asked_at
    if waited < WAITS[0]:
        raise SmokeFailure(f"the second try came after {waited} seconds, not {WAITS[0]}")
    say(f"logout queue: tried again after {waited} seconds, not the queue's own 180")


def message(client_id: str) -> dict[str, object]:
    """What is sent for a client when somebody signs out."""
    told = {"client_id": client_id, "delivery_id": f"of-{client_id}"}
    return {**told, "sub": "somebody", "sid": "somewhere", "asked_at": system_clock()}


def _tried(services: Services, tries: int) -> LogoutDelivery:
    """The delivery to the client that cannot be reached, once it was tried so often."""
    found: list[LogoutDelivery] = []

    def look() -> bool:
        found[:] = logouts.of_client("unreachable", services)
        return bool(found) and found[-1].tries >= tries

    _until(look, f"try {tries} is recorded")
    return found[-1]


def _until(true: Callable[[], bool], claim: str) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > end:
            raise SmokeFailure(f"logout queue: not seen in {PATIENCE} seconds: {claim}")
        time.sleep(0.2)


@contextmanager
def _services(environ: Mapping[str, str]) -> Iterator[Services]:
    with closing(open_services(environ, Log(io.StringIO()))) as services:
        yield services
