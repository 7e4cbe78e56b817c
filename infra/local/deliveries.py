"""What Lambda does with a queue, on this machine: it takes messages to the consumer, one at a time.

A thread with services of its own: an AWS client belongs to one thread. The queue is asked again and
again and never waited at, since one waiting call would hold up the emulator.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Self

from chalicelib.errors import TemporarilyUnavailable
from chalicelib.services import Services
from infra.local.events import Event

# Takes an event; False when its message is to come again.
Consumer = Callable[[Event, Services], bool]

PAUSE = 0.25  # seconds between looks at an empty queue
# Seconds to let a delivery end when the run does; the thread does not outlive the process.
GRACE = 1.0


class Deliveries:
    """`with Deliveries(...):` the stage's queue of logouts is emptied into `consume`.

    `services` is entered in the thread. What raises is printed, as Lambda would log it, and its
    message comes again when its time-out ends.
    """

    def __init__(
        self,
        services: AbstractContextManager[Services],
        consume: Consumer,
        *,
        grace: float = GRACE,
    ) -> None:
        self._services = services
        self._consume = consume
        self._grace = grace
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="deliveries", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(self._grace)

    def _run(self) -> None:
        with self._services as services:
            while not self._over.is_set():
                if not self._one(services):
                    self._over.wait(PAUSE)

    def _one(self, services: Services) -> bool:
        """Whether there was a message."""
        url = services.settings.logout_queue_url
        try:
            message = receive(services, url)
            if message is None:
                return False
            if self._consume(event_of(message), services):
                gone = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
                services.client.call("sqs", "DeleteMessage", gone)
        except TemporarilyUnavailable:
            # The emulator is being asked to fail, or has ended; the message is still there.
            return False
        except Exception:
            if not self._over.is_set():
                traceback.print_exc()
        return True


def receive(services: Services, url: str | None) -> dict[str, Any] | None:
    """The next message of a queue, as ReceiveMessage has it; None when none is waiting."""
    asked = {"QueueUrl": url, "WaitTimeSeconds": 0, "AttributeNames": ["All"]}
    found = services.client.call("sqs", "ReceiveMessage", asked).get("Messages") or [None]
    message: dict[str, Any] | None = found[0]
    return message


def event_of(message: Mapping[str, Any]) -> Event:
    """What Lambda makes of a message that it has received."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:postern-local-logout",
        "awsRegion": "eu-west-1",
    }
    return {"Records": [record]}
