"""What happened lately: from the local log file, and from CloudWatch Logs."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from chalicelib.aws import log_reader
from chalicelib.aws.log import Log
from chalicelib.aws.log_reader import MOST_BYTES
from infra.stage import aws_client
from tests.console.conftest import opened, person
from tests.emulated_aws import Fault
from tests.world import World


def line(world: World, name: str, age: int = 0, **details: object) -> str:
    """A line of the log, so many seconds old."""
    event = {"time": world.clock() - age, "kind": "audit", "event": name, **details}
    return json.dumps(event)


def shown(world: World, span: str = "") -> str:
    """The text of the page, for a new operator."""
    operator = person(world, f"olga{len(world.log.getvalue())}", "operator")
    return operator.open(f"{world.issuer}/console/events{span}").page.text


def test_a_server_without_a_log_to_read_says_so(desk: World) -> None:
    """Its events are in its own terminal."""
    assert "cannot be read here" in shown(desk)


def test_the_local_file_is_read(world: World, tmp_path: Path) -> None:
    """The newest first, within the time that was asked for; other lines are left out."""
    path = tmp_path / "log"
    lines = [
        line(world, "event.of.yesterday", age=20 * 3600),
        line(world, "event.of.this.hour", age=30 * 60),
        "no JSON",
        "[]",
        '{"kind": "audit", "time": "never"}',
        '{"kind": "request", "time": 1}',
        line(world, "first.event", age=20, client_id="demoweb", actor="somebody"),
        line(world, "second.event", age=10, reason="<script>"),
    ]
    path.write_text("\n".join(lines))
    desk = opened(world, log_file=str(path))
    text = shown(desk)
    assert text.index("second.event") < text.index("first.event")
    assert "client_id: demoweb" in text
    assert "somebody" in text
    assert "this.hour" not in text
    assert "this.hour" in shown(desk, "/hour")
    assert "yesterday" not in shown(desk, "/hour")
    assert "yesterday" in shown(desk, "/day")


def test_only_the_end_of_a_long_file_is_read(world: World, tmp_path: Path) -> None:
    """And the page says that there was more."""
    path = tmp_path / "log"
    filler = line(world, "filler", text="x" * 1000)
    path.write_text("\n".join([filler] * (MOST_BYTES // 1000 + 10) + [line(world, "last.event")]))
    text = shown(opened(world, log_file=str(path)))
    assert "last.event" in text
    assert "There were more" in text


def test_a_write_of_the_server_is_found(world: World, tmp_path: Path) -> None:
    """What Log writes is what the page reads."""
    path = tmp_path / "log"
    with path.open("w") as out:
        log = Log(out, world.clock)
        log.actor = "somebody"
        log.event("client.created", client_id="abc")
    assert "client.created" in shown(opened(world, log_file=str(path)))


@pytest.fixture
def grouped(world: World) -> World:
    """A server whose log goes to CloudWatch Logs."""
    group = f"/aws/lambda/{world.table_name}"
    logs = aws_client("logs", world.environ)
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    # CloudWatch Logs goes by its own clock, and takes nothing from the future.
    now = int(time.time())
    messages = [(now - 60, "first.event"), (now - 30, "second.event")]
    events = [
        {
            "timestamp": at * 1000,
            "message": json.dumps({"time": at, "kind": "audit", "event": name}),
        }
        for at, name in messages
    ]
    events.append({"timestamp": (now - 20) * 1000, "message": "START RequestId: 1"})
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)
    logs.close()
    return opened(world, log_group=group)


@pytest.mark.parametrize(
    ("seconds", "most", "names", "is_all"),
    [
        (900, 10, ["second.event", "first.event"], True),
        (45, 10, ["second.event"], True),
        (900, 1, ["second.event"], False),
    ],
)
def test_the_group_is_read(
    grouped: World, seconds: int, most: int, names: list[str], is_all: bool
) -> None:
    """The newest first, from a time on, and no more than were asked for."""
    since = int(time.time()) - seconds
    found = log_reader.recent(grouped.settings, lambda: grouped.services.client, since, most)
    assert found is not None
    assert [event["event"] for event in found.events] == names
    assert found.is_all == is_all


def test_the_group_is_asked_once_for_the_time_that_is_shown(grouped: World) -> None:
    """By FilterLogEvents, which the role may call on the function's own group."""
    grouped.aws.reset()
    shown(grouped)
    (call,) = [call for call in grouped.aws.calls if call.action == "FilterLogEvents"]
    assert call.payload["startTime"] == (grouped.clock() - 15 * 60) * 1000
    assert call.payload["filterPattern"] == '"audit"'


@pytest.mark.parametrize("kind", ["throttle", "refuse", "internal"])
def test_a_log_that_fails_is_a_503(grouped: World, kind: str) -> None:
    """No page that says there was nothing."""
    operator = person(grouped, "olga", "operator")
    grouped.aws.faults.append(Fault("FilterLogEvents", kind))
    reply = operator.open(f"{grouped.issuer}/console/events").reply
    assert reply is not None
    assert reply.status == 503
    assert reply.header("Retry-After")
