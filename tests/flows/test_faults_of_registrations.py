"""AWS fails at each call of a registration, and of what keeps it, in each way.

Nobody is registered by halves, and what was not finished can be tried again.
"""

from __future__ import annotations

import pytest

from tests.flows import faults
from tests.flows import stories_of_registrations as tell
from tests.flows.faults import Begin, Book
from tests.world import World

STORIES = (
    tell.register,
    tell.register_with_a_token,
    tell.look,
    tell.change,
    tell.leave,
    tell.first_code,
    tell.refresh_a_day_later,
)
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
    """Position by position; then the honest retry has its way, after a bounded number of calls."""
    faults.play_for_good(world, begin, kind, book)


@stories
@pytest.mark.parametrize("kind", faults.ONCE)
def test_a_call_that_fails_once_is_not_felt(
    world: World, begin: Begin, kind: str, book: Book
) -> None:
    """The client tries again, and a write that was carried out recognises its own work."""
    faults.play_once(world, begin, kind, book)


@stories
@pytest.mark.parametrize("kind", faults.CONDITION)
def test_a_condition_that_does_not_hold_fails_closed(
    world: World, begin: Begin, kind: str, book: Book
) -> None:
    """Somebody else was first: the item is gone, or is what it is."""
    faults.play_condition(world, begin, kind, book)
