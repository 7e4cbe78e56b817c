"""The policy of the consumer of logouts: least privilege, in both forms."""

import json
from typing import Any

import pytest

from chalicelib.records.client import client_key
from chalicelib.records.keyring import KEYRING_KEY
from chalicelib.records.logout_delivery import deliveries_partition
from infra.deployment import policy
from infra.deployment.names import DELIVER_LOGOUTS

TABLE_ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/postern-dev"
FILLED = policy.filled(policy.load(DELIVER_LOGOUTS), policy.values("dev", TABLE_ARN))
IN_TEMPLATE = policy.in_cloudformation(policy.load(DELIVER_LOGOUTS))
BOTH = pytest.mark.parametrize("document", [FILLED, IN_TEMPLATE], ids=["filled", "template"])


def _statement(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (s for s in document["Statement"] if s["Sid"] == name)
    statement: dict[str, Any] = found
    return statement


def _names(value: str | list[str]) -> set[str]:
    return {value} if isinstance(value, str) else set(value)


@BOTH
def test_it_may_do_these_and_nothing_else(document: dict[str, Any]) -> None:
    """Read, note, take from the queue, sign, its own log lines; it sends no message itself."""
    actions = {name for s in document["Statement"] for name in _names(s["Action"])}
    assert actions == {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "kms:Decrypt",
        "kms:Sign",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    }
    assert {statement["Effect"] for statement in document["Statement"]} == {"Allow"}


@BOTH
def test_it_reads_clients_and_the_keyring(document: dict[str, Any]) -> None:
    """All keys of a call must be of these, and there must be one: for-all holds of none."""
    condition = _statement(document, "ReadClientsAndTheKeyring")["Condition"]
    patterns = condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert patterns == [client_key("*").pk, KEYRING_KEY.pk]
    assert condition["Null"] == {"dynamodb:LeadingKeys": "false"}


@BOTH
def test_it_writes_records_of_deliveries(document: dict[str, Any]) -> None:
    """And no client: another logout URI would be told of everybody's logouts."""
    condition = _statement(document, "WriteHowDeliveriesWent")["Condition"]
    patterns = condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert patterns == [deliveries_partition("*")]
    assert condition["Null"] == {"dynamodb:LeadingKeys": "false"}


@pytest.mark.parametrize("name", ["SignWithThisStagesKeys", "UnlockThisStagesDataKeys"])
def test_it_signs_as_the_api_does(name: str) -> None:
    """A logout token is signed as the client's ID tokens are."""
    assert _statement(policy.load(DELIVER_LOGOUTS), name) == _statement(policy.load(), name)


def test_the_queue_is_the_one_that_the_api_sends_to() -> None:
    """The stage's, by its name; nothing on the one of what was not delivered."""
    taken = _statement(FILLED, "TakeFromThisStagesQueue")["Resource"]
    filled = policy.filled(policy.load(), policy.values("dev", TABLE_ARN))
    assert taken == _statement(filled, "AskForLogoutsToBeDelivered")["Resource"]
    assert taken == "arn:aws:sqs:eu-west-1:123456789012:postern-dev-logout"


@BOTH
def test_no_statement_is_for_every_resource(document: dict[str, Any]) -> None:
    """A resource is named down to its service, account and kind, and every place is filled."""
    for statement in document["Statement"]:
        resource = statement["Resource"]
        arn = resource if isinstance(resource, str) else resource["Fn::Sub"]
        assert arn == "${Table.Arn}" or arn.startswith("arn:")
        assert "*" not in arn.rsplit(":", 2)[0].removesuffix("*"), arn
    assert "${TableArn}" not in json.dumps(document)
    assert "${" not in json.dumps(FILLED)


def test_the_log_is_its_own() -> None:
    """By the function's name, which the stack's group has too."""
    group = (
        "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/postern-dev-deliver_logouts:*"
    )
    assert _statement(FILLED, "WriteItsOwnLog")["Resource"] == group
