"""The metadata of a stage that lists its types of authorization details. RFC 9396 section 10.

Without the setting nothing of it is there: tests/endpoints/discovery proves that.
"""

from __future__ import annotations

import pytest

from chalicelib.values import replace
from tests.endpoints.discovery.asking import LOCATIONS, document
from tests.flows.rich import ACCOUNT, PAYMENT, TYPES, carried, define, granted
from tests.world import World

LISTED = "authorization_details_types_supported"


@pytest.fixture
def listing(world: World) -> World:
    """A stage whose operator has set what its resources define."""
    world.settings = replace(world.settings, authorization_details_types=tuple(TYPES))
    return define(world)


@pytest.mark.parametrize("location", LOCATIONS)
def test_the_types_are_listed(listing: World, location: str) -> None:
    """At both locations, in the operator's order."""
    assert document(listing, location)[LISTED] == [*TYPES]


def test_every_type_that_is_listed_works(listing: World) -> None:
    """Each is granted, alone and beside the others."""
    for detail in (PAYMENT, ACCOUNT):
        assert detail["type"] in document(listing)[LISTED]
        assert carried(granted(listing, detail)) == [detail]


def test_the_document_reads_nothing(listing: World) -> None:
    """Not from a cold process either: it is the setting that is listed."""
    listing.restart()
    listing.aws.reset()
    assert LISTED in document(listing)
    assert listing.aws.calls == []
