"""AWS fails at each call of a client that signs: no assertion counts twice, or is lost for it.

RFC 7523 section 3; the store of what was used that cannot be reached is a 503, never a success.
"""

from __future__ import annotations

from tests.flows import faults
from tests.flows.stories_of_assertions import STORIES

(
    test_a_call_that_fails_for_good_fails_closed,
    test_a_call_that_fails_once_is_not_felt,
    test_a_condition_that_does_not_hold_fails_closed,
) = faults.of_stories(*STORIES)
