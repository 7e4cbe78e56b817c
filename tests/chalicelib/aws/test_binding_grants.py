"""A grant is bound once, by whoever is first, and never freed. docs/decisions/0031."""

from __future__ import annotations

import pytest

from chalicelib.aws import grants
from chalicelib.aws.grants import Spent
from chalicelib.aws.table import Table
from chalicelib.encoding import sha256
from chalicelib.protocol.refresh_chain import successor
from chalicelib.records.grant import Grant
from chalicelib.values import replace
from tests.chalicelib.aws.test_grants import CHAIN, FIRST, LIVING, START, stored
from tests.emulated_aws import Fault, Recorder

BOUND = replace(LIVING, confirmation={"jkt": "a"})
OTHERWISE = replace(LIVING, confirmation={"jkt": "b"})
ROTATED = {"current_hash": sha256(successor(CHAIN, FIRST)), "number": 1}


def rotate(table: Table, read: Grant, bound: Grant) -> bytes:
    return grants.rotate(table, read, bound, FIRST, START + 5, START + 500)


def test_a_rotation_binds(table: Table, aws: Recorder) -> None:
    """In the one write that it is."""
    table.put(LIVING)
    aws.reset()
    rotate(table, LIVING, BOUND)
    assert aws.count() == {"UpdateItem": 1}
    found = stored(table)
    assert found is not None
    assert found.confirmation == {"jkt": "a"}


@pytest.mark.parametrize("bound", [LIVING, OTHERWISE], ids=["by nobody", "by another key"])
def test_what_was_bound_meanwhile_does_not_rotate_otherwise(table: Table, bound: Grant) -> None:
    """It was free when it was read; whoever shows nothing, or another key, was second."""
    table.put(BOUND)
    with pytest.raises(Spent):
        rotate(table, LIVING, bound)
    assert stored(table) == BOUND


@pytest.mark.parametrize("mine", [LIVING, OTHERWISE], ids=["by nobody", "by another key"])
def test_a_race_is_lost_to_another_binding(table: Table, mine: Grant) -> None:
    """Both rotate to the same successor; the second learns that it is not its own any more."""
    table.put(replace(BOUND, **ROTATED))
    with pytest.raises(Spent):
        rotate(table, LIVING, mine)
    table.put(replace(mine, **ROTATED))
    with pytest.raises(Spent):
        rotate(table, LIVING, BOUND)


def test_two_that_rotate_and_bind_alike_agree(table: Table) -> None:
    """One key, two proofs."""
    table.put(LIVING)
    assert rotate(table, LIVING, BOUND) == rotate(table, LIVING, BOUND)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_answer_is_our_own(table: Table, aws: Recorder, kind: str) -> None:
    """Of a rotation and of a binding."""
    for act in (lambda: rotate(table, LIVING, BOUND), lambda: grants.bind(table, LIVING, BOUND)):
        table.put(LIVING)
        aws.faults.append(Fault("UpdateItem", kind, times=1))
        act()
        aws.faults.clear()
        found = stored(table)
        assert found is not None
        assert found.confirmation == {"jkt": "a"}


def test_a_binding_that_changes_nothing_writes_nothing(table: Table, aws: Recorder) -> None:
    """A bound grant keeps what it is bound to, and a free one stays free."""
    for grant in (LIVING, BOUND):
        table.put(grant)
        aws.reset()
        grants.bind(table, grant, grant)
        assert aws.calls == []


@pytest.mark.parametrize(
    "found",
    [OTHERWISE, replace(BOUND, revoked_at=START), replace(LIVING, revoked_at=START), None],
    ids=["bound to another", "bound and revoked", "revoked", "absent"],
)
def test_only_a_free_and_living_grant_is_bound(table: Table, found: Grant | None) -> None:
    """Anything else is Spent, and stays as it is."""
    if found is not None:
        table.put(found)
    with pytest.raises(Spent):
        grants.bind(table, LIVING, BOUND)
    assert stored(table) == found
