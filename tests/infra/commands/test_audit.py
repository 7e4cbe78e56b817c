"""`audit tail`: the local log file, and CloudWatch Logs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.commands import audit
from infra.commands.invocation import Surroundings
from infra.stage import aws_client
from tests.emulated_aws import Recorder
from tests.infra.commands.conftest import CommandLine, lines, write_config, write_local_env

ENVIRON = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
}


def line(event: str, *, kind: str = "audit", ago: int = 0) -> str:
    """A line of the log."""
    return json.dumps({"time": time.time() - ago, "kind": kind, "event": event}) + "\n"


LOG = [
    line("long.ago", ago=3 * 60 * 60),
    line("first", ago=60),
    line("no event", kind="request"),
    "START RequestId: 1 Version: $LATEST\n",
    '{"kind": "aud\n',
    '["audit"]\n',
    line("second"),
]


def told(command: CommandLine, *options: str) -> list[str]:
    """The events that are printed."""
    result = command.run("audit", "tail", *options)
    assert (result.exit_code, result.stderr) == (0, "")
    return [event["event"] for event in lines(result.stdout)]


@pytest.fixture
def local(tmp_path: Path) -> CommandLine:
    """Stage local, with a log."""
    (tmp_path / "log").write_text("".join(LOG))
    write_local_env(tmp_path, {"LOG_FILE": str(tmp_path / "log")})
    return CommandLine(Surroundings({}, (tmp_path,)))


@pytest.fixture
def deployed(
    emulated: tuple[str, Recorder, Mapping[str, Any]], tmp_path: Path
) -> Iterator[tuple[CommandLine, Any]]:
    """A deployed stage with the same log, and the client to write more."""
    stage = f"a{time.time_ns()}"
    write_config(tmp_path, stage, {"STAGE": stage, "TABLE_NAME": "t", "ISSUER": "https://i"})
    environ = {**ENVIRON, "AWS_ENDPOINT_URL": emulated[0]}
    logs = aws_client("logs", environ)
    group = f"/aws/lambda/postern-{stage}"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    logs.put_log_events(
        logGroupName=group,
        logStreamName="one",
        logEvents=[
            {"timestamp": int((time.time() - ago) * 1000), "message": text}
            for ago, text in zip((3 * 60 * 60, 60, 60, 60, 60, 60, 0), LOG, strict=True)
        ],
    )
    yield CommandLine(Surroundings(environ, (tmp_path,)), stage), logs
    logs.close()


def test_local_events_are_printed(local: CommandLine) -> None:
    """Of the last hour, in order; what is no audit event is left out."""
    assert told(local) == ["first", "second"]


def test_looking_back_further(local: CommandLine) -> None:
    """--minutes."""
    assert told(local, "--minutes", "600") == ["long.ago", "first", "second"]


def test_events_of_a_deployed_stage(deployed: tuple[CommandLine, Any]) -> None:
    """The same, from the function's log group."""
    assert told(deployed[0]) == ["first", "second"]
    assert told(deployed[0], "--minutes", "600") == ["long.ago", "first", "second"]


def test_events_of_every_function(deployed: tuple[CommandLine, Any]) -> None:
    """In order of time, whichever of them wrote them."""
    command, logs = deployed
    for name, ago in (("rotate_keys", 90), ("deliver_logouts", 30)):
        group = f"/aws/lambda/postern-{command.stage}-{name}"
        logs.create_log_group(logGroupName=group)
        logs.create_log_stream(logGroupName=group, logStreamName="one")
        event = {"timestamp": int((time.time() - ago) * 1000), "message": line(name, ago=ago)}
        logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=[event])
    assert told(command) == ["rotate_keys", "first", "deliver_logouts", "second"]


def test_following_a_file(local: CommandLine, tmp_path: Path) -> None:
    """What is written later is printed, and a line only when it is whole."""
    environ = {"LOG_FILE": str(tmp_path / "log")}
    found = (text for text in audit.follow_file(environ, follow=True, pause=0.01) if text)
    whole = [next(found) for _ in LOG]
    assert whole == LOG
    third = line("third")

    def write() -> None:
        with open(tmp_path / "log", "a") as log:
            for half in (third[:10], third[10:]):
                log.write(half)
                log.flush()
                time.sleep(0.05)

    writer = threading.Thread(target=write)
    writer.start()
    assert next(found) == third
    writer.join()
    found.close()


def test_following_a_group(deployed: tuple[CommandLine, Any], tmp_path: Path) -> None:
    """What is written later is printed, and nothing twice."""
    command, logs = deployed
    environ = {**command.surroundings.environ, "STAGE": command.stage}
    found = audit.follow_group(environ, time.time() - 600, follow=True, pause=0.01)
    # Five hold the word; which of them is an event is told from their JSON.
    seen = [next(found) for _ in range(3)]
    logs.put_log_events(
        logGroupName=f"/aws/lambda/postern-{command.stage}",
        logStreamName="one",
        logEvents=[{"timestamp": int(time.time() * 1000), "message": line("third")}],
    )
    assert json.loads(next(found))["event"] == "third"
    assert len(set(seen)) == 3
    found.close()


def test_server_without_a_log_file(tmp_path: Path) -> None:
    """The operator is told where the events are."""
    write_local_env(tmp_path, {"STAGE": "local"})
    said = CommandLine(Surroundings({}, (tmp_path,))).refused("audit", "tail")
    assert said == "the local server writes no log file: its events are in its own terminal"


def test_log_file_that_is_gone(local: CommandLine, tmp_path: Path) -> None:
    """One sentence."""
    (tmp_path / "log").unlink()
    assert local.refused("audit", "tail").startswith("the log cannot be read: ")


def test_log_group_that_is_not_there(
    emulated: tuple[str, Recorder, Mapping[str, Any]], tmp_path: Path
) -> None:
    """One sentence."""
    write_config(tmp_path, "none", {"STAGE": "none", "TABLE_NAME": "t", "ISSUER": "https://i"})
    environ = {**ENVIRON, "AWS_ENDPOINT_URL": emulated[0]}
    said = CommandLine(Surroundings(environ, (tmp_path,)), "none").refused("audit", "tail")
    assert "ResourceNotFoundException" in said
