"""Calls to the emulated cloud, as its owner or with the role of a deployed function."""

import io
import json
import zipfile
from typing import Any

import boto3
from botocore.exceptions import ClientError

from chalicelib.aws import data_keys
from chalicelib.records.keyring import KEYRING_KEY
from infra import bootstrap
from infra.emulate import cloud, logouts

_KEYRING = {"pk": {"S": KEYRING_KEY.pk}, "sk": {"S": KEYRING_KEY.sk}}


# Service, operation, parameters.
Calls = dict[str, tuple[str, str, dict[str, Any]]]
DENIED = {"AccessDenied", "AccessDeniedException"}


def answers(function: str, asked: Calls) -> dict[str, str]:
    """What each call comes to with the role of a function: `done`, or the code of a refusal."""
    role = as_the_function(function)
    said = {}
    for name, (service, operation, parameters) in asked.items():
        try:
            getattr(role.client(service), operation)(**parameters)
        except ClientError as problem:
            said[name] = problem.response["Error"]["Code"]
        else:
            said[name] = "done"
    return said


def of_the_queue(deployed: cloud.Deployed) -> Calls:
    """What can be done with the queue of logouts and the one beside it; a message without a client
    is dropped."""
    queue = {"QueueUrl": deployed.queue_url}
    aside = {"QueueUrl": f"{deployed.queue_url}-undelivered"}
    body = json.dumps(logouts.message(logouts.GONE))
    return {
        "a message sent": ("sqs", "send_message", {**queue, "MessageBody": body}),
        "messages received": ("sqs", "receive_message", {**queue, "VisibilityTimeout": 0}),
        "the queue looked at": ("sqs", "get_queue_attributes", queue),
        "the queue emptied": ("sqs", "purge_queue", queue),
        "a message set aside": ("sqs", "send_message", {**aside, "MessageBody": body}),
        "those set aside received": ("sqs", "receive_message", aside),
    }


def refused(deployed: cloud.Deployed) -> Calls:
    """Calls that are not the rotation's. All are well-formed."""
    table = {"TableName": deployed.table_name}
    arn, pair = data_key("dev")
    other, _ = data_key("prod")
    context = data_keys.context("dev", "ES256")
    spec = {"KeyPairSpec": "ECC_NIST_P256", "EncryptionContext": context}
    signature = {
        "KeyId": deployed.key_arns[0],
        "Message": b"header.payload",
        "MessageType": "RAW",
        "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256",
    }
    return {
        "all items": ("dynamodb", "scan", table),
        "several items": (
            "dynamodb",
            "batch_get_item",
            {"RequestItems": {deployed.table_name: {"Keys": [_KEYRING]}}},
        ),
        "an item put": ("dynamodb", "put_item", {**table, "Item": _KEYRING}),
        "an item deleted": ("dynamodb", "delete_item", {**table, "Key": _KEYRING}),
        "a signature": ("kms", "sign", signature),
        "a data key decrypted": (
            "kms",
            "decrypt",
            {"KeyId": arn, "CiphertextBlob": pair, "EncryptionContext": context},
        ),
        "a pair in clear": ("kms", "generate_data_key_pair", {"KeyId": arn, **spec}),
        "a pair of another stage": (
            "kms",
            "generate_data_key_pair_without_plaintext",
            {"KeyId": other, **spec},
        ),
        "a new key": ("kms", "create_key", {}),
        "a log group": ("logs", "create_log_group", {"logGroupName": "/aws/lambda/x"}),
    }


def keyring(deployed: cloud.Deployed) -> Any:
    """The keyring item, as it is stored."""
    return boto3.client("dynamodb").get_item(TableName=deployed.table_name, Key=_KEYRING)["Item"]


def zipped(source: str) -> bytes:
    """The zip of a function whose module is `fails`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("fails.py", source)
    return packed.getvalue()


def data_key(stage: str) -> tuple[str, bytes]:
    """A stage's wrapping key, and a private half that it has encrypted."""
    kms = boto3.client("kms")
    arn = bootstrap.wrapping_key(kms, stage)
    made = kms.generate_data_key_pair_without_plaintext(
        KeyId=arn,
        KeyPairSpec="ECC_NIST_P256",
        EncryptionContext=data_keys.context(stage, "ES256"),
    )
    encrypted: bytes = made["PrivateKeyCiphertextBlob"]
    return arn, encrypted


def sign(arn: str) -> bytes:
    """A signature by a key, with the role of the API's function."""
    signed = (
        as_the_function()
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


def as_the_function(name: str = "postern-dev") -> boto3.Session:
    """A session with a function's role."""
    role = boto3.client("lambda").get_function(FunctionName=name)["Configuration"]["Role"]
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
