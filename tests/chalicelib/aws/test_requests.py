"""Whole requests: what boto3 sends for a call, and what we send for the same."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials as BotoCredentials
from botocore.regions import EndpointResolver
from botocore.session import Session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.aws.client import AWSClient, endpoint_of, server
from chalicelib.aws.credentials import Credentials
from infra.local.wire import Call
from tests.chalicelib.aws.stand_in import StandIn, says

REGION = "eu-west-1"
PLAIN = Credentials("AKEXAMPLE", "example-secret")
ROLE = Credentials("AKEXAMPLE", "example-secret", "example+token/==")
# What a request means; Host and Content-Type also decide who answers and how.
MEANING = ("Host", "Content-Type", "X-Amz-Target", "X-Amz-Security-Token", "Content-Length")


class Pair:
    """boto3 and our client, at one server."""

    def __init__(self, at: StandIn, credentials: Credentials) -> None:
        self.server = at
        self.credentials = credentials
        self.ours = AWSClient(REGION, lambda: credentials, endpoint=at.url)
        config = Config(retries={"total_max_attempts": 1}, proxies={}, parameter_validation=False)
        self.boto3 = {
            name: botocore.session.get_session().create_client(
                name,
                REGION,
                endpoint_url=at.url,
                aws_access_key_id=credentials.access_key,
                aws_secret_access_key=credentials.secret_key,
                aws_session_token=credentials.session_token or None,
                config=config,
            )
            for name in ("dynamodb", "kms")
        }

    def close(self) -> None:
        self.ours.close()
        for client in self.boto3.values():
            client.close()

    def send(self, service: str, action: str, payload: dict[str, Any]) -> tuple[Call, Call]:
        """The same call by boto3 and by us, as they arrived."""
        self.server.calls.clear()
        self.boto3[service]._make_api_call(action, payload)
        # What boto3 takes as bytes is base64 in JSON, and so with us.
        self.ours.call(service, action, json.loads(json.dumps(payload, default=_base64)))
        theirs, ours = self.server.calls
        return theirs, ours


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


@pytest.fixture(scope="module", params=[PLAIN, ROLE], ids=["key", "role"])
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Both clients, with a user's key and with a role's."""
    with StandIn([says(200, {})]) as at, closing(Pair(at, request.param)) as pair:
        yield pair


def is_signed(call: Call, service: str, credentials: Credentials) -> bool:
    """Whether botocore signs these bytes and headers, at the time they carry, like that."""
    authorization = call.header("Authorization") or ""
    names = authorization.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    headers = {name: call.header(name) for name in names}
    request = AWSRequest("POST", f"http://{call.header('Host')}/", headers=headers, data=call.body)
    request.context["timestamp"] = call.header("X-Amz-Date")
    signer = SigV4Auth(
        BotoCredentials(credentials.access_key, credentials.secret_key), service, REGION
    )
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    scope = f"{credentials.access_key}/{signer.scope(request).partition('/')[2]}"
    return authorization == (
        f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={';'.join(names)}, "
        f"Signature={signer.signature(to_sign, request)}"
    )


def are_alike(pair: Pair, service: str, action: str, payload: dict[str, Any]) -> None:
    theirs, ours = pair.send(service, action, payload)
    assert (ours.method, ours.target) == (theirs.method, theirs.target) == ("POST", "/")
    assert json.loads(ours.body) == json.loads(theirs.body)
    for name in MEANING[:-1]:
        assert ours.header(name) == theirs.header(name), name
    assert ours.header("Content-Length") == str(len(ours.body))
    assert is_signed(theirs, service, pair.credentials)
    assert is_signed(ours, service, pair.credentials)
    assert "x-amz-target" in (ours.header("Authorization") or "")


