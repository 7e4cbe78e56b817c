"""The policies of the API's role and of the rotation's: least privilege, in both forms.

The deliveries' is in test_delivery_policy.py.
"""

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from chalicelib.aws import data_keys, signer
from chalicelib.records.keyring import KEYRING_KEY
from infra.deployment import policy
from infra.deployment.names import API_HANDLER, DELIVER_LOGOUTS, ROTATE_KEYS

TABLE_ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/postern-dev"
FILLED = policy.filled(policy.load(), policy.values("dev", TABLE_ARN))
IN_TEMPLATE = policy.in_cloudformation(policy.load())
BOTH = pytest.mark.parametrize("document", [FILLED, IN_TEMPLATE], ids=["filled", "template"])

# The same of the function that a schedule calls.
ROTATION = policy.load(ROTATE_KEYS)
ROTATION_FILLED = policy.filled(ROTATION, policy.values("dev", TABLE_ARN))
ROTATION_IN_TEMPLATE = policy.in_cloudformation(ROTATION)
BOTH_OF_ROTATION = pytest.mark.parametrize(
    "document", [ROTATION_FILLED, ROTATION_IN_TEMPLATE], ids=["filled", "template"]
)
ALL_FOUR = pytest.mark.parametrize(
    "document",
    [FILLED, IN_TEMPLATE, ROTATION_FILLED, ROTATION_IN_TEMPLATE],
    ids=["filled", "template", "rotation-filled", "rotation-template"],
)


