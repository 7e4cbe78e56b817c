"""A stage with SnapStart on the emulator: the API calls the alias of a published version. Slow."""

import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra import bootstrap, seeds
from infra.deployment import sam
from infra.emulate import cloud, smoke
from infra.emulate.ministack import Ministack

pytestmark = [
    pytest.mark.emulator,
    # Registration and seeding are one-shot commands: their connections end with the process.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]


def _with_snapstart(template: dict[str, Any]) -> dict[str, Any]:
    # The emulator runs every Python function by the Python that runs this, whatever its name.
    template["Resources"]["APIHandler"]["Properties"]["Runtime"] = "python3.13"
    return sam.with_snapstart(template)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cloud.Deployed]:
    """The checkout's dev stage as `--snapstart` makes it, with the demo seeds."""
    with Ministack() as aws, pytest.MonkeyPatch.context() as environ:
        for name, value in aws.environ.items():
            environ.setenv(name, value)
        out = tmp_path_factory.mktemp("package")
        stage = cloud.deploy(aws.url, out, print, change=_with_snapstart)
        variables = {**os.environ, **stage.environ}
        bootstrap.register_keys(variables, stage.key_arns)
        seeds.plant(variables)
        yield stage


def test_the_smoke_story_goes_well(deployed: cloud.Deployed) -> None:
    """Through the alias, the function held to its role's policy."""
    told: list[str] = []
    smoke.run(deployed.url, say=told.append)
    assert len(told) == 8


def test_the_alias_stands_for_a_version_with_a_snapshot(deployed: cloud.Deployed) -> None:
    """The version is published after the environment was set: it carries the issuer."""
    functions = boto3.client("lambda")
    version = functions.get_alias(FunctionName=deployed.function, Name="live")["FunctionVersion"]
    assert version != "$LATEST"
    published = functions.get_function_configuration(
        FunctionName=deployed.function, Qualifier=version
    )
    assert published["SnapStart"]["ApplyOn"] == "PublishedVersions"
    assert published["Environment"]["Variables"] == deployed.environ
