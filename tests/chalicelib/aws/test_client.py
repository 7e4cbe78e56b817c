"""The client for AWS's JSON protocol, at a server that answers as it is told."""

from __future__ import annotations

import json
import socket
import threading
from binascii import crc32
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from chalicelib.aws.client import TRIES, AWSClient, ConditionFailed
from chalicelib.aws.credentials import Credentials
from chalicelib.aws.failures import ResourceNotFound, Throttled
from chalicelib.errors import TemporarilyUnavailable
from infra.local.wire import Answer, Call
from tests.chalicelib.aws.raw_server import RawServer, answer, answers, listens
from tests.chalicelib.aws.stand_in import CREDENTIALS, Reply, StandIn, drops, fails, says, sends

DONE = {"Item": {"a": {"S": "b"}}}


def checked(body: bytes, checksum: str) -> Reply:
    """Answer as DynamoDB does, with a checksum of the body."""
    return lambda _: Answer(200, (("X-Amz-Crc32", checksum),), body)


@contextmanager
def at(*replies: Reply) -> Iterator[tuple[StandIn, AWSClient]]:
    """A server with these replies, and a client at it."""
    with StandIn(replies) as server, closing(server.client()) as client:
        yield server, client


def get(client: AWSClient) -> dict[str, Any]:
    return client.call("dynamodb", "GetItem", {"TableName": "t", "Key": {"pk": {"S": "é"}}})


@pytest.mark.parametrize(
    "trouble",
    [
        fails("ThrottlingException"),
        fails("ProvisionedThroughputExceededException"),
        fails("RequestLimitExceeded"),
        fails("InternalServerError", 500),
        fails("KMSInternalException", 500),
        fails("DependencyTimeoutException", 503),
        says(429, {}),
        checked(b'{"Item":{}}', "1"),
        checked(b"{}", "not a number"),
        says(500, {}),
        says(503, {"message": "slow down"}),
        sends(502, b"<html>Bad Gateway</html>"),
        sends(200, b"{"),
        sends(200, b"[]"),
        sends(200, b"\xff"),
        sends(503, b""),
        drops,
    ],
    ids=lambda trouble: getattr(trouble, "__name__", None),
)
@pytest.mark.parametrize("times", [1, TRIES - 1])
def test_passing_trouble_is_tried_again(trouble: Reply, times: int) -> None:
    """Throttling, 5xx, junk and broken connections: the same bytes again, freshly signed."""
    with at(*[trouble] * times, says(200, DONE)) as (server, client):
        assert get(client) == DONE
    assert len(server.calls) == times + 1
    assert len({call.body for call in server.calls}) == 1


@pytest.mark.parametrize(
    "trouble",
    [fails("ThrottlingException"), says(500, {}), sends(200, b"x"), drops],
    ids=["throttled", "5xx", "junk", "dropped"],
)
def test_lasting_trouble_ends_after_three_tries(trouble: Reply) -> None:
    """The caller fails closed; the log is told which call it was."""
    with at(trouble) as (server, client):
        with pytest.raises(TemporarilyUnavailable) as refused:
            get(client)
        assert len(server.calls) == TRIES == 3
    assert refused.value.detail.startswith("dynamodb GetItem: ")
    assert refused.value.description == TemporarilyUnavailable.words


@pytest.mark.parametrize(
    "code",
    [
        "AccessDeniedException",
        "ValidationException",
        "ResourceNotFoundException",
        "UnrecognizedClientException",
        "ExpiredTokenException",
        "NotFoundException",
    ],
)
def test_a_refusal_is_not_tried_again(code: str) -> None:
    """Asking again would change nothing; it is no success either."""
    with at(fails(code, message="no"), says(200, DONE)) as (server, client):
        with pytest.raises(TemporarilyUnavailable) as refused:
            get(client)
        assert len(server.calls) == 1
    assert refused.value.detail == f"dynamodb GetItem: 400 {code}: no"


@pytest.mark.parametrize("item", [{"pk": {"S": "a"}}, None])
def test_a_failed_condition_carries_the_item(item: dict[str, Any] | None) -> None:
    """The loser of a race learns why without another read; it is not tried again."""
    members = {"Item": item} if item else {}
    with at(fails("ConditionalCheckFailedException", **members)) as (server, client):
        with pytest.raises(ConditionFailed) as failed:
            get(client)
        assert len(server.calls) == 1
    assert failed.value.item == item


def test_connections_are_kept() -> None:
    """One for all calls of a service, refused ones as well."""
    with at(says(200, DONE), fails("ConditionalCheckFailedException"), says(200, DONE)) as (
        server,
        client,
    ):
        get(client)
        with pytest.raises(ConditionFailed):
            get(client)
        get(client)
        assert server.connections == 1
        client.call("kms", "Sign", {})
        assert server.connections == 2


