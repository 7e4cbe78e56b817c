"""The emulated AWS: moto behind one lock, with a place for tests to look in and to interfere."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from infra.local.emulator import Emulator, locked


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    """One emulator for the file; each test empties it by making its own names."""
    with Emulator() as running:
        yield running


def client(name: str, url: str) -> Any:
    """A boto3 client that asks once."""
    return boto3.client(
        name,
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=16),
    )


def make_table(dynamodb: Any, name: str) -> None:
    """A table with a string key `pk`."""
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def spend(dynamodb: Any, key: Any, barrier: threading.Barrier, winners: list[int]) -> None:
    """Delete the item if it is still there, at the same moment as the others."""
    barrier.wait()
    # Not by the client's own exception: botocore makes its class on first use, and races at it.
    with suppress(ClientError):
        dynamodb.delete_item(TableName="race", Key=key, ConditionExpression="attribute_exists(pk)")
        winners.append(1)


def test_one_of_sixteen_threads_wins_a_conditional_write(emulator: Emulator) -> None:
    """A conditional delete has exactly one winner, round after round."""
    dynamodb = client("dynamodb", emulator.url)
    make_table(dynamodb, "race")
    key = {"pk": {"S": "code"}}
    for _ in range(3):
        dynamodb.put_item(TableName="race", Item=key)
        winners: list[int] = []

        barrier = threading.Barrier(16)
        threads = [
            threading.Thread(target=spend, args=(dynamodb, key, barrier, winners))
            for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(winners) == 1


def test_calls_never_overlap() -> None:
    """The lock lets one call at a time through, to the last byte of its answer."""
    inside: list[int] = []
    most: list[int] = []

    def slow(environ: Any, start_response: Any) -> Iterable[bytes]:
        inside.append(1)
        yield b"first"
        time.sleep(0.01)
        most.append(len(inside))
        inside.pop()

    served = locked(slow)
    threads = [threading.Thread(target=served, args=({}, None)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(most), max(most)) == (8, 1)


def test_wrap_sees_every_call_and_may_drop_it() -> None:
    """A middleware counts the calls, and can close the connection after the commit."""
    calls: list[str] = []

    def wrap(app: Any) -> Any:
        def middleware(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            calls.append(environ["HTTP_X_AMZ_TARGET"].partition(".")[2])
            answer: Iterable[bytes] = app(environ, start_response)
            if calls[-1] == "PutItem":
                raise ConnectionError("the answer is lost")
            return answer

        return middleware

    with Emulator(wrap) as emulator:
        dynamodb = client("dynamodb", emulator.url)
        make_table(dynamodb, "lossy")
        with pytest.raises(HTTPClientError):
            dynamodb.put_item(TableName="lossy", Item={"pk": {"S": "x"}})
        assert dynamodb.scan(TableName="lossy")["Count"] == 1
    assert calls == ["CreateTable", "PutItem", "Scan"]


def test_nothing_is_left_after_stop() -> None:
    """The threads end and the port is free again."""
    before = set(threading.enumerate())
    emulator = Emulator()
    client("dynamodb", emulator.url).list_tables()
    emulator.stop()
    assert set(threading.enumerate()) == before


@pytest.mark.parametrize("digest", [False, True])
@pytest.mark.parametrize("scheme", ["PKCS1_V1_5", "PSS"])
def test_rsa_signatures_verify_as_jose_wants_them(
    emulator: Emulator, scheme: str, digest: bool
) -> None:
    """RS256 and PS256 verify, whether the message or its digest was sent."""
    kms = client("kms", emulator.url)
    key_id = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    message = b"header.payload"
    signature = kms.sign(
        KeyId=key_id,
        Message=hashlib.sha256(message).digest() if digest else message,
        MessageType="DIGEST" if digest else "RAW",
        SigningAlgorithm=f"RSASSA_{scheme}_SHA_256",
    )["Signature"]
    key = serialization.load_der_public_key(kms.get_public_key(KeyId=key_id)["PublicKey"])
    assert isinstance(key, rsa.RSAPublicKey)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    key.verify(signature, message, pss if scheme == "PSS" else padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"Message": b"x" * 4097}, "ValidationException"),
        ({"MessageType": "DIGEST"}, "ValidationException"),
        ({"SigningAlgorithm": "ECDSA_SHA_256"}, "InvalidKeyUsageException"),
        ({"KeyId": "alias/nobody"}, "NotFoundException"),
    ],
)
def test_kms_refuses_what_aws_refuses(
    emulator: Emulator, change: dict[str, Any], name: str
) -> None:
    """Long messages, digests of the wrong length, other algorithms and unknown keys are refused."""
    kms = client("kms", emulator.url)
    key_id = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    algorithm = "RSASSA_PKCS1_V1_5_SHA_256"
    asked = {"KeyId": key_id, "Message": b"x", "SigningAlgorithm": algorithm, **change}
    with pytest.raises(ClientError) as refused:
        kms.sign(**asked)
    assert refused.value.response["Error"]["Code"] == name


def test_disabled_key_does_not_sign(emulator: Emulator) -> None:
    """A key that the operator has disabled is refused by name."""
    kms = client("kms", emulator.url)
    key_id = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key_id)
    with pytest.raises(kms.exceptions.DisabledException):
        kms.sign(KeyId=key_id, Message=b"x", SigningAlgorithm="ECDSA_SHA_256")


def test_sign_answers_with_the_arn_of_the_key_behind_an_alias(emulator: Emulator) -> None:
    """The answer names the key that was really used."""
    kms = client("kms", emulator.url)
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    kms.create_alias(AliasName="alias/signing", TargetKeyId=key["KeyId"])
    said = kms.sign(KeyId="alias/signing", Message=b"x", SigningAlgorithm="ECDSA_SHA_256")
    assert said["KeyId"] == key["Arn"]


def test_kms_makes_and_uses_keys_of_the_edwards_curve(emulator: Emulator) -> None:
    """As AWS does since 2025: its own kind of key, one algorithm, 64 bytes over the message."""
    with closing(client("kms", emulator.url)) as kms:
        made = kms.create_key(KeySpec="ECC_NIST_EDWARDS25519", KeyUsage="SIGN_VERIFY")
        arn = made["KeyMetadata"]["Arn"]
        assert made["KeyMetadata"]["SigningAlgorithms"] == ["ED25519_SHA_512"]
        public = kms.get_public_key(KeyId=arn)
        assert public["SigningAlgorithms"] == ["ED25519_SHA_512"]
        signature = kms.sign(
            KeyId=arn, Message=b"m", MessageType="RAW", SigningAlgorithm="ED25519_SHA_512"
        )["Signature"]
        key = serialization.load_der_public_key(public["PublicKey"])
        assert isinstance(key, Ed25519PublicKey)
        key.verify(signature, b"m")
        with pytest.raises(kms.exceptions.InvalidKeyUsageException):
            kms.sign(KeyId=arn, Message=b"m", SigningAlgorithm="ECDSA_SHA_256")
