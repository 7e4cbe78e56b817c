"""What each of the roles may do, as an evaluator of policies decides it.

ministack's evaluator, given what AWS says of a call: its own requests name neither items nor KMS's
conditions.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from chalicelib.aws import data_keys, signer
from chalicelib.records.client import client_key
from chalicelib.records.keyring import KEYRING_KEY
from chalicelib.records.logout_delivery import deliveries_partition
from infra.deployment import policy
from infra.deployment.names import API_HANDLER, DELIVER_LOGOUTS, ROTATE_KEYS

ACCOUNT, REGION = "123456789012", "eu-west-1"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/postern-dev"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0f3d"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda"

KEYRING = {"dynamodb:LeadingKeys": [KEYRING_KEY.pk]}
USER = {"dynamodb:LeadingKeys": ["U#abc"]}
CLIENT = {"dynamodb:LeadingKeys": [client_key("demoweb").pk]}
DELIVERY = {"dynamodb:LeadingKeys": [deliveries_partition("demoweb")]}
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:postern-dev-logout"
TAGS = {"aws:ResourceTag/app": "postern", "aws:ResourceTag/stage": "dev"}
SIGN = {**TAGS, "kms:SigningAlgorithm": "ECDSA_SHA_256"}


def _context(alg: str, stage: str = "dev") -> dict[str, str]:
    named = data_keys.context(stage, alg)
    return {f"kms:EncryptionContext:{name}": value for name, value in named.items()}


def _pair(alg: str, **changed: str) -> dict[str, str]:
    """What a call for a new pair says of itself, as the code makes it."""
    return {**TAGS, "kms:DataKeyPairSpec": data_keys.SPECS[alg], **_context(alg), **changed}


def _may(function: str, action: str, resource: str, context: Mapping[str, Any]) -> bool:
    filled = policy.filled(policy.load(function), policy.values("dev", TABLE))
    asked = EvalContext(
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/postern-dev-{function}/x",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=resource,
        region=REGION,
        service_context={name.lower(): value for name, value in context.items()},
    )
    decided: str = evaluate(asked, [parse_policy_document(filled)]).decision
    return decided == "Allow"


# What a call is, and whether the API's function and the rotation may make it.
DECISIONS: dict[str, tuple[str, str, Mapping[str, Any], bool, bool]] = {
    "keyring read": ("dynamodb:GetItem", TABLE, KEYRING, True, True),
    "keyring written": ("dynamodb:UpdateItem", TABLE, KEYRING, False, True),
    "keyring replaced": ("dynamodb:PutItem", TABLE, KEYRING, False, False),
    "keyring deleted": ("dynamodb:DeleteItem", TABLE, KEYRING, False, False),
    "user read": ("dynamodb:GetItem", TABLE, USER, True, False),
    "user written": ("dynamodb:UpdateItem", TABLE, USER, True, False),
    "keyring and user at once": (
        "dynamodb:UpdateItem",
        TABLE,
        {"dynamodb:LeadingKeys": [KEYRING_KEY.pk, "U#abc"]},
        False,
        False,
    ),
    "no item named": ("dynamodb:GetItem", TABLE, {}, True, False),
    "items read": ("dynamodb:BatchGetItem", TABLE, USER, True, False),
    "items queried": ("dynamodb:Query", TABLE, USER, True, False),
    "all items": ("dynamodb:Scan", TABLE, {}, False, False),
    "keyring of another table": ("dynamodb:GetItem", f"{TABLE}2", KEYRING, False, False),
    "signature": ("kms:Sign", KEY, SIGN, True, False),
    **{
        f"signature, {alg}": (
            "kms:Sign",
            KEY,
            {**TAGS, "kms:SigningAlgorithm": name},
            True,
            False,
        )
        for alg, name in signer.ALGORITHMS.items()
    },
    "signature by another algorithm": (
        "kms:Sign",
        KEY,
        {**TAGS, "kms:SigningAlgorithm": "RSASSA_PSS_SHA_512"},
        False,
        False,
    ),
    "data key decrypted": ("kms:Decrypt", KEY, {**TAGS, **_context("ES256")}, True, False),
    **{
        f"new pair, {alg}": (
            "kms:GenerateDataKeyPairWithoutPlaintext",
            KEY,
            _pair(alg),
            False,
            True,
        )
        for alg in data_keys.SPECS
    },
    "new pair with its private half": (
        "kms:GenerateDataKeyPair",
        KEY,
        _pair("ES256"),
        False,
        False,
    ),
    "new data key": ("kms:GenerateDataKey", KEY, _pair("ES256"), False, False),
    "new key": ("kms:CreateKey", "*", {}, False, False),
    "own log": ("logs:PutLogEvents", f"{LOGS}/postern-dev:log-stream:a", {}, True, False),
    "rotation's log": (
        "logs:PutLogEvents",
        f"{LOGS}/postern-dev-rotate_keys:log-stream:a",
        {},
        False,
        True,
    ),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_the_api_may(name: str) -> None:
    """Everything about tokens, and nothing that decides which keys verifiers trust."""
    action, resource, context, expected, _ = DECISIONS[name]
    assert _may(API_HANDLER, action, resource, context) is expected


@pytest.mark.parametrize("name", DECISIONS)
def test_the_rotation_may(name: str) -> None:
    """New pairs into the keyring item; it reads nobody's data, signs and decrypts nothing."""
    action, resource, context, _, expected = DECISIONS[name]
    assert _may(ROTATE_KEYS, action, resource, context) is expected


