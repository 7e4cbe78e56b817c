"""The queue of logout messages and the one of what could not be delivered: made, counted, put back.

On AWS both come from the CloudFormation stack; `create` is for emulated clouds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from chalicelib.administration import Refused
from chalicelib.aws.client import AWSClient
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.services import Services

DAY = 24 * 60 * 60

# As infra/cloudformation/resources.yaml has them; a test holds the two together.
RECEIVES = 8
LOGOUTS = {"VisibilityTimeout": "180", "MessageRetentionPeriod": str(4 * DAY)}
UNDELIVERED = {"MessageRetentionPeriod": str(14 * DAY)}
_SUFFIX = "-undelivered"

MOST_IN_A_BATCH = 10
# Seconds that a look at the queue may wait: any at all, and SQS asks every server that has a part.
LOOK = 1
# Seconds that a message is ours to put back.
_OURS = 60
_COUNTED = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


class Status(NamedTuple):
    """How many messages wait to be taken, are in flight (being tried, or hidden until their next
    try), and have had their last try. SQS counts approximately."""

    waiting: int
    in_flight: int
    undelivered: int


def create(client: AWSClient, url: str) -> None:
    """Make the two queues of an emulated stage, of which `url` is one; again is fine."""
    name = url.rpartition("/")[2]
    undelivered = _create(client, name + _SUFFIX, UNDELIVERED)
    asked = {"QueueUrl": undelivered, "AttributeNames": ["QueueArn"]}
    arn = client.call("sqs", "GetQueueAttributes", asked)["Attributes"]["QueueArn"]
    policy = {"deadLetterTargetArn": arn, "maxReceiveCount": RECEIVES}
    _create(client, name, {**LOGOUTS, "RedrivePolicy": json.dumps(policy)})


def url_of(services: Services) -> str:
    """The stage's queue of logouts; Refused where it has none."""
    url = services.settings.logout_queue_url
    if url is None:
        stage = services.settings.stage
        raise Refused(f"stage {stage} has no queue of logouts: its LOGOUT_QUEUE_URL is not set")
    return url


def status(client: AWSClient, url: str) -> Status:
    """How many messages there are, of the queue at `url` and beside it. TemporarilyUnavailable."""
    waiting, in_flight = _count(client, url)
    return Status(waiting, in_flight, sum(_count(client, url + _SUFFIX)))


def retry(client: AWSClient, url: str, *, look: int = LOOK) -> int:
    """Put what could not be delivered back into the queue at `url`; how many messages.

    Ends when `look` seconds bring no more.

    Each is sent before it is removed: where this breaks off, one may be in both queues, and be
    delivered twice, which a client is ready for. TemporarilyUnavailable.
    """
    moved = 0
    while messages := _receive(client, url + _SUFFIX, look):
        _send(client, url, messages)
        for message in messages:
            gone = {"QueueUrl": url + _SUFFIX, "ReceiptHandle": message["ReceiptHandle"]}
            client.call("sqs", "DeleteMessage", gone)
        moved += len(messages)
    return moved


def _create(client: AWSClient, name: str, attributes: Mapping[str, str]) -> str:
    made = client.call("sqs", "CreateQueue", {"QueueName": name, "Attributes": attributes})
    url: str = made["QueueUrl"]
    return url


def _count(client: AWSClient, url: str) -> tuple[int, int]:
    asked = {"QueueUrl": url, "AttributeNames": _COUNTED}
    found = client.call("sqs", "GetQueueAttributes", asked)["Attributes"]
    visible, hidden = (int(found[name]) for name in _COUNTED)
    return visible, hidden


def _receive(client: AWSClient, url: str, look: int) -> list[dict[str, Any]]:
    asked = {
        "QueueUrl": url,
        "MaxNumberOfMessages": MOST_IN_A_BATCH,
        "VisibilityTimeout": _OURS,
        "WaitTimeSeconds": look,
    }
    messages: list[dict[str, Any]] = client.call("sqs", "ReceiveMessage", asked).get("Messages", [])
    return messages


def _send(client: AWSClient, url: str, messages: list[dict[str, Any]]) -> None:
    entries = [
        {"Id": str(number), "MessageBody": message["Body"]}
        for number, message in enumerate(messages)
    ]
    answer = client.call("sqs", "SendMessageBatch", {"QueueUrl": url, "Entries": entries})
    if len(answer.get("Successful", ())) != len(entries):
        raise TemporarilyUnavailable(detail=f"sqs SendMessageBatch: {answer.get('Failed')}")
