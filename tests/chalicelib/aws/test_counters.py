"""Counting attempts, atomically: taken before, given back after."""

from __future__ import annotations

import threading

import pytest

from chalicelib.aws import counters
from chalicelib.aws.counters import Limit, LimitReached
from chalicelib.aws.table import Table
from chalicelib.errors import TemporarilyUnavailable
from chalicelib.records.counter import Counter
from tests.emulated_aws import Fault, Recorder
from tests.stage import Clock

LIMIT = Limit("sign-in", most=3, seconds=900)
NOW = 1_800_000_000 + 100  # 100 seconds into a window


def number(table: Table, who: str = "ann", now: int = NOW) -> int:
    """What is counted in the window."""
    counter = table.get(Counter, LIMIT.counter(who, now).key)
    return counter.count if counter else 0


def test_a_window_has_a_most(table: Table) -> None:
    """The one above it is refused until the window ends, and not counted."""
    for _ in range(3):
        counters.count(table, LIMIT, "ann", NOW)
    with pytest.raises(LimitReached) as reached:
        counters.count(table, LIMIT, "ann", NOW)
    assert reached.value.retry_after == 800
    assert number(table) == 3


def test_a_new_window_counts_from_nothing(table: Table, clock: Clock) -> None:
    """And who else is counted apart."""
    for _ in range(3):
        counters.count(table, LIMIT, "ann", NOW)
    counters.count(table, LIMIT, "ben", NOW)
    clock.time = NOW + 800
    counters.count(table, LIMIT, "ann", NOW + 800)
    assert (number(table, now=NOW + 800), number(table, now=NOW)) == (1, 0)


@pytest.mark.parametrize("age", [0, 1, 799])
def test_a_window_is_the_same_for_all_of_it(age: int) -> None:
    """From its first second to its last."""
    assert LIMIT.counter("ann", NOW + age) == LIMIT.counter("ann", NOW)
    assert LIMIT.counter("ann", NOW + 800) != LIMIT.counter("ann", NOW)


def test_a_success_is_taken_back(table: Table) -> None:
    """Never below zero, whatever the window has become."""
    counter = counters.count(table, LIMIT, "ann", NOW)
    counters.count(table, LIMIT, "ann", NOW)
    counters.take_back(table, counter)
    assert number(table) == 1
    counters.take_back(table, counter)
    counters.take_back(table, counter)
    assert number(table) == 0


def test_taking_back_what_was_swept_makes_nothing_to_spend(table: Table) -> None:
    """A counter that is gone does not come back as minus one."""
    counters.take_back(table, LIMIT.counter("ann", NOW))
    assert number(table) == 0
    for _ in range(3):
        counters.count(table, LIMIT, "ann", NOW)
    with pytest.raises(LimitReached):
        counters.count(table, LIMIT, "ann", NOW)


def test_checking_counts_nothing(table: Table) -> None:
    """It only tells that the window is full."""
    counters.check(table, LIMIT, "ann", NOW)
    for _ in range(3):
        counters.count(table, LIMIT, "ann", NOW)
    with pytest.raises(LimitReached) as reached:
        counters.check(table, LIMIT, "ann", NOW)
    assert reached.value.retry_after == 800
    assert number(table) == 3


def test_many_at_once_do_not_slip_through(table: Table, tables: list[Table]) -> None:
    """Eight threads, three places."""
    barrier, lock = threading.Barrier(8), threading.Lock()
    outcomes: list[bool] = []

    def attempt(own: Table) -> None:
        barrier.wait()
        try:
            counters.count(own, LIMIT, "ann", NOW)
            counted = True
        except LimitReached:
            counted = False
        with lock:
            outcomes.append(counted)

    threads = [threading.Thread(target=attempt, args=(own,)) for own in tables]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False] * 5 + [True] * 3
    assert number(table) == 3


def test_the_limit_holds_when_an_answer_is_lost(table: Table, aws: Recorder) -> None:
    """A count may be taken twice, never too seldom."""
    aws.faults.append(Fault("UpdateItem", "drop_after", times=1))
    counters.count(table, LIMIT, "ann", NOW)
    assert number(table) == 2


def test_what_cannot_be_counted_is_not_attempted(table: Table, aws: Recorder) -> None:
    """Fail closed."""
    aws.faults.append(Fault("*", "throttle"))
    with pytest.raises(TemporarilyUnavailable):
        counters.count(table, LIMIT, "ann", NOW)
    with pytest.raises(TemporarilyUnavailable):
        counters.check(table, LIMIT, "ann", NOW)


def test_a_counter_is_swept(table: Table, aws: Recorder) -> None:
    """It says so at its first count."""
    counters.count(table, LIMIT, "ann", NOW)
    values = aws.calls[0].payload["ExpressionAttributeValues"]
    assert values[":set_x"] == {"N": str(NOW + 800)}
    assert values[":set_ttl"] == {"N": str(NOW + 800 + Counter.RETENTION)}
