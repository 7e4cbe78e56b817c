"""`audit`: the audit log of a stage. docs/operations.md lists its events."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from heapq import merge
from operator import itemgetter
from typing import Any

import click

from chalicelib.administration import Refused
from infra.stage import aws_client

from .invocation import Invocation

PAUSE = 1.0  # seconds between looks, when following
LATE = 60_000  # milliseconds that an event may take to show up in CloudWatch Logs


@click.group(name="audit")
def command() -> None:
    """The audit log: who did what, one JSON object a line.

    \b
    Example:
      python -m infra audit tail --follow
    """


@command.command()
@click.option("--follow", is_flag=True, help="Wait for more, until Ctrl-C.")
@click.option(
    "--minutes",
    type=click.IntRange(1, 60 * 24 * 90),
    default=60,
    show_default=True,
    help="How far to look back.",
)
@click.pass_obj
def tail(call: Invocation, follow: bool, minutes: int) -> None:
    """Print the audit events, oldest first: from the local log file, or from CloudWatch Logs.

    \b
    Example:
      python -m infra --stage prod audit tail --minutes 10
    """
    environ = call.environ()
    since = time.time() - 60 * minutes
    if call.stage == "local":
        lines = follow_file(environ, follow)
    else:
        lines = follow_group(environ, since, follow)
    try:
        for line in lines:
            event = _event(line)
            if event is not None and event.get("time", since) >= since:
                click.echo(json.dumps(event))
    except KeyboardInterrupt:
        return


def _event(line: str) -> Mapping[str, Any] | None:
    """The audit event in a line of the log, or None for every other line."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and event.get("kind") == "audit" else None


def follow_file(environ: Mapping[str, str], follow: bool, pause: float = PAUSE) -> Iterator[str]:
    """The lines of the log file; with `follow`, new ones each `pause` seconds. Refused."""
    path = environ.get("LOG_FILE")
    if not path:
        raise Refused("the local server writes no log file: its events are in its own terminal")
    try:
        log = open(path, encoding="utf-8", errors="replace")  # noqa: SIM115  # closed below
    except OSError as problem:
        raise Refused(f"the log cannot be read: {problem}") from None
    with log:
        pending = ""
        while True:
            pending += log.readline()
            if pending.endswith("\n"):
                yield pending
                pending = ""
            elif not follow:
                return
            else:
                # A line may have been written in part.
                time.sleep(pause)


def follow_group(
    environ: Mapping[str, str], since: float, follow: bool, pause: float = PAUSE
) -> Iterator[str]:
    """The same, from CloudWatch Logs: what came `since` (epoch seconds) and speaks of audit.

    Of all functions of the stage, in order of time.
    """
    from infra.deployment.names import function_names

    of_api, *others = (f"/aws/lambda/{name}" for name in function_names(environ["STAGE"]))
    start, seen = int(since * 1000), set[str]()
    with closing(aws_client("logs", environ)) as logs:
        while True:
            found = [_events_if_any(logs, group, start) for group in others]
            for event in merge(_events(logs, of_api, start), *found, key=itemgetter("timestamp")):
                if event["eventId"] not in seen:
                    seen.add(event["eventId"])
                    start = max(start, event["timestamp"] - LATE)
                    yield event["message"]
            if not follow:
                return
            time.sleep(pause)


def _events(logs: Any, group: str, start: int) -> Iterator[Any]:
    pages = logs.get_paginator("filter_log_events")
    request = {"logGroupName": group, "startTime": start, "filterPattern": '"audit"'}
    for page in pages.paginate(**request):
        yield from page["events"]


def _events_if_any(logs: Any, group: str, start: int) -> Iterator[Any]:
    """Nothing where the stage has no such function yet."""
    with suppress(logs.exceptions.ResourceNotFoundException):
        yield from _events(logs, group, start)
