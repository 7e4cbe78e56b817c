"""A grant from state to state, with lost answers and races lost. docs/storage.md, "A grant"."""

from __future__ import annotations

import pytest

from chalicelib.aws import grants
from chalicelib.aws.grants import Spent
from chalicelib.aws.table import Table
from chalicelib.encoding import sha256
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.protocol.refresh_chain import successor
from chalicelib.records.grant import CODE, LIVE, Grant
from chalicelib.values import replace
from tests.emulated_aws import Fault, Recorder
from tests.stage import START, Clock

CHAIN, FIRST = b"c" * 32, b"f" * 32
ISSUED = Grant(
    user_id="u1",
    grant_id="g1",
    client_id="c1",
    state=CODE,
    code_hash=sha256("code"),
    scope=("read",),
    resources=("https://api.example.com",),
    issued_at=START,
    expires_at=START + 60,
    ends_at=START + 1000,
)
LIVING = replace(
    ISSUED,
    state=LIVE,
    chain=CHAIN,
    current_hash=sha256(FIRST),
    rotated_at=START,
    expires_at=START + 500,
)


def stored(table: Table) -> Grant | None:
    return table.get(Grant, ISSUED.key)


def test_a_code_is_redeemed(table: Table, aws: Recorder) -> None:
    """One write makes the grant what it shall be, its sweep included."""
    table.put(ISSUED)
    aws.reset()
    grants.redeem(table, ISSUED, LIVING)
    assert aws.count() == {"UpdateItem": 1}
    assert stored(table) == LIVING


@pytest.mark.parametrize(
    "found",
    [
        LIVING,
        replace(LIVING, chain=b"x" * 32),
        replace(ISSUED, revoked_at=START),
        replace(ISSUED, code_hash=sha256("other")),
        replace(ISSUED, expires_at=START),
        None,
    ],
    ids=["redeemed", "by another", "revoked", "another code", "expired", "absent"],
)
def test_a_code_is_redeemed_once(table: Table, clock: Clock, found: Grant | None) -> None:
    """Whatever is found instead of the living code is handed over and stays as it is."""
    if found is not None:
        table.put(found)
    mine = replace(LIVING, chain=b"m" * 32)
    with pytest.raises(Spent) as spent:
        grants.redeem(table, ISSUED, mine)
    assert spent.value.grant == found
    clock.time = 0  # so that the expired one is shown as well
    assert stored(table) == found


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
def test_a_lost_answer_to_redeem_is_no_replay(table: Table, aws: Recorder, kind: str) -> None:
    """The retry knows its own first try by the fresh chain."""
    table.put(ISSUED)
    aws.faults.append(Fault("UpdateItem", kind, times=1))
    grants.redeem(table, ISSUED, LIVING)
    assert stored(table) == LIVING


def test_a_revocation_beats_the_retry_of_redeem(table: Table) -> None:
    """Revoked between the two tries: the code is spent, and nothing comes of it."""
    table.put(replace(LIVING, revoked_at=START))
    with pytest.raises(Spent):
        grants.redeem(table, ISSUED, LIVING)


def test_a_secret_rotates(table: Table, aws: Recorder) -> None:
    """To its successor in the chain; how often and when is kept with it."""
    table.put(LIVING)
    aws.reset()
    following = grants.rotate(table, LIVING, LIVING, FIRST, START + 5, START + 700)
    assert following == successor(CHAIN, FIRST)
    assert aws.count() == {"UpdateItem": 1}
    assert stored(table) == replace(
        LIVING,
        current_hash=sha256(following),
        number=1,
        rotated_at=START + 5,
        expires_at=START + 700,
    )


def test_two_that_rotate_at_once_agree(table: Table) -> None:
    """Both had read the grant before either wrote; the second finds its own successor there."""
    table.put(LIVING)
    first = grants.rotate(table, LIVING, LIVING, FIRST, START + 5, START + 700)
    second = grants.rotate(table, LIVING, LIVING, FIRST, START + 6, START + 701)
    assert first == second
    found = stored(table)
    assert found is not None
    assert (found.number, found.rotated_at) == (1, START + 5)


def test_a_lost_answer_to_rotate_is_no_replay(table: Table, aws: Recorder) -> None:
    """The retry gives the same answer, and the family goes on from there."""
    table.put(LIVING)
    aws.faults.append(Fault("UpdateItem", "drop_after", times=1))
    following = grants.rotate(table, LIVING, LIVING, FIRST, START + 5, START + 700)
    found = stored(table)
    assert found is not None
    assert found.number == 1
    assert grants.rotate(table, found, found, following, START + 6, START + 700) == successor(
        CHAIN, following
    )


