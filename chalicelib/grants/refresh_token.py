"""The refresh token grant, as a hash chain. RFC 6749 section 6, RFC 9700 section 4.14.

presented       what happens
current         rotated to its successor
one behind      the same successor again, within the grace: the answer had been lost
further behind  replay: the grant is revoked
none of these   forged: refused, nothing changes
"""

from __future__ import annotations

from .. import user_grants
from ..aws import grants as stored_grants
from ..aws.grants import Spent
from ..errors import InvalidGrant
from ..http import Parameters
from ..protocol.refresh_chain import steps_behind, successor
from ..records.authorization import Authorization
from ..records.client import Client
from ..records.grant import LIVE, Grant
from ..services import Services
from ..values import replace

PARAMETERS = ("refresh_token", "scope", "resource")


def authorize(form: Parameters, client: Client, services: Services) -> Authorization:
    """Exchange a refresh token for its successor."""
    shown, user, grant = user_grants.find(form.require("refresh_token"), client, services)
    if grant.state != LIVE or grant.chain is None or grant.current_hash is None:
        raise InvalidGrant(detail="the grant has no refresh token")
    behind = steps_behind(shown.secret, grant.chain, grant.current_hash, grant.number)
    if behind is None:
        raise InvalidGrant(detail="forged refresh token")
    user = user_grants.must_stand(user, client, grant, services)
    # Before what is asked for is looked at: a wrong scope must not hide a replay.
    _refuse_replay(grant, behind, services)
    audience, resource = user_grants.choose_resource(grant, client, form.all("resource"), services)
    authorization = user_grants.authorization(
        user, client, grant, audience, resource, form.get("scope"), services
    )
    following = _spend(grant, shown.secret, behind, services)
    return replace(
        authorization, refresh_token=user_grants.refresh_token(grant, following, services)
    )


def _refuse_replay(grant: Grant, behind: int, services: Services) -> None:
    lost_answer = services.now() - grant.rotated_at <= services.settings.lifetimes.refresh_grace
    # One behind means that the successor was never used, or it would be two behind.
    if behind == 0 or (behind == 1 and lost_answer):
        return
    user_grants.revoke_replayed(grant, "refresh_token", services)
    raise InvalidGrant(detail=f"replayed: {behind} rotations old")


def _spend(grant: Grant, secret: bytes, behind: int, services: Services) -> bytes:
    now, lifetimes = services.now(), services.settings.lifetimes
    assert grant.chain is not None
    if behind == 1:
        return successor(grant.chain, secret)
    expires_at = min(now + lifetimes.refresh_token, grant.ends_at)
    try:
        return stored_grants.rotate(services.table, grant, secret, now, expires_at)
    except Spent:
        raise InvalidGrant(detail="the family moved on or was revoked meanwhile") from None
