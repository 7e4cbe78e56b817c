"""AWS fails at each call of a sign-in, in each way: the server fails closed, and recovers.

Throttled, broken, refused, dropped before and after the call was carried out, or a condition that
does not hold.
"""

from __future__ import annotations

from tests.flows import faults, stories_of_objects
from tests.flows import stories_of_people as tell

STORIES = (
    tell.sign_in,
    tell.sign_in_wrongly,
    tell.consent,
    tell.finish,
    tell.authorize,
    tell.sign_out,
    tell.sign_out_and_tell,
    tell.choose_account,
    stories_of_objects.signed_request,
    stories_of_objects.request_by_reference,
)


(
    test_a_call_that_fails_for_good_fails_closed,
    test_a_call_that_fails_once_is_not_felt,
    test_a_condition_that_does_not_hold_fails_closed,
) = faults.of_stories(*STORIES)
