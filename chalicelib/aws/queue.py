"""The queue of logout messages: sending, and hiding one until its next try. SQS, standard queue.

A message that was sent comes at least once, in any order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ..errors import TemporarilyUnavailable
from .client import AWSClient

MOST_IN_A_BATCH = 10


def send(client: AWSClient, queue_url: str, messages: Sequence[Mapping[str, object]]) -> None:
    """Send messages, JSON objects each; TemporarilyUnavailable unless all are kept.

    After that, or after a lost answer, sending them again sends some twice.
    """
    for start in range(0, len(messages), MOST_IN_A_BATCH):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps(message, separators=(",", ":"))}
            for number, message in enumerate(messages[start : start + MOST_IN_A_BATCH])
        ]
        answer = client.call("sqs", "SendMessageBatch", {"QueueUrl": queue_url, "Entries": entries})
        if len(answer.get("Successful", ())) != len(entries):
            raise TemporarilyUnavailable(detail=f"sqs SendMessageBatch: {answer.get('Failed')}")


def hide(client: AWSClient, queue_url: str, receipt: str, seconds: int) -> None:
    """Let a message that was received come again in so many seconds. TemporarilyUnavailable."""
    client.call(
        "sqs",
        "ChangeMessageVisibility",
        {"QueueUrl": queue_url, "ReceiptHandle": receipt, "VisibilityTimeout": seconds},
    )