def _actions(document: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for statement in document["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        actions = statement["Action"]
        found |= {actions} if isinstance(actions, str) else set(actions)
    return found


def _statement(action: str) -> dict[str, Any]:
    allowed = (s for s in FILLED["Statement"] if s["Effect"] == "Allow")
    (found,) = (s for s in allowed if str(s["Action"]).lstrip("['").startswith(action))
    statement: dict[str, Any] = found
    return statement


@BOTH
def test_the_role_may_do_these_and_nothing_else(document: dict[str, Any]) -> None:
    """Items of the table, signatures, its data keys, messages for the queue, its own log lines."""
    assert _actions(document) == {
        "dynamodb:BatchGetItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "kms:Decrypt",
        "kms:Sign",
        "logs:CreateLogStream",
        "logs:FilterLogEvents",
        "logs:PutLogEvents",
        "sqs:SendMessage",
    }


@pytest.mark.parametrize(
    "action",
    [
        "dynamodb:Scan",
        "dynamodb:DeleteTable",
        "dynamodb:ExportTableToPointInTime",
        "kms:CreateKey",
        "kms:CreateGrant",
        "kms:EnableKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyPair",
        "kms:GenerateDataKeyPairWithoutPlaintext",
        "kms:GetPublicKey",
        "kms:ReEncryptFrom",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
        "iam:PassRole",
        "logs:CreateLogGroup",
        "sqs:ReceiveMessage",
        "sqs:PurgeQueue",
    ],
)
def test_no_pattern_lets_more_in(action: str) -> None:
    """Not by name and not by a wildcard: no scan, no new key, no tag that would admit one."""
    assert not any(fnmatchcase(action, allowed) for allowed in _actions(FILLED))


def test_items_are_those_of_this_stages_table() -> None:
    """One ARN, without a wildcard."""
    assert _statement("dynamodb")["Resource"] == TABLE_ARN


@BOTH
def test_the_keyring_is_read_only(document: dict[str, Any]) -> None:
    """Who writes it decides which keys verifiers trust: code in the function cannot add its own."""
    (denied,) = (s for s in document["Statement"] if s["Effect"] == "Deny")
    writes = {"dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
    assert set(denied["Action"]) == writes == _writes(document)
    keys = {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": [KEYRING_KEY.pk]}}
    assert denied["Condition"] == keys


def _writes(document: dict[str, Any]) -> set[str]:
    dynamodb = {action for action in _actions(document) if action.startswith("dynamodb:")}
    return dynamodb - {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"}


@ALL_FOUR
def test_no_statement_is_for_every_resource(document: dict[str, Any]) -> None:
    """A resource is named down to its service, account and kind."""
    for statement in document["Statement"]:
        resource = statement["Resource"]
        arn = resource if isinstance(resource, str) else resource["Fn::Sub"]
        assert arn == "${Table.Arn}" or arn.startswith("arn:")
        assert "*" not in arn.rsplit(":", 2)[0].removesuffix("*"), arn


def test_messages_go_into_this_stages_queue() -> None:
    """One ARN, without a wildcard; and none comes out of it."""
    queue = "arn:aws:sqs:eu-west-1:123456789012:postern-dev-logout"
    assert _statement("sqs")["Resource"] == queue


@pytest.mark.parametrize("action", ["kms:Sign", "kms:Decrypt"])
def test_a_key_needs_the_tags_of_project_and_stage(action: str) -> None:
    """A key made later by `key rotate` works at once; another project's or stage's never."""
    equals = _statement(action)["Condition"]["StringEquals"]
    assert equals["aws:ResourceTag/app"] == "postern"
    assert equals["aws:ResourceTag/stage"] == "dev"


def test_a_signature_is_by_an_algorithm_that_the_code_asks_for() -> None:
    """And by no other, in KMS's words."""
    equals = _statement("kms:Sign")["Condition"]["StringEquals"]
    assert sorted(equals["kms:SigningAlgorithm"]) == sorted(set(signer.ALGORITHMS.values()))


def test_only_data_keys_of_the_stage_are_decrypted() -> None:
    """The conditions are what the server says with every Decrypt; all of them must hold."""
    condition = _statement("kms:Decrypt")["Condition"]
    assert set(condition) == {"StringEquals"}
    named = {
        name.removeprefix("kms:EncryptionContext:"): value
        for name, value in condition["StringEquals"].items()
        if name.startswith("kms:")
    }
    assert named == {"purpose": "jwt-signing", "stage": "dev"}
    assert named.items() <= data_keys.context("dev", "ES256").items()


def test_the_log_is_the_functions_own() -> None:
    """It may add to its own log group, which the stack made, and find events there."""
    group = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/postern-dev:*"
    assert _statement("logs")["Resource"] == group


@ALL_FOUR
def test_every_place_is_filled(document: dict[str, Any]) -> None:
    """What is left of `${...}` is inside Fn::Sub and known to CloudFormation."""
    text = json.dumps(document)
    if document in (FILLED, ROTATION_FILLED):
        assert "${" not in text
    else:
        assert "${TableArn}" not in text
        assert text.count("${") > 0


@BOTH_OF_ROTATION
def test_the_rotation_may_do_these_and_nothing_else(document: dict[str, Any]) -> None:
    """Two calls for the keyring, one for a new pair, its own log lines."""
    assert _actions(document) == {
        "dynamodb:GetItem",
        "dynamodb:UpdateItem",
        "kms:GenerateDataKeyPairWithoutPlaintext",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }
    assert {statement["Effect"] for statement in document["Statement"]} == {"Allow"}


@BOTH_OF_ROTATION
def test_the_rotation_has_the_keyring_and_no_other_item(document: dict[str, Any]) -> None:
    """All keys of a call must be the keyring's, and there must be one: for-all holds of none."""
    items = document["Statement"][0]
    assert items["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [KEYRING_KEY.pk]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


def test_the_rotation_makes_the_pairs_that_the_code_asks_for() -> None:
    """By the wrapping keys of the stage, of the specifications in use, for signing its JWTs."""
    (statement,) = (s for s in ROTATION_FILLED["Statement"] if "kms" in str(s["Action"]))
    assert set(statement["Condition"]) == {"StringEquals"}
    equals = dict(statement["Condition"]["StringEquals"])
    assert set(equals.pop("kms:DataKeyPairSpec")) == set(data_keys.SPECS.values())
    assert equals == {
        "aws:ResourceTag/app": "postern",
        "aws:ResourceTag/stage": "dev",
        "kms:EncryptionContext:purpose": "jwt-signing",
        "kms:EncryptionContext:stage": "dev",
    }


def test_each_function_has_a_policy_file_of_its_own() -> None:
    """The API handler's by Chalice's own rule, the others by what the configuration names."""
    assert policy.file_name("dev", API_HANDLER) == "policy-dev.json"
    assert policy.files("dev", lambda document: document) == {
        "policy-dev.json": policy.load(),
        "policy-dev-rotate_keys.json": ROTATION,
        "policy-dev-deliver_logouts.json": policy.load(DELIVER_LOGOUTS),
    }


def test_partition_and_region_are_the_tables() -> None:
    """The same source serves the partitions of China and GovCloud."""
    arn = "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/postern-prod"
    filled = policy.filled(policy.load(), policy.values("prod", arn))
    kms = next(s for s in filled["Statement"] if s["Action"] == "kms:Sign")
    assert kms["Resource"] == "arn:aws-cn:kms:cn-north-1:123456789012:key/*"
