"""AWS fails at each call of a registration, and of what keeps it, in each way.

Nobody is registered by halves, and what was not finished can be tried again.
"""

from __future__ import annotations

from tests.flows import faults
from tests.flows import stories_of_registrations as tell

STORIES = (
    tell.register,
    tell.register_with_a_token,
    tell.look,
    tell.change,
    tell.leave,
    tell.first_code,
    tell.refresh_a_day_later,
)


(
    test_a_call_that_fails_for_good_fails_closed,
    test_a_call_that_fails_once_is_not_felt,
    test_a_condition_that_does_not_hold_fails_closed,
) = faults.of_stories(*STORIES)
