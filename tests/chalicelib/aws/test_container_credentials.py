"""The container endpoint: where it may be, what it may say, and how long that holds."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from chalicelib.aws.client import AWSClient
from chalicelib.aws.container_credentials import (
    TRIES,
    ContainerCredentials,
)
from chalicelib.aws.credential_source import source
from chalicelib.aws.credentials import FULL_URI
from chalicelib.errors import TemporarilyUnavailable
from infra.local.wire import Answer, Call
from tests.chalicelib.aws.container import (
    HOUR,
    NOW,
    ONE,
    TOKEN,
    TOKEN_FILE,
    TWO,
    Moving,
    document,
    environ,
)
from tests.chalicelib.aws.raw_server import RawServer, listens
from tests.chalicelib.aws.stand_in import Reply, StandIn, drops, says, sends


def test_what_is_asked() -> None:
    """A GET with the token, at the path and query of the URI."""
    with StandIn([says(200, document())]) as at:
        assert ContainerCredentials(environ(at), Moving())() == ONE
    (call,) = at.calls
    assert (call.method, call.target, call.body) == ("GET", "/credentials?v=1", b"")
    assert call.header("Authorization") == "example-authorization"
    assert call.header("Host") == f"127.0.0.1:{at.port}"


def test_without_a_token() -> None:
    """The variable may be missing; then there is no header, and not an empty one."""
    with StandIn([says(200, document())]) as at:
        assert ContainerCredentials({FULL_URI: at.url}, Moving())() == ONE
    assert at.calls[0].header("Authorization") is None
    assert at.calls[0].target == "/"


def test_the_file_wins_and_is_read_anew(tmp_path: Path) -> None:
    """The agent of Amazon EKS changes it while the process lives."""
    path = tmp_path / "token"
    path.write_text("first")
    clock = Moving()
    replies = [says(200, document()), says(200, document("TWO", NOW + 12 * HOUR))]
    with StandIn(replies) as at:
        credentials = ContainerCredentials(environ(at, **{TOKEN_FILE: str(path)}), clock)
        credentials()
        path.write_text("second")
        clock.now += 6 * HOUR
        assert credentials() == TWO
    assert [call.header("Authorization") for call in at.calls] == ["first", "second"]


@pytest.mark.parametrize("token", ["a\nX: b", "a\r", "\n", "a\r\n\r\n", "é", "a\0", "\x7f"])
@pytest.mark.parametrize("place", [TOKEN, TOKEN_FILE])
def test_a_token_that_is_no_header_value_is_not_sent(
    token: str, place: str, tmp_path: Path
) -> None:
    """It would add a header of its own to the request; its text does not go to the log either."""
    if place == TOKEN_FILE:
        (tmp_path / "token").write_text(token, newline="")
    value = str(tmp_path / "token") if place == TOKEN_FILE else token
    with StandIn([says(200, document())]) as at:
        credentials = ContainerCredentials({FULL_URI: at.url, place: value}, Moving())
        with pytest.raises(TemporarilyUnavailable, match="no header value"):
            credentials()
    assert at.calls == []


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """Asking without a token would be refused anyway."""
    with StandIn([says(200, document())]) as at:
        named = environ(at, **{TOKEN_FILE: str(tmp_path / "token")})
        with pytest.raises(TemporarilyUnavailable, match="FileNotFoundError"):
            ContainerCredentials(named, Moving())()
    assert at.calls == []


BAD: dict[str, Reply] = {
    "500": says(500, document()),
    "404": says(404, {"Code": "NotFound", "Message": "no"}),
    "401": sends(401, b""),
    "201": says(201, document()),
    "not JSON": sends(200, b'{"AccessKeyId": "ONE", "SecretAccessKey": "secret-ONE"'),
    "not UTF-8": sends(200, b"\xff"),
    "nothing": sends(200, b""),
    "a list": says(200, [document()]),
    "no key": says(200, document(AccessKeyId=None)),
    "no secret": says(200, document(SecretAccessKey=None)),
    "no token": says(200, document(Token=None)),
    "no end": says(200, document(Expiration=None)),
    "an empty secret": says(200, document(SecretAccessKey="")),
    "a number": says(200, document(SecretAccessKey=1)),
    "a null": says(200, {**document(), "Token": None}),
    "not a time": says(200, document(Expiration="secret-ONE")),
    "no time zone": says(200, document(Expiration="2090-01-01T00:00:00")),
    "dropped": drops,
}


@pytest.mark.parametrize("trouble", BAD.values(), ids=BAD)
def test_trouble_is_tried_again(trouble: Reply) -> None:
    """The endpoint may be slow to come up after a restore."""
    with StandIn([trouble, trouble, says(200, document())]) as at:
        assert ContainerCredentials(environ(at), Moving())() == ONE
    assert len(at.calls) == TRIES == 3


@pytest.mark.parametrize("trouble", BAD.values(), ids=BAD)
def test_lasting_trouble_is_told_without_secrets(trouble: Reply) -> None:
    """No call goes out unsigned, and the log learns why."""
    with StandIn([trouble]) as at:
        credentials = ContainerCredentials(environ(at), Moving())
        with pytest.raises(TemporarilyUnavailable) as refused:
            credentials()
        assert len(at.calls) == TRIES
    detail = refused.value.detail
    assert detail.startswith("credentials of the container: ")
    assert "secret-ONE" not in f"{detail}{refused.value.__cause__}{refused.value.__context__}"
    assert "example-authorization" not in detail


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """The token is for the endpoint that was named, and for no other."""
    with StandIn([says(200, document())]) as other:

        def away(_: Call) -> Answer:
            return Answer(status, (("Location", other.url),), b"")

        with StandIn([away]) as at, pytest.raises(TemporarilyUnavailable, match=str(status)):
            ContainerCredentials(environ(at), Moving())()
        assert other.calls == []


def test_an_endpoint_that_hangs_up() -> None:
    """It hears us, and closes without a word: each a try."""
    with RawServer([listens] * TRIES) as server:
        named = {FULL_URI: f"http://127.0.0.1:{server.port}/"}
        with pytest.raises(TemporarilyUnavailable, match="closed"):
            ContainerCredentials(named, Moving())()
        assert server.connections == TRIES


def test_an_endpoint_that_hangs() -> None:
    """Each try ends by its time-out."""
    ended = threading.Event()
    with RawServer([lambda _: ended.wait(30) and None] * TRIES) as server:
        named = {FULL_URI: f"http://127.0.0.1:{server.port}/"}
        with pytest.raises(TemporarilyUnavailable, match="TimeoutError"):
            ContainerCredentials(named, Moving(), timeout=0.05)()
        assert not ended.is_set()
        ended.set()


def test_nobody_there() -> None:
    """A refused connection."""
    with StandIn([drops]) as at:
        named = environ(at)
    with pytest.raises(TemporarilyUnavailable, match="ConnectionRefusedError"):
        ContainerCredentials(named, Moving())()


def test_secrets_hide_themselves() -> None:
    """Neither the credentials nor their source tell them in a trace."""
    with StandIn([says(200, document())]) as at:
        credentials = ContainerCredentials(environ(at), Moving())
        shown = f"{credentials!r} {credentials()!r}"
    assert "ONE" in shown
    assert not any(secret in shown for secret in ("secret-", "token-", "example-authorization"))


def test_calls_are_signed_with_them() -> None:
    """The whole way: endpoint, credentials, request."""
    with StandIn([says(200, document())]) as at, StandIn([says(200, {})]) as aws:
        client = AWSClient("eu-west-1", source(environ(at), Moving()), endpoint=aws.url)
        with closing(client):
            client.call("kms", "Sign", {})
            client.call("dynamodb", "GetItem", {})
    assert len(at.calls) == 1
    for call in aws.calls:
        assert call.header("X-Amz-Security-Token") == "token-ONE"
        assert "Credential=ONE/" in (call.header("Authorization") or "")


def test_without_credentials_nothing_is_sent() -> None:
    """One round of tries, not three: the call is not tried again without them."""
    with StandIn([sends(500, b"")]) as at, StandIn([says(200, {})]) as aws:
        client = AWSClient("eu-west-1", source(environ(at), Moving()), endpoint=aws.url)
        with closing(client), pytest.raises(TemporarilyUnavailable, match="credentials"):
            client.call("kms", "Sign", {})
    assert len(at.calls) == TRIES
    assert aws.calls == []
