"""A waiting request moves on, and is finished once."""

from __future__ import annotations

import pytest

from chalicelib.aws import authorization_requests
from chalicelib.aws.authorization_requests import RequestGone
from chalicelib.aws.table import Table
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.records.authorization_request import AuthorizationRequest
from chalicelib.values import replace
from tests.emulated_aws import Fault, Recorder
from tests.stage import START, Clock

WAITING = AuthorizationRequest(
    request_id="r1",
    client_id="c1",
    parameters={"scope": "read"},
    resources=(),
    browser_hash=b"b",
    created_at=START,
    expires_at=START + 600,
)


def stored(table: Table) -> AuthorizationRequest | None:
    return table.get(AuthorizationRequest, WAITING.key)


def test_a_request_remembers_how_far_its_user_has_come(table: Table) -> None:
    """The session that was opened for it, and the scopes agreed to, even none of them."""
    table.put(WAITING)
    authorization_requests.sign_in(table, WAITING, "s1")
    authorization_requests.consent(table, WAITING, "u1", ("read",))
    assert stored(table) == replace(
        WAITING, signed_in_session="s1", consented_user="u1", consented=("read",)
    )


def test_a_request_is_finished_once(table: Table) -> None:
    """Two tabs: the second is told that it came too late."""
    table.put(WAITING)
    authorization_requests.spend(table, WAITING, "first")
    with pytest.raises(RequestGone):
        authorization_requests.spend(table, WAITING, "second")


def test_a_lost_answer_is_recognised(table: Table, aws: Recorder) -> None:
    """The retry finds its own name on it."""
    table.put(WAITING)
    aws.faults.append(Fault("UpdateItem", "drop_after", times=1))
    authorization_requests.spend(table, WAITING, "mine")
    with pytest.raises(RequestGone):
        authorization_requests.spend(table, WAITING, "other")


@pytest.mark.parametrize("how", ["spent", "expired", "absent"])
def test_nothing_moves_any_more(table: Table, clock: Clock, how: str) -> None:
    """A finished, expired or unknown request takes neither a sign-in, a consent nor an end."""
    if how != "absent":
        table.put(WAITING)
    if how == "spent":
        authorization_requests.spend(table, WAITING, "first")
    if how == "expired":
        clock.time = WAITING.expires_at
    for attempt in (
        lambda: authorization_requests.sign_in(table, WAITING, "s1"),
        lambda: authorization_requests.consent(table, WAITING, "u1", ("read",)),
        lambda: authorization_requests.spend(table, WAITING, "second"),
    ):
        with pytest.raises(RequestGone):
            attempt()


def test_a_table_that_cannot_be_written_finishes_nothing(table: Table, aws: Recorder) -> None:
    """Neither spent nor gone: try again."""
    table.put(WAITING)
    aws.faults.append(Fault("UpdateItem", "internal"))
    with pytest.raises(TemporarilyUnavailable):
        authorization_requests.spend(table, WAITING, "mine")
