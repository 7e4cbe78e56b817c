"""What AWS refuses with, read and judged by us and by botocore."""

from __future__ import annotations

import json
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from botocore.parsers import ResponseParserError, create_parser
from botocore.retries import special, standard
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.failures import Failure, ResourceNotFound, Throttled
from chalicelib.errors import TemporarilyUnavailable

SESSION = botocore.session.get_session()
MODELS = {name: SESSION.get_service_model(name) for name in ("dynamodb", "kms", "sqs")}
OPERATIONS = {"dynamodb": "PutItem", "kms": "Sign", "sqs": "SendMessageBatch"}
TYPE = "com.amazonaws.dynamodb.v20120810#"
SIGNATURE = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n"
    "The Canonical String for this request should have been\n'POST\n/\n\n"
    "x-amz-security-token:example-token\n'"
)

# Bodies as the services send them, and what may come from something in between.
RECORDED = {
    "condition": (400, {"__type": f"{TYPE}ConditionalCheckFailedException", "message": "failed"}),
    "condition with its item": (
        400,
        {
            "Item": {"pk": {"S": "a"}},
            "__type": f"{TYPE}ConditionalCheckFailedException",
            "message": "The conditional request failed",
        },
    ),
    "no such table": (
        400,
        {"__type": f"{TYPE}ResourceNotFoundException", "message": "Requested resource not found"},
    ),
    "throughput": (
        400,
        {
            "__type": f"{TYPE}ProvisionedThroughputExceededException",
            "message": "The level of configured provisioned throughput was exceeded.",
        },
    ),
    "too many": (400, {"__type": "com.amazon.coral.availability#ThrottlingException"}),
    "not valid": (
        400,
        {"__type": "com.amazon.coral.validate#ValidationException", "message": "One or more"},
    ),
    "unknown token": (
        400,
        {"__type": "com.amazon.coral.service#UnrecognizedClientException", "message": "invalid."},
    ),
    "signature": (
        400,
        {"__type": "com.amazon.coral.service#InvalidSignatureException", "message": SIGNATURE},
    ),
    "internal": (500, {"__type": f"{TYPE}InternalServerError", "message": "failure"}),
    "no such key": (400, {"__type": "NotFoundException", "message": "Key 'arn' does not exist"}),
    "disabled key": (400, {"__type": "DisabledException", "message": "arn is disabled."}),
    "denied": (400, {"__type": "AccessDeniedException", "Message": "User is not authorized"}),
    "dependency": (503, {"__type": "DependencyTimeoutException", "message": "timed out"}),
    "kms": (500, {"__type": "KMSInternalException"}),
    "with a link": (400, {"__type": "LimitExceededException:http://internal.amazon.com/coral/"}),
    "no such queue": (
        400,
        {
            "__type": "com.amazonaws.sqs#QueueDoesNotExist",
            "message": "The specified queue does not exist.",
        },
    ),
    "no such queue, by its older name": (
        400,
        {
            "__type": "com.amazonaws.sqs#AWS.SimpleQueueService.NonExistentQueue",
            "message": "The specified queue does not exist.",
        },
    ),
    "too many for the queue": (400, {"__type": "com.amazonaws.sqs#RequestThrottled"}),
    "with both": (400, {"__type": f"{TYPE}Throttling:http://a/#b", "message": "m"}),
    "both messages": (400, {"__type": "A", "message": "a", "Message": "b"}),
    "no type": (400, {"message": "who am I"}),
    "an empty type": (400, {"__type": "", "message": "who am I"}),
    "nothing": (503, None),
    "an empty object": (500, {}),
}
BODIES = {
    name: (code, b"" if body is None else json.dumps(body).encode())
    for name, (code, body) in RECORDED.items()
}
BODIES |= {
    "a proxy's page": (502, b"<html><body>Bad Gateway</body></html>"),
    "cut short": (400, b'{"__type":"Throttl'),
    "a page that refuses": (403, b"Forbidden"),
}


