"""What AWS says when it does not do as asked, and which of it passes when asked again.

    TemporarilyUnavailable
    ├── Throttled           too much was asked for, by us or by all of the account
    └── ResourceNotFound    no such table, key or queue: the stage is deployed wrongly

Callers fail closed on all three; the difference is for the log and for Retry-After.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import TemporarilyUnavailable

# The codes that botocore's standard mode tries again, here for three services that share them.
_THROTTLED = frozenset(
    (
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    )
)
_PASSING = frozenset(
    ("ReplicatedWriteConflictException", "RequestTimeout", "RequestTimeoutException")
)
# SQS's is told by its older name as well, which botocore prefers; emulators differ.
_NOT_FOUND = frozenset(
    (
        "AWS.SimpleQueueService.NonExistentQueue",
        "NotFoundException",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
    )
)
MOST_WORDS = 300  # characters of AWS's message, in the log


class Throttled(TemporarilyUnavailable):
    """AWS asks for fewer calls; whoever asked us waits longer than for a passing fault."""

    def __init__(self, *, detail: str) -> None:
        super().__init__(detail=detail, retry_after=5)


class ResourceNotFound(TemporarilyUnavailable):
    """The table, the key or the queue is not there."""


class Failure:
    """An answer that is not 200: its code, its words, and the item of a failed condition."""

    def __init__(self, status: int, content: bytes) -> None:
        said = _object(content)
        kind = said.get("__type")
        # `com.amazonaws.dynamodb.v20120810#Code`, `Code`, or `Code:http://...`.
        code = kind.partition(":")[0].rpartition("#")[2] if isinstance(kind, str) else ""
        self.status = status
        self.code = code or str(status)
        self.message = str(said.get("message", said.get("Message", "")))
        self.item: Mapping[str, Any] | None = said.get("Item")

    @property
    def is_throttling(self) -> bool:
        """Whether fewer calls would have gone through."""
        return self.status == 429 or self.code in _THROTTLED

    @property
    def passes(self) -> bool:
        """Whether the same call may succeed a moment later."""
        return self.is_throttling or self.status >= 500 or self.code in _PASSING

    def error(self, call: str) -> TemporarilyUnavailable:
        """What the caller of `call` is told."""
        # A refused signature is answered with all that was signed, the session token as well, on
        # the lines below the first.
        words = self.message.partition("\n")[0][:MOST_WORDS]
        detail = f"{call}: {self.status} {self.code}: {words}"
        if self.is_throttling:
            return Throttled(detail=detail)
        if self.code in _NOT_FOUND:
            return ResourceNotFound(detail=detail)
        return TemporarilyUnavailable(detail=detail)


def _object(content: bytes) -> Mapping[str, Any]:
    if not content:
        return {}
    text = content.decode(errors="replace")
    try:
        said = json.loads(text)
    except ValueError:
        # A proxy's page, say.
        return {"message": text}
    return said if isinstance(said, dict) else {}
