"""AWS fails at each call of a pushed request and of a signed answer, in each way.

Nothing goes out unsigned, and what was not finished can be finished.
"""

from __future__ import annotations

from tests.flows import faults
from tests.flows import stories_of_pushes as tell

STORIES = (
    tell.push_a_request,
    tell.push_publicly,
    tell.bring_a_push,
    tell.finish_a_push,
    tell.deny_a_push,
    tell.signed_answer,
)


(
    test_a_call_that_fails_for_good_fails_closed,
    test_a_call_that_fails_once_is_not_felt,
    test_a_condition_that_does_not_hold_fails_closed,
) = faults.of_stories(*STORIES)
