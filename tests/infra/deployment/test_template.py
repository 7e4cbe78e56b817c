"""The template of table, keys and queue: what an emulator does not hold it to is held to here."""

import json
from typing import Any

import pytest

from chalicelib import logout_delivery
from infra import queues
from infra.deployment import configuration, template
from infra.deployment.names import (
    CLOUDFORMATION,
    DELIVER_LOGOUTS,
    PROJECT,
    ROTATE_KEYS,
    DeploymentError,
    check_stage,
    delivery_name,
    rotation_name,
)

RESOURCES: dict[str, Any] = template.load()["Resources"]
TABLE = RESOURCES["Table"]["Properties"]
QUEUE = RESOURCES["LogoutQueue"]["Properties"]
UNDELIVERED = RESOURCES["UndeliveredLogouts"]["Properties"]
KEYS = {"Rs256Key": "RSA_2048", "Es256Key": "ECC_NIST_P256"}


def test_the_table_has_the_two_string_keys_that_the_code_uses() -> None:
    """pk and sk, both strings, and no index on any path a request waits for."""
    assert TABLE["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert {a["AttributeType"] for a in TABLE["AttributeDefinitions"]} == {"S"}
    assert "GlobalSecondaryIndexes" not in TABLE


def test_the_table_is_paid_by_use() -> None:
    """An idle stage costs nothing for its table but the bytes in it."""
    assert TABLE["BillingMode"] == "PAY_PER_REQUEST"


def test_items_are_swept_by_the_attribute_ttl() -> None:
    """Time to live is on, by the attribute that every record writes."""
    assert TABLE["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}


def test_the_table_can_be_put_back_to_any_second() -> None:
    """Point-in-time recovery is on."""
    assert TABLE["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_the_table_is_encrypted() -> None:
    """Server-side encryption is asked for, not left to a default."""
    assert TABLE["SSESpecification"] == {"SSEEnabled": True}


@pytest.mark.parametrize(
    ("stage", "protected"), [("dev", "false"), ("prod", "true"), ("qa", "true")]
)
def test_only_dev_lets_its_table_be_deleted(stage: str, protected: str) -> None:
    """Deletion protection is on in every stage but dev, also in one that nobody listed."""
    assert template.parameters(stage)["DeletionProtection"] == protected
    assert TABLE["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}


def test_table_and_keys_outlive_their_stack() -> None:
    """Deleting or replacing them is never a side effect of a change to the stack."""
    for name in ("Table", *KEYS):
        assert RESOURCES[name]["DeletionPolicy"].startswith("Retain"), name
        assert RESOURCES[name]["UpdateReplacePolicy"] == "Retain", name


@pytest.mark.parametrize(("name", "spec"), KEYS.items())
def test_keys_are_of_the_kind_that_signs(name: str, spec: str) -> None:
    """One RSA key for RS256, one P-256 key for ES256, for signing only."""
    properties = RESOURCES[name]["Properties"]
    assert (properties["KeySpec"], properties["KeyUsage"]) == (spec, "SIGN_VERIFY")
    assert properties["PendingWindowInDays"] == 30


@pytest.mark.parametrize("name", KEYS)
def test_a_key_policy_names_the_account_and_no_one_else(name: str) -> None:
    """The account's root delegates to IAM; nothing wider than the account stands in the policy."""
    (statement,) = RESOURCES[name]["Properties"]["KeyPolicy"]["Statement"]
    root = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
    assert statement["Principal"] == {"AWS": root}


@pytest.mark.parametrize("name", ["Table", "LogoutQueue", "UndeliveredLogouts", *KEYS])
def test_everything_kept_carries_the_tags_that_the_policy_asks_for(name: str) -> None:
    """`app` and `stage` are on the table, the queues and each key."""
    tags = {tag["Key"]: tag["Value"] for tag in RESOURCES[name]["Properties"]["Tags"]}
    assert tags == {"app": {"Ref": "Prefix"}, "stage": {"Ref": "Stage"}}


def test_the_log_group_is_the_functions_own() -> None:
    """Chalice names the API handler <app>-<stage>; its log group is made here, with an end."""
    group = RESOURCES["LogGroup"]["Properties"]
    assert group["LogGroupName"] == {"Fn::Sub": "/aws/lambda/${Prefix}-${Stage}"}
    assert group["RetentionInDays"] == {"Ref": "LogRetentionInDays"}


@pytest.mark.parametrize(
    ("group", "function", "named"),
    [
        ("RotationLogGroup", ROTATE_KEYS, rotation_name("dev")),
        ("DeliveryLogGroup", DELIVER_LOGOUTS, delivery_name("dev")),
    ],
)
def test_each_other_function_has_its_own_too(group: str, function: str, named: str) -> None:
    """By Chalice's name for that function, with the same end, and gone with the stack."""
    resource = RESOURCES[group]
    name = {"Fn::Sub": f"/aws/lambda/${{Prefix}}-${{Stage}}-{function}"}
    assert resource["Properties"]["LogGroupName"] == name
    assert resource["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionInDays"}
    assert resource["DeletionPolicy"] == "Delete"
    assert named == f"postern-dev-{function}"


def test_a_message_is_hidden_for_longer_than_the_consumer_may_take() -> None:
    """Six times its time-out, as AWS asks of a source: it is never with two at once."""
    consumer = configuration.read(PROJECT)["lambda_functions"][DELIVER_LOGOUTS]
    assert QUEUE["VisibilityTimeout"] == 6 * consumer["lambda_timeout"]


def test_a_message_is_tried_as_often_as_the_consumer_counts() -> None:
    """What the consumer calls the last try is the last one."""
    policy = QUEUE["RedrivePolicy"]
    assert policy["maxReceiveCount"] == logout_delivery.MOST_TRIES
    assert policy["deadLetterTargetArn"] == {"Fn::GetAtt": ["UndeliveredLogouts", "Arn"]}


def test_every_try_comes_before_a_message_is_forgotten() -> None:
    """With time to spare for an operator who wants to see it waiting."""
    tries = sum(logout_delivery.WAITS) + QUEUE["VisibilityTimeout"]
    assert 2 * tries < QUEUE["MessageRetentionPeriod"]


def test_what_was_not_delivered_is_kept_for_two_weeks() -> None:
    """SQS's most. The days count from when the message was sent, so it must be the longer one."""
    assert UNDELIVERED["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert UNDELIVERED["MessageRetentionPeriod"] > QUEUE["MessageRetentionPeriod"]


def test_only_the_queue_of_logouts_may_set_messages_aside_there() -> None:
    """By its name: the two would wait for each other."""
    name = QUEUE["QueueName"]["Fn::Sub"]
    arn = f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{name}"
    assert UNDELIVERED["RedriveAllowPolicy"] == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [{"Fn::Sub": arn}],
    }


@pytest.mark.parametrize("properties", [QUEUE, UNDELIVERED])
def test_messages_are_encrypted(properties: dict[str, Any]) -> None:
    """With SQS's own key: it costs nothing and wants no permission."""
    assert properties["SqsManagedSseEnabled"] is True


def test_the_queues_of_an_emulator_are_these() -> None:
    """Where no stack makes them; it is never waited at there."""
    assert {name: str(QUEUE[name]) for name in queues.LOGOUTS} == queues.LOGOUTS
    assert {name: str(UNDELIVERED[name]) for name in queues.UNDELIVERED} == queues.UNDELIVERED
    assert QUEUE["RedrivePolicy"]["maxReceiveCount"] == queues.RECEIVES
    assert UNDELIVERED["QueueName"] == {"Fn::Sub": f"{QUEUE['QueueName']['Fn::Sub']}-undelivered"}


def test_a_stages_table_has_a_literal_name() -> None:
    """CloudFormation adopts a table that a stack left behind only by a literal name."""
    of_stage = template.for_stage(template.load(), "dev")
    assert of_stage["Resources"]["Table"]["Properties"]["TableName"] == "postern-dev"
    assert of_stage["Parameters"]["Stage"]["Default"] == "dev"


def test_a_stages_template_fits_into_a_call() -> None:
    """CloudFormation takes at most 51,200 bytes without S3."""
    assert len(json.dumps(template.for_stage(template.load(), "prod"))) < 51_200


@pytest.mark.parametrize("stage", ["local", "", "a_b", "-x", "x" * 31, "a/b", "dé"])
def test_a_stage_that_cannot_name_things_is_refused(stage: str) -> None:
    """A name goes into a table's, a function's, a log group's and a stack's name."""
    with pytest.raises(DeploymentError):
        check_stage(stage)


def test_cfn_lint_finds_nothing() -> None:
    """The template is well-formed CloudFormation by the resource specifications."""
    from cfnlint.api import ManualArgs, lint_file

    found = lint_file(
        CLOUDFORMATION / "resources.yaml", ManualArgs(regions=["us-east-1", "eu-west-1"])
    )
    assert [str(match) for match in found] == []