def test_a_stale_connection_is_replaced() -> None:
    """AWS closes what was idle, and a Lambda that slept finds out before it writes."""
    first = StandIn([says(200, DONE)])
    client = first.client()
    try:
        get(client)
        first.stop()
        with StandIn([says(200, DONE)], first.port) as second:
            assert get(client) == DONE
            assert len(second.calls) == 1
    finally:
        client.close()
        first.stop()


def test_a_stale_connection_is_no_try() -> None:
    """Dead after a restore, and then trouble for two tries: the third still counts."""

    def hangs_up(peer: socket.socket) -> None:
        answers(answer(b"{}"))(peer)
        listens(peer)

    with RawServer([hangs_up, listens, listens, answers(answer(b"{}"))]) as server:
        with closing(at_port(server.port)) as client:
            assert get(client) == {}
            assert get(client) == {}
        assert server.connections == 4


def test_a_connection_that_hangs_up_again_and_again() -> None:
    """The one that was kept, and then three tries."""

    def hangs_up(peer: socket.socket) -> None:
        answers(answer(b"{}"))(peer)
        listens(peer)

    with RawServer([hangs_up, *[listens] * TRIES]) as server:
        with closing(at_port(server.port)) as client:
            assert get(client) == {}
            with pytest.raises(TemporarilyUnavailable, match="closed"):
                get(client)
        assert server.connections == 1 + TRIES


def at_port(port: int) -> AWSClient:
    return AWSClient(
        "eu-west-1", lambda: CREDENTIALS, endpoint=f"http://127.0.0.1:{port}", timeout=5
    )


def test_a_checksum_that_is_right() -> None:
    """DynamoDB's; KMS sends none."""
    body = json.dumps(DONE).encode()
    with at(checked(body, str(crc32(body)))) as (server, client):
        assert get(client) == DONE
        assert len(server.calls) == 1


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (fails("ThrottlingException"), Throttled),
        (says(429, {}), Throttled),
        (fails("ResourceNotFoundException"), ResourceNotFound),
        (fails("NotFoundException"), ResourceNotFound),
    ],
)
def test_trouble_has_a_name(trouble: Reply, kind: type[TemporarilyUnavailable]) -> None:
    """For the log, and for how long the caller is told to wait."""
    with at(trouble) as (_, client), pytest.raises(kind):
        get(client)


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 308, 403, 404, 413])
def test_what_is_not_200_is_no_success(status: int) -> None:
    """Nor is a redirect followed: the request is signed for one host."""
    with at(sends(status, b"{}")) as (server, client):
        with pytest.raises(TemporarilyUnavailable):
            get(client)
        assert len(server.calls) in (1, TRIES)


def test_a_closed_client_opens_again() -> None:
    """Closing is for the end of a process, or of a test."""
    with at(says(200, DONE)) as (server, client):
        get(client)
        client.close()
        assert get(client) == DONE
        assert server.connections == 2


def test_nobody_there() -> None:
    """A refused connection is passing trouble that lasts."""
    with StandIn([drops]) as server:
        client = server.client()
    with closing(client), pytest.raises(TemporarilyUnavailable, match="ConnectionRefusedError"):
        get(client)


def test_a_silent_server_is_not_waited_for() -> None:
    """Each try ends by its time-out."""
    ended = threading.Event()

    def silent(_: Call) -> Answer:
        ended.wait(30)
        return Answer(200, (), b"{}")

    with StandIn([silent]) as server, closing(server.client(timeout=0.05)) as client:
        try:
            with pytest.raises(TemporarilyUnavailable, match="TimeoutError"):
                get(client)
            assert not ended.is_set()
        finally:
            ended.set()


def test_a_late_answer_is_never_taken_for_the_next() -> None:
    """A connection that timed out is closed: its answer belongs to another question."""
    go_on = threading.Event()

    def late(_: Call) -> Answer:
        go_on.wait(30)
        return Answer(200, (), json.dumps({"answer": "to the first"}).encode())

    replies = [late, says(200, {"answer": "to the second"})]
    with StandIn(replies) as server, closing(server.client(timeout=0.2)) as client:
        try:
            assert client.call("dynamodb", "GetItem", {}) == {"answer": "to the second"}
        finally:
            go_on.set()
        assert server.connections == 2


def test_credentials_are_asked_for_each_time() -> None:
    """A role's credentials change under a living process."""
    names = iter(["FIRST", "SECOND"])
    with StandIn([fails("ThrottlingException"), says(200, DONE)]) as server:
        client = AWSClient(
            "eu-west-1",
            lambda: Credentials(next(names), "example-secret", "example-token"),
            endpoint=server.url,
        )
        with closing(client):
            get(client)
    used = [str(call.header("Authorization")) for call in server.calls]
    assert ["Credential=FIRST/" in used[0], "Credential=SECOND/" in used[1]] == [True, True]
    assert {call.header("X-Amz-Security-Token") for call in server.calls} == {"example-token"}


def test_an_empty_answer_is_an_empty_object() -> None:
    """Some actions say nothing."""
    with at(sends(200, b"")) as (_, client):
        assert get(client) == {}