# The same of the function that the queue calls.
OF_DELIVERIES: dict[str, tuple[str, str, Mapping[str, Any], bool]] = {
    "client read": ("dynamodb:GetItem", TABLE, CLIENT, True),
    "client written": ("dynamodb:PutItem", TABLE, CLIENT, False),
    "client changed": ("dynamodb:UpdateItem", TABLE, CLIENT, False),
    "keyring read": ("dynamodb:GetItem", TABLE, KEYRING, True),
    "keyring written": ("dynamodb:PutItem", TABLE, KEYRING, False),
    "keyring changed": ("dynamodb:UpdateItem", TABLE, KEYRING, False),
    "delivery written": ("dynamodb:PutItem", TABLE, DELIVERY, True),
    "delivery read": ("dynamodb:GetItem", TABLE, DELIVERY, False),
    "delivery deleted": ("dynamodb:DeleteItem", TABLE, DELIVERY, False),
    "delivery and client at once": (
        "dynamodb:PutItem",
        TABLE,
        {"dynamodb:LeadingKeys": [*DELIVERY["dynamodb:LeadingKeys"], "A#demoweb"]},
        False,
    ),
    "no item named": ("dynamodb:PutItem", TABLE, {}, False),
    "no item named, read": ("dynamodb:GetItem", TABLE, {}, False),
    "user read": ("dynamodb:GetItem", TABLE, USER, False),
    "items read": ("dynamodb:BatchGetItem", TABLE, CLIENT, False),
    "items queried": ("dynamodb:Query", TABLE, CLIENT, False),
    "all items": ("dynamodb:Scan", TABLE, {}, False),
    "client of another table": ("dynamodb:GetItem", f"{TABLE}2", CLIENT, False),
    "signature": ("kms:Sign", KEY, SIGN, True),
    "signature of another stage": (
        "kms:Sign",
        KEY,
        {**SIGN, "aws:ResourceTag/stage": "prod"},
        False,
    ),
    "data key decrypted": ("kms:Decrypt", KEY, {**TAGS, **_context("ES256")}, True),
    "new pair": ("kms:GenerateDataKeyPairWithoutPlaintext", KEY, _pair("ES256"), False),
    "message taken": ("sqs:ReceiveMessage", QUEUE, {}, True),
    "message hidden": ("sqs:ChangeMessageVisibility", QUEUE, {}, True),
    "message removed": ("sqs:DeleteMessage", QUEUE, {}, True),
    "queue looked at": ("sqs:GetQueueAttributes", QUEUE, {}, True),
    "message sent": ("sqs:SendMessage", QUEUE, {}, False),
    "queue emptied": ("sqs:PurgeQueue", QUEUE, {}, False),
    "message of what was not delivered": (
        "sqs:ReceiveMessage",
        f"{QUEUE}-undelivered",
        {},
        False,
    ),
    "own log": (
        "logs:PutLogEvents",
        f"{LOGS}/postern-dev-deliver_logouts:log-stream:a",
        {},
        True,
    ),
    "API's log": ("logs:PutLogEvents", f"{LOGS}/postern-dev:log-stream:a", {}, False),
}


@pytest.mark.parametrize("name", OF_DELIVERIES)
def test_the_deliveries_may(name: str) -> None:
    """What a logout token takes, and the record of it; nobody's data, and no client's."""
    action, resource, context, expected = OF_DELIVERIES[name]
    assert _may(DELIVER_LOGOUTS, action, resource, context) is expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("sqs:SendMessage", True),
        ("sqs:ReceiveMessage", False),
        ("sqs:DeleteMessage", False),
        ("sqs:GetQueueAttributes", False),
    ],
)
def test_only_the_api_sends(action: str, expected: bool) -> None:
    """It asks for a delivery and sees none; the rotation has nothing to do with it."""
    assert _may(API_HANDLER, action, QUEUE, {}) is expected
    assert not _may(ROTATE_KEYS, action, QUEUE, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("aws:ResourceTag/app", "other"),
        ("aws:ResourceTag/stage", "prod"),
        ("kms:DataKeyPairSpec", "RSA_4096"),
        ("kms:DataKeyPairSpec", "ECC_SECG_P256K1"),
        ("kms:EncryptionContext:purpose", "backup"),
        ("kms:EncryptionContext:stage", "prod"),
    ],
)
def test_a_pair_of_another_kind_is_refused(name: str, value: str) -> None:
    """Each condition counts by itself: tags of the wrapping key, specification, context."""
    changed = _pair("ES256", **{name: value})
    action = "kms:GenerateDataKeyPairWithoutPlaintext"
    assert not _may(ROTATE_KEYS, action, KEY, changed)
    assert _may(ROTATE_KEYS, action, KEY, {**changed, name: _pair("ES256")[name]})


@pytest.mark.parametrize("name", sorted(_pair("ES256").keys() - {"kms:EncryptionContext:alg"}))
def test_a_pair_that_does_not_say_what_it_is_for_is_refused(name: str) -> None:
    """A condition on what is not there does not hold."""
    said = {key: value for key, value in _pair("ES256").items() if key != name}
    assert not _may(ROTATE_KEYS, "kms:GenerateDataKeyPairWithoutPlaintext", KEY, said)