KEY = {"pk": {"S": "A#demo"}, "sk": {"S": "-"}}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "GetItem": ("dynamodb", {"TableName": "t", "Key": KEY, "ConsistentRead": True}),
    "PutItem": (
        "dynamodb",
        {
            "TableName": "t",
            "Item": {**KEY, "n": {"N": "1"}, "b": {"BOOL": True}, "l": {"SS": ["é", "\u2028"]}},
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
    ),
    "UpdateItem": (
        "dynamodb",
        {
            "TableName": "t",
            "Key": KEY,
            "UpdateExpression": "SET #ttl = :ttl",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {":ttl": {"N": "1700000000"}},
            "ReturnValues": "ALL_NEW",
        },
    ),
    "DeleteItem": ("dynamodb", {"TableName": "t", "Key": KEY}),
    "BatchGetItem": (
        "dynamodb",
        {"RequestItems": {"t": {"Keys": [KEY], "ConsistentRead": True}}},
    ),
    "Query": (
        "dynamodb",
        {
            "TableName": "t",
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": "A#\u0000\U0001f600"}},
        },
    ),
    "Sign": (
        "kms",
        {
            "KeyId": "arn:aws:kms:eu-west-1:000000000000:key/k",
            "Message": b"\x00\xff eyJ",
            "MessageType": "RAW",
            "SigningAlgorithm": "ECDSA_SHA_256",
        },
    ),
    "Decrypt": (
        "kms",
        {"CiphertextBlob": b"\x01", "EncryptionContext": {"purpose": "é"}, "KeyId": "k"},
    ),
    "GetPublicKey": ("kms", {"KeyId": "k"}),
}


@pytest.mark.parametrize("action", CALLS)
def test_a_call_means_the_same(pair: Pair, action: str) -> None:
    """Each action that the server uses: target, type, host, token, body, signature."""
    service, payload = CALLS[action]
    are_alike(pair, service, action, payload)


texts = st.text(max_size=20)
values = st.one_of(
    st.builds(lambda text: {"S": text}, texts),
    st.builds(lambda number: {"N": str(number)}, st.integers()),
    st.builds(lambda data: {"B": data}, st.binary(max_size=20)),
    st.builds(lambda many: {"SS": many}, st.lists(texts, max_size=3)),
    st.builds(lambda many: {"M": many}, st.dictionaries(texts, st.just({"NULL": True}))),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=texts, item=st.dictionaries(texts, values, max_size=4))
def test_any_item_means_the_same(pair: Pair, name: str, item: dict[str, Any]) -> None:
    """Whatever is written, in any script."""
    are_alike(pair, "dynamodb", "PutItem", {"TableName": name, "Item": item})


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=texts, message=st.binary(max_size=100), context=st.dictionaries(texts, texts))
def test_any_ciphertext_means_the_same(
    pair: Pair, key: str, message: bytes, context: dict[str, str]
) -> None:
    """Bytes and names."""
    payload = {"KeyId": key, "CiphertextBlob": message, "EncryptionContext": context}
    are_alike(pair, "kms", "Decrypt", payload)


SESSION: Session = botocore.session.get_session()
REGIONS = [
    region
    for partition in ("aws", "aws-us-gov", "aws-cn", "aws-eusc")
    for region in SESSION.get_available_regions("dynamodb", partition)
]


@pytest.mark.parametrize("service", ["dynamodb", "kms"])
def test_aws_is_where_botocore_finds_it(service: str) -> None:
    """In every Region that botocore knows, but for the secret ones."""
    assert len(REGIONS) > 25
    resolver = EndpointResolver(SESSION.get_data("endpoints"))
    for region in REGIONS:
        found = resolver.construct_endpoint(service, region)
        assert endpoint_of(service, region) == f"https://{found['hostname']}"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4566",
        "http://127.0.0.1:4566/",
        "http://localhost",
        "http://LOCALHOST:80",
        "https://dynamodb.eu-west-1.amazonaws.com",
        "https://kms.example:443",
        "https://kms.example:8443",
        "https://kms.example:80",
        "http://kms.example:443",
        "http://[::1]:8000",
        "http://[fd00:ec2::23]",
    ],
)
def test_the_host_is_signed_as_botocore_names_it(url: str) -> None:
    """The port belongs to it unless it is the scheme's own."""
    request = AWSRequest("POST", url, headers={}, data=b"")
    signer = SigV4Auth(BotoCredentials("a", "b"), "kms", REGION)
    assert server(url).authority == signer.headers_to_sign(request)["host"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:4566",
        "127.0.0.1",
        "//localhost",
        "http://",
        "http://:80",
        "ftp://localhost",
        "file:///etc/hosts",
        "http://localhost/path",
        "http://localhost?query",
        "http://localhost#fragment",
        "http://user@localhost",
        "http://user:word@localhost",
        "http://localhost:port",
        "http://localhost:99999",
    ],
)
def test_what_is_no_endpoint_is_refused_at_once(url: str) -> None:
    """A path would be dropped without a word, and the calls would go elsewhere."""
    with pytest.raises(ValueError):
        server(url)
