"""An operator at the command line of a server of this test."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chalicelib.administration import resources
from infra import bootstrap, seeds
from infra.commands import cli
from infra.commands.invocation import Surroundings
from infra.stage import aws_client
from tests.emulated_aws import Recorder
from tests.world import World


@dataclass
class CommandLine:
    """Runs commands on one stage."""

    surroundings: Surroundings
    stage: str = "local"

    def run(self, *arguments: str, document: object = None, text: str | bytes = b"") -> Result:
        """Run a command; `document` or `text` is on its standard input."""
        given = json.dumps(document).encode() if document is not None else text
        return CliRunner().invoke(
            cli, ["--stage", self.stage, *arguments], input=given, obj=self.surroundings
        )

    def get(self, *arguments: str, document: object = None, text: str | bytes = b"") -> Any:
        """What a command that succeeds prints, read."""
        result = self.run(*arguments, document=document, text=text)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def refused(self, *arguments: str, document: object = None) -> str:
        """The one sentence of a command that is refused."""
        result = self.run(*arguments, document=document)
        assert (result.exit_code, result.stdout) == (1, ""), result.output
        (line,) = result.stderr.splitlines()
        assert line.startswith("Error: ")
        return line.removeprefix("Error: ")


@dataclass(kw_only=True)
class Operator(CommandLine):
    """At the command line of a server, by its clock."""

    world: World


@dataclass(kw_only=True)
class KeyKeeper(Operator):
    """At the command line of a deployed stage with keys of its own."""

    kms: Any

    def key_state(self, arn: str) -> str:
        """What KMS says of a key."""
        return str(self.kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"])

    def aliases(self) -> dict[str, str]:
        """The aliases of the stage, without what they share, and the keys they name."""
        found = {
            entry["AliasName"]: entry["TargetKeyId"]
            for page in self.kms.get_paginator("list_aliases").paginate()
            for entry in page["Aliases"]
        }
        prefix = f"alias/postern-{self.stage}-"
        return {name.removeprefix(prefix): key for name, key in found.items() if prefix in name}


@pytest.fixture
def operator(world: World, tmp_path: Path) -> Iterator[Operator]:
    """The operator of stage local."""
    write_local_env(tmp_path, world.environ)
    yield Operator(Surroundings({}, (tmp_path,), world.clock), world=world)
    world.aws.reset()


@pytest.fixture
def unused(tmp_path: Path) -> CommandLine:
    """The command line where no stage runs."""
    return CommandLine(Surroundings({}, (tmp_path,)))


@pytest.fixture
def keeper(
    emulated: tuple[str, Recorder, Mapping[str, Any]], tmp_path: Path
) -> Iterator[KeyKeeper]:
    """The operator of a deployed stage, who may do what they like with its keys."""
    url, recorder, public_keys = emulated
    stage = f"t{tmp_path.name[-8:]}".replace("_", "-")
    environ = {
        "STAGE": stage,
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    recorder.reset()
    # An ES256 key of its own, made in no time; the RS256 one is every test's and only looked at.
    kms = aws_client("kms", environ)
    arn = bootstrap.create_key(environ, "ES256")
    shared = {arn: jwk for arn, jwk in public_keys.items() if jwk["alg"] == "RS256"}
    world = World(url, recorder, {**shared, arn: bootstrap.public_jwk(kms, arn)})
    resources.update(seeds.RESOURCE["resource"], {"signing_alg": "ES256"}, world.services)
    world.restart()
    variables = {name: world.environ[name] for name in ("ISSUER", "TABLE_NAME")} | {"STAGE": stage}
    write_config(tmp_path, stage, variables)
    surroundings = Surroundings(environ, (tmp_path,), world.clock)
    yield KeyKeeper(surroundings, stage, world=world, kms=kms)
    recorder.reset()
    world.close()
    kms.close()


def write_local_env(folder: Path, environ: Mapping[str, str]) -> None:
    """Describe a running local stage, as `make run` does."""
    (folder / ".local").mkdir(exist_ok=True)
    lines = "".join(f"{name}={value}\n" for name, value in environ.items())
    (folder / ".local" / "env").write_text(lines)


def write_config(folder: Path, stage: str, variables: Mapping[str, str]) -> None:
    """Describe a deployed stage, as `make deploy` does."""
    (folder / ".chalice").mkdir(exist_ok=True)
    stages = {stage: {"environment_variables": dict(variables)}}
    (folder / ".chalice" / "config.json").write_text(json.dumps({"stages": stages}))


def lines(text: str) -> list[dict[str, Any]]:
    """JSON lines, read."""
    return [json.loads(line) for line in io.StringIO(text)]
