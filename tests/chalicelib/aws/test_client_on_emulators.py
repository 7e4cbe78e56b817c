"""The client against two emulators that others wrote: moto, and ministack in its own process."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from chalicelib.aws.client import AWSClient, ConditionFailed
from chalicelib.aws.credentials import Credentials
from chalicelib.aws.failures import ResourceNotFound, Throttled
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.protocol.signature import es256_from_der, verify
from tests import on_ministack
from tests.emulated_aws import Fault, Recorder

KEYS = (("pk", "HASH"), ("sk", "RANGE"))


class Emulated:
    """A client at one of them, a table that is empty, and its KMS keys by ARN."""

    def __init__(self, url: str, keys: dict[str, dict[str, str]]) -> None:
        self.client = AWSClient(
            "eu-west-1", lambda: Credentials("test", "test"), endpoint=url, timeout=20
        )
        self.keys = keys
        self.table = f"table-{secrets.token_hex(8)}"
        self.call(
            "CreateTable",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k, _ in KEYS],
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in KEYS],
        )

    def call(self, action: str, **payload: Any) -> dict[str, Any]:
        return self.client.call("dynamodb", action, {"TableName": self.table, **payload})

    def put(self, pk: str, sk: str = "-", **attributes: Any) -> dict[str, Any]:
        item = {"pk": {"S": pk}, "sk": {"S": sk}, **attributes}
        self.call("PutItem", Item=item)
        return item

    def arn(self, alg: str) -> str:
        return next(arn for arn, jwk in self.keys.items() if jwk["alg"] == alg)


@pytest.fixture(scope="module")
def on_moto(emulated: tuple[str, Recorder, dict[str, dict[str, str]]]) -> Iterator[Emulated]:
    """A table on moto."""
    aws = Emulated(emulated[0], emulated[2])
    with closing(aws.client):
        yield aws


@pytest.fixture(scope="module")
def on_another() -> Iterator[Emulated]:
    """A table on ministack."""
    with on_ministack.running() as cloud:
        aws = Emulated(cloud.url, cloud.keys)
        with closing(aws.client):
            yield aws


@pytest.fixture(
    params=["on_moto", pytest.param("on_another", marks=pytest.mark.emulator)],
    ids=["moto", "ministack"],
)
def aws(request: pytest.FixtureRequest) -> Emulated:
    """Each test on both."""
    found: Emulated = request.getfixturevalue(request.param)
    return found


def key(pk: str, sk: str = "-") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def test_what_was_put_is_got(aws: Emulated) -> None:
    """Text of any script, numbers, truth, sets; and nothing where nothing is."""
    item = aws.put("é\u2028\U0001f600", n={"N": "17"}, b={"BOOL": True}, s={"SS": ["ä"]})
    found = aws.call("GetItem", Key=key("é\u2028\U0001f600"), ConsistentRead=True)
    assert found["Item"] == item
    assert "Item" not in aws.call("GetItem", Key=key("nobody"))


def test_an_update_returns_what_is_there_then(aws: Emulated) -> None:
    """ALL_NEW, by a name that is a reserved word."""
    item = aws.put("update")
    answer = aws.call(
        "UpdateItem",
        Key=key("update"),
        UpdateExpression="SET #ttl = :ttl",
        ExpressionAttributeNames={"#ttl": "ttl"},
        ExpressionAttributeValues={":ttl": {"N": "1"}},
        ReturnValues="ALL_NEW",
    )
    assert answer["Attributes"] == {**item, "ttl": {"N": "1"}}


@pytest.mark.parametrize("action", ["PutItem", "UpdateItem", "DeleteItem"])
def test_a_failed_condition_brings_the_item(aws: Emulated, action: str) -> None:
    """What a write found instead, without another read."""
    item = aws.put(f"condition-{action}", v={"N": "1"})
    which = {"Item": item} if action == "PutItem" else {"Key": key(f"condition-{action}")}
    with pytest.raises(ConditionFailed) as failed:
        aws.call(
            action,
            **which,
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert failed.value.item == item


def test_a_failed_condition_on_nothing_brings_nothing(aws: Emulated) -> None:
    """There is no item to bring."""
    with pytest.raises(ConditionFailed) as failed:
        aws.call(
            "DeleteItem",
            Key=key("nobody"),
            ConditionExpression="attribute_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert failed.value.item is None


def test_many_are_got_at_once(aws: Emulated) -> None:
    """Those that are there, in no order."""
    items = [aws.put("many", str(number)) for number in range(3)]
    wanted = [key("many", str(number)) for number in range(4)]
    request = {aws.table: {"Keys": wanted, "ConsistentRead": True}}
    answer = aws.client.call("dynamodb", "BatchGetItem", {"RequestItems": request})
    found = answer["Responses"][aws.table]
    assert sorted(found, key=lambda item: item["sk"]["S"]) == items


def test_a_partition_is_queried_page_by_page(aws: Emulated) -> None:
    """LastEvaluatedKey goes back as ExclusiveStartKey."""
    items = [aws.put("query", str(number)) for number in range(3)]
    found: list[Any] = []
    start: dict[str, Any] = {}
    while True:
        answer = aws.call(
            "Query",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "query"}},
            Limit=2,
            **start,
        )
        found += answer["Items"]
        if not answer.get("LastEvaluatedKey"):
            break
        start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
    assert found == items


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_kms_signs(aws: Emulated, alg: str) -> None:
    """What comes back verifies by the key's public half."""
    algorithm = {"RS256": "RSASSA_PKCS1_V1_5_SHA_256", "ES256": "ECDSA_SHA_256"}[alg]
    payload = {
        "KeyId": aws.arn(alg),
        "Message": base64.b64encode(b"message").decode(),
        "MessageType": "RAW",
        "SigningAlgorithm": algorithm,
    }
    answer = aws.client.call("kms", "Sign", payload)
    signature = base64.b64decode(answer["Signature"])
    signature = es256_from_der(signature) if alg == "ES256" else signature
    assert answer["KeyId"] == aws.arn(alg)
    assert verify(alg, aws.keys[aws.arn(alg)], b"message", signature)
    assert not verify(alg, aws.keys[aws.arn(alg)], b"another", signature)


