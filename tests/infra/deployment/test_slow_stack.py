"""The stack on an emulated CloudFormation: made, left alone, changed, taken down, made again."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.deployment import stack, template
from infra.deployment.names import DeploymentError
from infra.emulate.ministack import Ministack

pytestmark = pytest.mark.emulator

SOURCE = stack.body(template.for_stage(template.load(), "dev"))
TAGS = {"app": "postern", "stage": "dev"}
NAME = "postern-dev-resources"


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    """One emulator for the module, found through the environment."""
    with Ministack() as ministack, pytest.MonkeyPatch.context() as environ:
        for name, value in ministack.environ.items():
            environ.setenv(name, value)
        yield


@pytest.fixture
def cloudformation(aws: None) -> Any:
    """Its CloudFormation."""
    return boto3.client("cloudformation")


def _up(cloudformation: Any, said: list[str]) -> dict[str, str]:
    return stack.up(cloudformation, NAME, SOURCE, tags=TAGS, say=said.append)


def test_the_outputs_are_what_the_configuration_needs(cloudformation: Any) -> None:
    """Table and both keys, by name and ARN; the queue by its URL."""
    outputs = _up(cloudformation, [])
    names = {"LogoutQueueUrl", "TableName", "TableArn", "Rs256KeyArn", "Es256KeyArn"}
    assert set(outputs) == names
    assert outputs["TableName"] == "postern-dev"
    assert outputs["LogoutQueueUrl"].endswith("/postern-dev-logout")


def test_the_queues_are_as_the_template_says(cloudformation: Any) -> None:
    """Time-outs in seconds, the way out after eight receipts, and who may use it."""
    url = _up(cloudformation, [])["LogoutQueueUrl"]
    sqs = boto3.client("sqs")
    asked = {"AttributeNames": ["All"]}
    queue = sqs.get_queue_attributes(QueueUrl=url, **asked)["Attributes"]
    aside = sqs.get_queue_attributes(QueueUrl=f"{url}-undelivered", **asked)["Attributes"]
    assert (queue["VisibilityTimeout"], queue["ReceiveMessageWaitTimeSeconds"]) == ("180", "20")
    assert (queue["MessageRetentionPeriod"], aside["MessageRetentionPeriod"]) == (
        "345600",
        "1209600",
    )
    redrive = json.loads(queue["RedrivePolicy"])
    assert redrive == {"deadLetterTargetArn": aside["QueueArn"], "maxReceiveCount": 8}
    allowed = json.loads(aside["RedriveAllowPolicy"])
    assert allowed == {"redrivePermission": "byQueue", "sourceQueueArns": [queue["QueueArn"]]}
    assert queue["SqsManagedSseEnabled"] == aside["SqsManagedSseEnabled"] == "true"


def test_a_second_run_changes_nothing(cloudformation: Any) -> None:
    """`make deploy` may be run at any time: table and keys stay the same."""
    assert _up(cloudformation, []) == _up(cloudformation, [])


def test_the_aliases_are_for_people(cloudformation: Any) -> None:
    """One a key, by project, stage and algorithm."""
    _up(cloudformation, [])
    names = {alias["AliasName"] for alias in boto3.client("kms").list_aliases()["Aliases"]}
    assert {"alias/postern-dev-rs256", "alias/postern-dev-es256"} <= names


def test_a_table_left_behind_is_adopted_again(cloudformation: Any) -> None:
    """What a stage stored is there after it was taken down and brought up again."""
    table = _up(cloudformation, [])["TableName"]
    dynamodb = boto3.client("dynamodb")
    key = {"pk": {"S": "kept"}, "sk": {"S": "-"}}
    dynamodb.put_item(TableName=table, Item=key)
    stack.down(cloudformation, NAME)
    assert _up(cloudformation, [])["TableName"] == table
    assert dynamodb.get_item(TableName=table, Key=key)["Item"] == key


def test_taking_down_what_is_not_there_is_no_error(cloudformation: Any) -> None:
    """`destroy` may be run again after a failure."""
    stack.down(cloudformation, "postern-never-resources")


def test_a_stack_that_is_not_there_has_no_outputs(cloudformation: Any) -> None:
    """The message names it."""
    with pytest.raises(DeploymentError, match="postern-never-resources"):
        stack.outputs(cloudformation, "postern-never-resources")


def test_a_failed_stack_says_why(cloudformation: Any) -> None:
    """The reason of the first failure, not that something was cancelled."""
    broken = template.for_stage(template.load(), "bad")
    broken["Resources"]["Rs256Alias"]["Properties"]["AliasName"] = "no-alias"
    with pytest.raises(DeploymentError, match="Rs256Alias"):
        stack.up(
            cloudformation,
            "postern-bad-resources",
            stack.body(broken),
            parameters=template.parameters("bad"),
            tags=TAGS,
            say=[].append,
        )
