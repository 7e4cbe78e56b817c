"""AWS fails at each call of a client's request, in each way: the server fails closed, and recovers.

Throttled, broken, refused, dropped before and after the call was carried out, or a condition that
does not hold. RFC 7009 section 2.2.1 for revocation.
"""

from __future__ import annotations

import pytest

from tests.flows import faults
from tests.flows import stories_of_clients as tell
from tests.flows.faults import Begin, Book
from tests.world import World

STORIES = (
    tell.redeem,
    tell.redeem_again,
    tell.refresh,
    tell.replay,
    tell.machine,
    tell.machine_from_cold,
    tell.wrong_secret,
    tell.revoke_refresh_token,
    tell.revoke_access_token,
    tell.introspect,
    tell.introspect_revoked,
    tell.introspect_signed,
    tell.introspect_refresh_token,
    tell.userinfo,
    tell.userinfo_revoked,
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
    if (begin, kind) == (tell.revoke_refresh_token, "conditional"):
        pytest.skip("a token whose grant is gone is unknown: RFC 7009 section 2.2 wants success")
    faults.play_condition(world, begin, kind, book)
