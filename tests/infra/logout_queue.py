"""A stage that has a queue of logouts, empty, on the emulator of this run."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from chalicelib.aws import queue
from chalicelib.aws.log import Log
from chalicelib.services import Services
from infra import queues
from infra.stage import open_services

BODY = {"client_id": "nobody", "delivery_id": "d", "sub": "s", "sid": "i", "asked_at": 1}


def with_queue(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of a stage, and the URL of a queue that nobody else has."""
    name = f"postern-{secrets.token_hex(8)}-logout"
    return {
        **environ,
        "LOGOUT_QUEUE_URL": f"{environ['AWS_ENDPOINT_URL']}/123456789012/{name}",
    }


@contextmanager
def opened(environ: Mapping[str, str], *, made: bool = True) -> Iterator[Services]:
    """Services of the stage; its queues are `made` first."""
    with closing(open_services(environ, Log(io.StringIO()))) as services:
        if made:
            queues.create(services.client, queues.url_of(services))
        yield services


def send(services: Services, *messages: Mapping[str, object]) -> None:
    """Put messages into the queue; one that nobody wants unless they are given."""
    queue.send(services.client, queues.url_of(services), messages or (BODY,))


def status(services: Services) -> tuple[int, int, int]:
    """Waiting, in flight, undelivered."""
    return tuple(queues.status(services.client, queues.url_of(services)))


def set_aside(services: Services, *bodies: str) -> None:
    """Put messages where what could not be delivered goes, as SQS does."""
    url = f"{queues.url_of(services)}-undelivered"
    for body in bodies:
        services.client.call("sqs", "SendMessage", {"QueueUrl": url, "MessageBody": body})


def received(services: Services, seconds: int) -> list[dict[str, Any]]:
    """What is in the queue now; hidden from others for so long."""
    asked = {
        "QueueUrl": queues.url_of(services),
        "MaxNumberOfMessages": 10,
        "VisibilityTimeout": seconds,
        "WaitTimeSeconds": 0,
    }
    found: list[dict[str, Any]] = services.client.call("sqs", "ReceiveMessage", asked).get(
        "Messages", []
    )
    return found
