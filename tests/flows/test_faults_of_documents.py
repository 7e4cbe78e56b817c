"""AWS fails at each call for a client by document, in each way: the server fails closed."""

from __future__ import annotations

import pytest

from tests.flows import described, faults
from tests.flows.stories_of_documents import STORIES
from tests.world import World


@pytest.fixture
def faulted(signed_in: World) -> World:
    """The module's server, which takes documents."""
    described.open_to_documents(signed_in)
    return signed_in


(
    test_a_call_that_fails_for_good_fails_closed,
    test_a_call_that_fails_once_is_not_felt,
    test_a_condition_that_does_not_hold_fails_closed,
) = faults.of_stories(*STORIES)
