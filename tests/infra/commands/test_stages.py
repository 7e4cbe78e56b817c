"""Which stage is meant, and what is said of one that cannot be reached."""

from __future__ import annotations

import io
from contextlib import closing
from pathlib import Path

import pytest

from chalicelib.aws.log import Log
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.records.keyring import KEYRING_KEY
from chalicelib.records.user import User, user_key
from infra.commands.invocation import Surroundings
from infra.stage import environment, open_services
from tests.emulated_aws import Fault
from tests.infra.commands.conftest import (
    CommandLine,
    Operator,
    lines,
    write_config,
    write_local_env,
)

EMULATED = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "x"}


def deployed(folder: Path) -> CommandLine:
    """The command line for stage dev, as this folder describes it."""
    return CommandLine(Surroundings(EMULATED, (folder,)), "dev")


def test_local_server_that_does_not_run(unused: CommandLine) -> None:
    """The operator is told how to start it."""
    said = unused.refused("client", "list")
    assert said == "the local server does not run: start it with make run"


def test_local_server_that_was_killed(unused: CommandLine, tmp_path: Path) -> None:
    """Its file is still there, and nobody answers."""
    environ = {"STAGE": "local", "TABLE_NAME": "t", "ISSUER": "http://127.0.0.1:8000"}
    write_local_env(tmp_path, {**EMULATED, **environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    said = unused.refused("client", "list")
    assert said.startswith("AWS refused, or cannot be reached: dynamodb Query: Connection")
    assert said.endswith("(does make run still run?)")


@pytest.mark.parametrize(
    "config",
    [
        None,
        "",
        "[]",
        '{"stages": {}}',
        '{"stages": {"dev": {}}}',
        '{"stages": {"dev": {"environment_variables": {"STAGE": "dev"}}}}',
    ],
)
def test_stage_that_was_never_deployed(tmp_path: Path, config: str | None) -> None:
    """The operator is told how to deploy it."""
    if config is not None:
        (tmp_path / ".chalice").mkdir()
        (tmp_path / ".chalice" / "config.json").write_text(config)
    said = deployed(tmp_path).refused("user", "list")
    assert said == "stage dev is not deployed: run make deploy STAGE=dev"


def test_stage_with_a_broken_setting(tmp_path: Path) -> None:
    """The setting is named."""
    variables = {"STAGE": "dev", "TABLE_NAME": "t", "ISSUER": "http://id.example.com"}
    write_config(tmp_path, "dev", variables)
    said = deployed(tmp_path).refused("user", "list")
    assert said.startswith("stage dev is configured wrongly: ISSUER must be an https URL")


def test_stage_without_a_keyring(operator: Operator) -> None:
    """A deployment that stopped half-way."""
    operator.world.services.table.delete(KEYRING_KEY)
    said = operator.refused("key", "list")
    assert said == "the stage has no keyring: its deployment did not come to its end"


@pytest.mark.parametrize("kind", ["refuse", "throttle", "internal", "drop_before"])
def test_aws_that_refuses_or_fails(operator: Operator, kind: str) -> None:
    """One sentence with what AWS said, whoever asked."""
    operator.world.aws.faults.append(Fault("*", kind))
    for command in (("client", "list"), ("user", "get", "demo@example.com"), ("key", "rotate")):
        said = operator.refused(*command)
        assert said.startswith("AWS refused, or cannot be reached: dynamodb ")


def test_kms_that_refuses(operator: Operator) -> None:
    """boto3's words, in one sentence as well."""
    operator.world.aws.faults.append(Fault("CreateKey", "refuse"))
    said = operator.refused("key", "rotate")
    assert said.startswith("AWS refused, or cannot be reached: ")
    assert "AccessDeniedException" in said


def test_log_file_that_cannot_be_written(operator: Operator, tmp_path: Path) -> None:
    """Nothing is done without the trail that was asked for."""
    write_local_env(tmp_path, {**operator.world.environ, "LOG_FILE": str(tmp_path)})
    before = operator.world.items()
    assert "Is a directory" in operator.refused("client", "delete", "demoweb")
    assert operator.world.items() == before


def test_first_folder_that_knows_the_stage_counts(tmp_path: Path) -> None:
    """The current one, then the project's."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    write_local_env(second, {"ISSUER": "second"})
    assert environment("local", {}, first, second) == {"ISSUER": "second"}
    write_local_env(first, {"ISSUER": "first"})
    assert environment("local", {}, first, second) == {"ISSUER": "first"}


def test_region_is_the_operators(tmp_path: Path) -> None:
    """Unless the stage's configuration says where it is."""
    variables = {"TABLE_NAME": "t", "ISSUER": "i"}
    write_config(tmp_path, "dev", variables)
    found = environment("dev", {"AWS_DEFAULT_REGION": "eu-west-3"}, tmp_path)
    assert found == {**variables, "AWS_DEFAULT_REGION": "eu-west-3", "AWS_REGION": "eu-west-3"}
    write_config(tmp_path, "dev", {**variables, "AWS_REGION": "eu-west-1"})
    assert environment("dev", {"AWS_REGION": "x"}, tmp_path)["AWS_REGION"] == "eu-west-1"


def test_changes_are_told_when_asked(operator: Operator) -> None:
    """--verbose: audit events on standard error, and the result alone on standard output."""
    result = operator.run("--verbose", "client", "revoke", "demoweb")
    (event,) = lines(result.stderr)
    assert (event["kind"], event["event"]) == ("audit", "client.revoked")
    assert "client.revoked" not in result.stdout
    assert operator.run("client", "revoke", "demoweb").stderr == ""


def test_changes_go_to_the_log_file(operator: Operator, tmp_path: Path) -> None:
    """Beside those of the server: one trail of who did what."""
    path = tmp_path / "log"
    path.write_text('{"kind": "request"}\n')
    write_local_env(tmp_path, {**operator.world.environ, "LOG_FILE": str(path)})
    operator.get("user", "disable", "demo@example.com")
    assert [line.get("event") for line in lines(path.read_text())] == [None, "user.disabled"]


CHANGES: list[tuple[tuple[str, ...], object, list[str]]] = [
    (("client", "delete", "demoweb"), None, ["client.deleted"]),
    (("client", "rotate-secret", "demoweb"), None, ["client.secret_rotated"]),
    (("client", "update", "demoweb", "--file", "-"), {}, ["client.updated"]),
    (
        ("resource", "create", "--file", "-"),
        {"resource": "urn:a", "scopes": {"b": "c"}},
        ["resource.created"],
    ),
    (("resource", "delete", "https://api.example.com"), None, ["resource.deleted"]),
    (
        ("user", "create", "--file", "-"),
        {"username": "ann", "password": "correct horse"},
        ["user.created"],
    ),
    (("user", "disable", "demo@example.com"), None, ["user.disabled"]),
    (("user", "enable", "demo@example.com"), None, ["user.enabled"]),
    (("user", "delete", "demo@example.com"), None, ["user.deleted"]),
    (("grant", "revoke", "--user", "demo@example.com"), None, ["user.revoked"]),
    (("key", "rotate", "--alg", "ES256"), None, ["key.announced"]),
    (("key", "rotate", "--alg", "ES256", "--force"), None, ["key.announced", "key.promoted"]),
    (("user", "export", "demo@example.com"), None, []),
    (("client", "get", "demoweb"), None, []),
]


@pytest.mark.parametrize(("command", "document", "events"), CHANGES)
def test_every_change_is_an_event(
    operator: Operator, command: tuple[str, ...], document: object, events: list[str]
) -> None:
    """Under the name that docs/operations.md lists, without a secret."""
    result = operator.run("--verbose", *command, document=document)
    assert result.exit_code == 0, result.stderr
    told = [line for line in result.stderr.splitlines() if line.startswith("{")]
    assert [event["event"] for event in lines("\n".join(told))] == events
    assert "correct horse" not in result.stderr
    assert "$argon2" not in result.stderr


@pytest.mark.parametrize(("timeout", "answered"), [(0.1, False), (30, True)])
def test_who_opens_a_stage_says_how_long_a_call_may_take(
    operator: Operator, timeout: float, answered: bool
) -> None:
    """An emulator with much in it takes longer than AWS ever does."""
    world = operator.world
    world.aws.faults.append(Fault("GetItem", "slow", seconds=0.4))
    with closing(open_services(world.environ, Log(io.StringIO()), timeout=timeout)) as services:
        if answered:
            assert services.table.get(User, user_key("nobody")) is None
        else:
            with pytest.raises(TemporarilyUnavailable, match="timed out"):
                services.table.get(User, user_key("nobody"))
