"""AWS fails at each call of an assertion about a user: none counts twice, no user is made twice.

RFC 7523 section 3; the store of what was used that cannot be reached is a 503, never a success.
"""

from __future__ import annotations

import pytest

from tests.flows import faults
from tests.flows.faults import Begin, Book
from tests.flows.stories_of_id_jags import STORIES
from tests.world import World

stories = pytest.mark.parametrize("begin", STORIES, ids=lambda begin: begin.__name__)


@pytest.fixture
def world(signed_in: World) -> World:
    """The module's server."""
    return signed_in


@pytest.fixture(scope="module")
def book() -> Book:
    """What each healthy flow asked for; recorded once."""
    return {}


@stories
@pytest.mark.parametrize("kind", faults.FOR_GOOD)
def test_a_call_that_fails_for_good_fails_closed(
    world: World, begin: Begin, kind: str, book: Book
) -> None:
    """Position by position; then the honest retry has its way."""
    faults.play_for_good(world, begin, kind, book)


@stories
@pytest.mark.parametrize("kind", faults.ONCE)
def test_a_call_that_fails_once_is_not_felt(
    world: World, begin: Begin, kind: str, book: Book
) -> None:
    """A write that was carried out recognises its own work, and nobody else's."""
    faults.play_once(world, begin, kind, book)


@stories
@pytest.mark.parametrize("kind", faults.CONDITION)
def test_a_condition_that_does_not_hold_fails_closed(
    world: World, begin: Begin, kind: str, book: Book
) -> None:
    """Somebody else was first."""
    faults.play_condition(world, begin, kind, book)