@pytest.mark.parametrize(
    "found",
    [
        replace(LIVING, revoked_at=START),
        replace(LIVING, revoked_at=START, current_hash=sha256(successor(CHAIN, FIRST)), number=1),
        replace(LIVING, current_hash=sha256(successor(CHAIN, successor(CHAIN, FIRST))), number=2),
        replace(LIVING, expires_at=START),
        replace(ISSUED, revoked_at=None),
        None,
    ],
    ids=["revoked", "revoked after rotating", "two further", "expired", "still a code", "absent"],
)
def test_only_the_current_secret_of_a_living_grant_rotates(
    table: Table, found: Grant | None
) -> None:
    """Anything else is Spent, and nothing changes."""
    if found is not None:
        table.put(found)
    with pytest.raises(Spent) as spent:
        grants.rotate(table, LIVING, LIVING, FIRST, START + 5, START + 700)
    assert spent.value.grant == found


def test_revoking_is_idempotent(table: Table, aws: Recorder) -> None:
    """Once, twice, and where there is nothing; the first time stays."""
    grants.revoke(table, ISSUED.key, START)
    assert stored(table) is None
    table.put(LIVING)
    aws.reset()
    grants.revoke(table, LIVING.key, START + 1)
    grants.revoke(table, LIVING.key, START + 2)
    assert aws.count() == {"UpdateItem": 2}
    assert stored(table) == replace(LIVING, revoked_at=START + 1)


def test_revoking_says_done_only_when_it_is(table: Table, aws: Recorder) -> None:
    """A table that cannot be written is no success."""
    table.put(LIVING)
    aws.faults.append(Fault("UpdateItem", "throttle"))
    with pytest.raises(TemporarilyUnavailable):
        grants.revoke(table, LIVING.key, START)


def test_the_current_refresh_token_ends_its_grant(table: Table, aws: Recorder) -> None:
    """One write; a lost answer makes it two and changes nothing."""
    table.put(LIVING)
    aws.reset()
    ended = replace(LIVING, revoked_at=START + 1)
    assert grants.revoke_by_refresh_token(table, LIVING.key, FIRST, "c1", START + 1) == ended
    assert aws.count() == {"UpdateItem": 1}
    assert stored(table) == ended
    aws.faults.append(Fault("UpdateItem", "drop_after", times=1))
    assert grants.revoke_by_refresh_token(table, LIVING.key, FIRST, "c1", START + 1) == ended


def test_an_old_refresh_token_ends_its_grant_too(table: Table) -> None:
    """Who has any of the family may end it."""
    second = successor(CHAIN, FIRST)
    rotated = replace(LIVING, current_hash=sha256(second), number=1)
    table.put(rotated)
    assert grants.revoke_by_refresh_token(table, LIVING.key, FIRST, "c1", START + 1) == rotated
    found = stored(table)
    assert found is not None
    assert found.revoked_at == START + 1


@pytest.mark.parametrize(
    ("found", "secret", "client_id", "shown"),
    [
        (LIVING, FIRST, "c2", True),
        (LIVING, b"x" * 32, "c1", False),
        (LIVING, b"x" * 32, "c2", False),
        (LIVING, successor(CHAIN, FIRST), "c1", False),
        (None, FIRST, "c1", False),
    ],
    ids=["another client's", "forged", "forged for another", "not issued yet", "absent"],
)
def test_no_other_token_ends_it(
    table: Table, found: Grant | None, secret: bytes, client_id: str, shown: bool
) -> None:
    """Nothing changes; a genuine token of another client's is told from a forged one."""
    if found is not None:
        table.put(found)
    result = grants.revoke_by_refresh_token(table, LIVING.key, secret, client_id, START)
    assert result == (found if shown else None)
    assert stored(table) == found


def test_an_expired_grant_is_not_revoked(table: Table, clock: Clock) -> None:
    """It is gone, swept or not; its token is as good as forged."""
    table.put(LIVING)
    clock.time = LIVING.expires_at
    assert grants.revoke_by_refresh_token(table, LIVING.key, FIRST, "c1", clock()) is None
    clock.time = START
    assert stored(table) == LIVING


def test_a_code_cannot_be_revoked_as_a_refresh_token(table: Table) -> None:
    """A grant without a family has no refresh token that could be meant."""
    table.put(ISSUED)
    grants.revoke_by_refresh_token(table, ISSUED.key, FIRST, "c1", START)
    assert stored(table) == ISSUED


def test_an_ended_grant_is_gone_for_readers(table: Table, clock: Clock) -> None:
    """Its expiry is the last word, swept or not."""
    table.put(LIVING)
    clock.time = LIVING.expires_at
    assert stored(table) is None
    with pytest.raises(Spent):
        grants.rotate(table, LIVING, LIVING, FIRST, clock(), clock() + 10)
