"""AWS fails at each call of a client's request, in each way: the server fails closed, and recovers.

Throttled, broken, refused, dropped before and after the call was carried out, or a condition that
does not hold. RFC 7009 section 2.2.1 for revocation.
"""

from __future__ import annotations

from tests.flows import faults
from tests.flows import stories_of_clients as tell

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


(
    test_a_call_that_fails_for_good_fails_closed,
    test_a_call_that_fails_once_is_not_felt,
    test_a_condition_that_does_not_hold_fails_closed,
) = faults.of_stories(
    *STORIES,
    # A token whose grant is gone is unknown, and RFC 7009 section 2.2 wants success.
    but=[(tell.revoke_refresh_token, "conditional")],
)