def test_a_message_is_sent_hidden_and_comes_again(aws: Emulated) -> None:
    """SQS's JSON protocol: a batch, a receipt, another time-out, and the count of receipts."""
    name = f"queue-{secrets.token_hex(8)}"
    queue = {"QueueUrl": aws.client.call("sqs", "CreateQueue", {"QueueName": name})["QueueUrl"]}
    sent = {**queue, "Entries": [{"Id": "0", "MessageBody": '{"é":"\u2028"}'}]}
    assert len(aws.client.call("sqs", "SendMessageBatch", sent)["Successful"]) == 1
    counts = []
    for _ in range(2):
        asked = {**queue, "AttributeNames": ["ApproximateReceiveCount"], "WaitTimeSeconds": 0}
        (message,) = aws.client.call("sqs", "ReceiveMessage", asked)["Messages"]
        assert message["Body"] == '{"é":"\u2028"}'
        counts.append(message["Attributes"]["ApproximateReceiveCount"])
        hidden = {**queue, "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0}
        assert aws.client.call("sqs", "ChangeMessageVisibility", hidden) == {}
    assert counts == ["1", "2"]


def test_no_such_queue(aws: Emulated) -> None:
    """A stage whose queue was deleted: our own misconfiguration, and never success."""
    url = "https://sqs.eu-west-1.amazonaws.com/000000000000/nowhere"
    sent = {"QueueUrl": url, "Entries": [{"Id": "0", "MessageBody": "{}"}]}
    with pytest.raises(ResourceNotFound, match=r"QueueDoesNotExist|NonExistentQueue"):
        aws.client.call("sqs", "SendMessageBatch", sent)


def test_a_receipt_that_is_none(aws: Emulated) -> None:
    """Of a message that has been deleted, say: told, and not tried again."""
    name = f"queue-{secrets.token_hex(8)}"
    url = aws.client.call("sqs", "CreateQueue", {"QueueName": name})["QueueUrl"]
    hidden = {"QueueUrl": url, "ReceiptHandle": "none", "VisibilityTimeout": 1}
    with pytest.raises(TemporarilyUnavailable, match="ReceiptHandleIsInvalid"):
        aws.client.call("sqs", "ChangeMessageVisibility", hidden)


def test_no_such_table(aws: Emulated) -> None:
    """A stage that was never deployed."""
    with pytest.raises(ResourceNotFound, match="ResourceNotFoundException"):
        aws.client.call("dynamodb", "GetItem", {"TableName": "nowhere", "Key": key("a")})


def test_no_such_key(aws: Emulated) -> None:
    """A KMS key that was deleted, or of another account."""
    payload = {"KeyId": "arn:aws:kms:eu-west-1:000000000000:key/nowhere"}
    with pytest.raises(ResourceNotFound, match="NotFoundException"):
        aws.client.call("kms", "GetPublicKey", payload)


def test_a_call_that_is_not_valid(aws: Emulated) -> None:
    """Our own fault: told to the log with the service's words, tried once."""
    with pytest.raises(TemporarilyUnavailable, match="ValidationException") as refused:
        aws.call("UpdateItem", Key=key("a"), UpdateExpression="nonsense")
    assert type(refused.value) is TemporarilyUnavailable


def test_throttling(
    on_moto: Emulated, emulated: tuple[str, Recorder, dict[str, dict[str, str]]]
) -> None:
    """It passes within three tries, or the caller is told to wait longer."""
    recorder = emulated[1]
    recorder.reset()
    recorder.faults.append(Fault("GetItem", "throttle", times=2))
    assert on_moto.call("GetItem", Key=key("nobody")) == {}
    recorder.faults[:] = [Fault("GetItem", "throttle")]
    with pytest.raises(Throttled) as refused:
        on_moto.call("GetItem", Key=key("nobody"))
    recorder.reset()
    assert refused.value.retry_after > TemporarilyUnavailable().retry_after
