"""The whole way: package, CloudFormation, API Gateway, Lambda process, the smoke story. Slow."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from infra import bootstrap, seeds
from infra.deployment import configuration
from infra.deployment.adopt import adopt
from infra.deployment.names import PROJECT
from infra.emulate import cloud, smoke
from infra.emulate.ministack import Ministack

pytestmark = [
    pytest.mark.emulator,
    # Registration and seeding are one-shot commands: their connections end with the process.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[cloud.Deployed]:
    """The checkout's dev stage on an emulator that enforces IAM policies, with the demo seeds."""
    with Ministack() as aws, pytest.MonkeyPatch.context() as environ:
        for name, value in aws.environ.items():
            environ.setenv(name, value)
        stage = cloud.deploy(aws.url, tmp_path_factory.mktemp("package"), print)
        variables = {**os.environ, **stage.environ}
        bootstrap.register_keys(variables, stage.key_arns)
        seeds.plant(variables)
        yield stage


def test_the_smoke_story_goes_well(deployed: cloud.Deployed) -> None:
    """Every step over HTTP, the function held to its role's policy."""
    told: list[str] = []
    smoke.run(deployed.url, say=told.append)
    assert len(told) == 8


def test_a_stage_of_one_stack_is_adopted(deployed: cloud.Deployed, tmp_path: Path) -> None:
    """Its outputs become the configuration that the operator's command line reads."""
    (tmp_path / ".chalice").mkdir()
    shutil.copy(PROJECT / ".chalice" / "config.json", tmp_path / ".chalice")
    registered: list[str] = []
    variables = adopt(
        cloud.STAGE,
        "postern-dev",
        register_keys=lambda _, arns: registered.extend(arns),
        project=tmp_path,
    )
    written = configuration.read(tmp_path)["stages"]["dev"]["environment_variables"]
    assert variables == written == deployed.environ
    assert tuple(registered) == deployed.key_arns


def test_the_role_cannot_scan(deployed: cloud.Deployed) -> None:
    """The policy that let the story through refuses what the story does not need."""
    with pytest.raises(ClientError, match="AccessDenied"):
        _as_the_function().client("dynamodb").scan(TableName=deployed.table_name)


def test_the_role_cannot_make_keys(deployed: cloud.Deployed) -> None:
    """Signing keys come from the stack and from an operator."""
    with pytest.raises(ClientError, match="AccessDenied"):
        _as_the_function().client("kms").create_key()


def test_the_role_cannot_sign_with_a_key_of_another_stage(deployed: cloud.Deployed) -> None:
    """Same account, same tag `app`, another tag `stage`."""
    kms = boto3.client("kms")
    made = kms.create_key(
        KeySpec="RSA_2048",
        KeyUsage="SIGN_VERIFY",
        Tags=[
            {"TagKey": "app", "TagValue": "postern"},
            {"TagKey": "stage", "TagValue": "prod"},
        ],
    )
    with pytest.raises(ClientError, match="AccessDenied"):
        _sign(made["KeyMetadata"]["Arn"])


def test_the_role_signs_with_a_key_made_later(deployed: cloud.Deployed) -> None:
    """`key rotate` needs no new deployment: the tags are what the policy asks for."""
    assert _sign(bootstrap.create_key({**os.environ, **deployed.environ}, "RS256"))


def _sign(arn: str) -> bytes:
    signed = (
        _as_the_function()
        .client("kms")
        .sign(
            KeyId=arn,
            Message=b"header.payload",
            MessageType="RAW",
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        )
    )
    signature: bytes = signed["Signature"]
    return signature


def _as_the_function() -> boto3.Session:
    """A session with the function's role."""
    role = boto3.client("lambda").get_function(FunctionName="postern-dev")["Configuration"]["Role"]
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
