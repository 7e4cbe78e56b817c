"""AWS fails at each call of a request with a proof, in each way: the server fails closed.

What cannot be seen to be a first use is none, and a binding is never lost on the way.
"""

from __future__ import annotations

from tests.flows import faults
from tests.flows.stories_of_keys import STORIES

(
    test_a_call_that_fails_for_good_fails_closed,
    test_a_call_that_fails_once_is_not_felt,
    test_a_condition_that_does_not_hold_fails_closed,
) = faults.of_stories(*STORIES)
