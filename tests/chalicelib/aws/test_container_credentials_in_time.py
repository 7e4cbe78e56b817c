"""How long the credentials of the container endpoint are used, and when new ones are fetched."""

from __future__ import annotations

import pytest

from chalicelib.aws.container_credentials import AGAIN, EARLY, TRIES, ContainerCredentials
from chalicelib.errors import TemporarilyUnavailable
from tests.chalicelib.aws.container import HOUR, NOW, ONE, TWO, Moving, document, environ
from tests.chalicelib.aws.stand_in import StandIn, says, sends


def test_expired_ones_are_not_taken() -> None:
    """An endpoint with nothing better to give gives nothing."""
    with StandIn([says(200, document(expires=NOW))]) as at:
        with pytest.raises(TemporarilyUnavailable, match="expired"):
            ContainerCredentials(environ(at), Moving())()
        assert len(at.calls) == 1


def test_they_are_kept_until_shortly_before_their_end() -> None:
    """One question for hours; then new ones, while the old ones still hold."""
    clock = Moving()
    end = NOW + 6 * HOUR
    with StandIn([says(200, document(expires=end)), says(200, document("TWO", end + HOUR))]) as at:
        credentials = ContainerCredentials(environ(at), clock)
        for moment in (NOW, NOW + HOUR, end - EARLY - 1):
            clock.now = moment
            assert credentials() == ONE
        assert len(at.calls) == 1
        clock.now = end - EARLY
        assert credentials() == TWO
        assert len(at.calls) == 2


def test_the_story_of_a_failing_endpoint() -> None:
    """The old ones serve to their last second; then nobody is served until it is back."""
    clock = Moving()
    end = NOW + 6 * HOUR
    with StandIn([says(200, document(expires=end)), sends(500, b"")]) as at:
        credentials = ContainerCredentials(environ(at), clock)
        credentials()
        early = end - EARLY
        # One try a minute: a request has more to do than to wait for what it does not need yet.
        asked = {early: 2, early + AGAIN - 1: 2, early + AGAIN: 3, end - 1: 4, end - 0.001: 4}
        for moment, count in asked.items():
            clock.now = moment
            assert credentials() == ONE
            assert len(at.calls) == count
        for moment in (end, end + 1):
            clock.now = moment
            with pytest.raises(TemporarilyUnavailable):
                credentials()
        assert len(at.calls) == 4 + 2 * TRIES
        at.replies[1] = says(200, document("TWO", end + HOUR))
        assert credentials() == TWO


def test_after_a_restore_the_old_ones_are_gone() -> None:
    """A snapshot wakes up days later, with what it held; not one call is signed with that."""
    clock = Moving()
    later = NOW + 30 * 24 * HOUR
    with StandIn([says(200, document()), says(200, document("TWO", later + HOUR))]) as at:
        credentials = ContainerCredentials(environ(at), clock)
        assert credentials() == ONE
        clock.now = later
        assert credentials() == TWO
        at.replies[1] = sends(500, b"")
        clock.now = later + 2 * HOUR
        with pytest.raises(TemporarilyUnavailable):
            credentials()


def test_short_lived_ones_are_not_asked_for_with_every_call() -> None:
    """An endpoint that gives less than EARLY each time is asked once a minute."""
    clock = Moving()
    with StandIn([says(200, document(expires=NOW + 300))]) as at:
        credentials = ContainerCredentials(environ(at), clock)
        for _ in range(3):
            credentials()
        assert len(at.calls) == 1
        clock.now += AGAIN
        credentials()
        assert len(at.calls) == 2
