"""The audit events that this function wrote lately, read back from where its log goes.

CloudWatch Logs finds them oldest first, and a busy stage has more than a page can wait for: so the
number of calls is bounded, and the answer says whether it is all.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from ..settings import Settings
from ..values import Frozen
from .client import AWSClient

MOST_CALLS = 5
MOST_BYTES = 512 * 1024  # of a file, from its end


class Recent(Frozen):
    """Events, the newest first. is_all: whether nothing of the time was left out."""

    events: tuple[dict[str, Any], ...]
    is_all: bool


def recent(
    settings: Settings, client: Callable[[], AWSClient], since: int, most: int
) -> Recent | None:
    """At most so many events `since` (epoch seconds); None where the log cannot be read again.

    TemporarilyUnavailable.
    """
    if settings.log_group is not None:
        lines, is_whole = _of_group(settings.log_group, client(), since)
    elif settings.log_file is not None:
        lines, is_whole = _of_file(settings.log_file)
    else:
        return None
    found = [event for event in map(_event, lines) if event is not None and event["time"] >= since]
    # Of two in one moment the later line is the newer event.
    found.reverse()
    found.sort(key=lambda event: float(event["time"]), reverse=True)
    return Recent(tuple(found[:most]), is_whole and len(found) <= most)


def _of_group(group: str, client: AWSClient, since: int) -> tuple[list[str], bool]:
    lines: list[str] = []
    token: dict[str, object] = {}
    for _ in range(MOST_CALLS):
        asked = {"logGroupName": group, "startTime": since * 1000, "filterPattern": '"audit"'}
        answer = client.call("logs", "FilterLogEvents", {**asked, **token})
        lines += [event["message"] for event in answer.get("events", ())]
        if not answer.get("nextToken"):
            return lines, True
        token = {"nextToken": answer["nextToken"]}
    return lines, False


def _of_file(path: str) -> tuple[list[str], bool]:
    with open(path, "rb") as log:
        size = log.seek(0, os.SEEK_END)
        log.seek(max(size - MOST_BYTES, 0))
        text = log.read().decode(errors="replace")
    # The first line may be half of one; what is no JSON is left out.
    return text.splitlines(), size <= MOST_BYTES


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or event.get("kind") != "audit":
        return None
    return event if isinstance(event.get("time"), int | float) else None