def by_botocore(status: int, body: bytes, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The `Error` of a response as boto3 hands it on."""
    shape = MODELS["dynamodb"].operation_model("GetItem").output_shape
    given_ = {"status_code": status, "headers": headers or {}, "body": body}
    parsed: dict[str, Any] = create_parser("json").parse(given_, shape)
    return parsed["Error"]


@pytest.mark.parametrize(("status", "body"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize(
    "headers",
    [{}, {"x-amzn-errortype": "OtherException"}, {"x-amzn-requestid": "A"}],
    ids=["", "type header", "request id"],
)
def test_code_and_message_are_botocores(status: int, body: bytes, headers: dict[str, str]) -> None:
    """Of answers as they were recorded; the header X-Amzn-ErrorType is for other protocols."""
    error = by_botocore(status, body, headers)
    failure = Failure(status, body)
    # An empty type is no name for the log; botocore leaves it.
    assert failure.code == (error["Code"] or str(status))
    # Where AWS itself says nothing, botocore gives the name of the status, and we what came.
    if status < 500 or body.startswith(b"{"):
        assert failure.message == error["Message"]
    else:
        assert (failure.message, error["Message"]) == (body.decode(), HTTPStatus(status).phrase)


codes = st.text(st.sampled_from("aB.#:/1 é"), max_size=12)
bodies = st.dictionaries(
    st.sampled_from(["__type", "message", "Message", "Item", "code"]), codes, max_size=4
)


@given(body=bodies, status=st.sampled_from([400, 403, 500]))
def test_any_object_is_read_alike(body: dict[str, str], status: int) -> None:
    """Whatever the names look like."""
    content = json.dumps(body).encode()
    error = by_botocore(status, content)
    failure = Failure(status, content)
    assert (failure.code, failure.message) == (error["Code"] or str(status), error["Message"])


@pytest.mark.parametrize("content", [b"[]", b'"a"', b"1", b"null", b'{"__type":1}', b"\xff"])
def test_what_botocore_chokes_on_is_named_by_its_status(content: bytes) -> None:
    """An error that cannot be read is an error all the same."""
    with pytest.raises((ResponseParserError, AttributeError, TypeError, UnicodeDecodeError)):
        by_botocore(400, content)
    assert Failure(400, content).code == "400"


def test_only_sqs_has_a_second_name_for_errors() -> None:
    """X-Amzn-Query-Error is for services that had another protocol; we do not read it."""
    assert [name for name, model in MODELS.items() if model.is_query_compatible] == ["sqs"]


def botocore_tries_again(service: str, status: int, code: str) -> bool:
    """Whether botocore's standard mode would, were there tries left."""
    operation = MODELS[service].operation_model(OPERATIONS[service])
    context: Any = standard.RetryContext(
        attempt_number=1,
        operation_model=operation,
        parsed_response={"Error": {"Code": code, "Message": ""}},
        http_response=SimpleNamespace(status_code=status, content=b"", headers={}),
    )
    checkers: list[Any] = [
        standard.TransientRetryableChecker(),
        standard.ThrottledRetryableChecker(),
        standard.ModeledRetryableChecker(),
        special.RetryDDBChecksumError(),
    ]
    return any(checker.is_retryable(context) for checker in checkers)


MODELLED = {shape.name for model in MODELS.values() for shape in model.error_shapes}
COMMON = set(standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES)
COMMON |= set(standard.TransientRetryableChecker._TRANSIENT_ERROR_CODES)
COMMON |= {"AccessDeniedException", "ValidationException", "ExpiredTokenException", "400"}
COMMON |= {"InvalidSignatureException", "UnrecognizedClientException", "RequestExpired", "500"}


@pytest.mark.parametrize("code", sorted(MODELLED | COMMON))
@pytest.mark.parametrize("service", MODELS)
def test_what_passes_is_what_botocore_tries_again(service: str, code: str) -> None:
    """For every error of the services, and the common ones, under every status."""
    for status in (400, 403, 404, 409, 500, 502, 503, 504):
        failure = Failure(status, json.dumps({"__type": code}).encode())
        # botocore knows the modelled ones by the service's own list; a name is enough for us.
        assert failure.passes == any(botocore_tries_again(one, status, code) for one in MODELS)


@pytest.mark.parametrize("status", [429, 501, 505, 509, 599])
def test_statuses_that_pass_beside(status: int) -> None:
    """Too Many Requests, and every other 5xx: botocore's older mode has 429 and 509, too."""
    assert Failure(status, b"").passes


@pytest.mark.parametrize("status", [200, 201, 204, 301, 302, 307, 400, 401, 403, 404, 413])
def test_statuses_that_do_not(status: int) -> None:
    """A redirect as little as a refusal."""
    assert not Failure(status, b"").passes


@pytest.mark.parametrize(
    ("name", "kind", "wait"),
    [
        ("throughput", Throttled, 5),
        ("too many", Throttled, 5),
        ("no such table", ResourceNotFound, 1),
        ("no such key", ResourceNotFound, 1),
        ("no such queue", ResourceNotFound, 1),
        ("no such queue, by its older name", ResourceNotFound, 1),
        ("too many for the queue", Throttled, 5),
        ("denied", TemporarilyUnavailable, 1),
        ("internal", TemporarilyUnavailable, 1),
        ("a proxy's page", TemporarilyUnavailable, 1),
    ],
)
def test_what_the_caller_is_told(name: str, kind: type[TemporarilyUnavailable], wait: int) -> None:
    """Each fails closed: 503, to the second when to come again."""
    error = Failure(*BODIES[name]).error("dynamodb GetItem")
    assert (type(error), error.status, error.retry_after) == (kind, 503, wait)
    assert isinstance(error, TemporarilyUnavailable)
    assert error.description == TemporarilyUnavailable.words


def test_the_log_learns_which_call_failed_and_why() -> None:
    """The call, the status, the code and AWS's words."""
    error = Failure(*BODIES["no such key"]).error("kms Sign")
    assert error.detail == "kms Sign: 400 NotFoundException: Key 'arn' does not exist"


def test_a_refused_signature_does_not_take_the_token_to_the_log() -> None:
    """AWS answers it with all that was signed."""
    assert b"example-token" in BODIES["signature"][1]
    assert "example-token" not in Failure(*BODIES["signature"]).error("kms Sign").detail


def test_a_long_page_does_not_fill_the_log() -> None:
    """What is not AWS's may be of any length."""
    assert len(Failure(502, b"<p>" * 10_000).error("kms Sign").detail) < 400
