"""The refresh token grant, as a hash chain. RFC 6749 section 6, RFC 9700 section 4.14.

presented       what happens
current         rotated to its successor
one behind      the same successor again, within the grace: the answer had been lost
further behind  replay: the grant is revoked
none of these   forged: refused, nothing changes
"""

from __future__ import annotations

from functools import partial
from typing import NoReturn

from .. import token_status, user_grants
from ..aws import grants as stored_grants
from ..aws.grants import Spent
from ..errors import InvalidGrant
from ..http import Parameters
from ..protocol.confirmation import UNBOUND, Binding, Confirmation
from ..protocol.refresh_chain import steps_behind, successor
from ..records.authorization import Authorization
from ..records.client import Client
from ..records.grant import LIVE, Grant
from ..services import Services
from ..values import replace
from . import Proved

PARAMETERS = ("refresh_token", "scope", "resource", "authorization_details")


def prove(form: Parameters, client: Client, services: Services) -> Proved:
    """A refresh token to be exchanged for its successor; or a replayed one, to be punished."""
    shown, user, grant = user_grants.find(form.require("refresh_token"), client, services)
    if grant.state != LIVE or grant.chain is None or grant.current_hash is None:
        raise InvalidGrant(detail="the grant has no refresh token")
    behind = steps_behind(shown.secret, grant.chain, grant.current_hash, grant.number)
    if behind is None:
        raise InvalidGrant(detail="forged refresh token")
    user = user_grants.must_stand(user, client, grant, services)
    if _is_replay(grant, behind, services):
        # Before what is asked for is looked at: a wrong scope must not hide a replay.
        return Proved(UNBOUND, partial(_punish, grant, behind, services))
    details = form.get("authorization_details")
    audience, resource = user_grants.choose_resource(
        grant, client, form.all("resource"), services, details
    )
    authorization = user_grants.authorization(
        user, client, grant, audience, resource, form.get("scope"), services, details
    )
    spend = partial(_rotate, grant, shown.secret, behind, authorization, client, services)
    return Proved(_binding(grant, client), spend)


def _binding(grant: Grant, client: Client) -> Binding:
    """RFC 9449 section 5, RFC 8705 section 4. Who proves itself otherwise may change its key, but
    never go on without one: what is bound stays bound."""
    bound = grant.confirmation or {}
    return Binding(bound) if client.is_public else Binding(kinds=tuple(bound))


def _is_replay(grant: Grant, behind: int, services: Services) -> bool:
    lost_answer = services.now() - grant.rotated_at <= services.settings.lifetimes.refresh_grace
    # One behind means that the successor was never used, or it would be two behind.
    return behind > 1 or (behind == 1 and not lost_answer)


def _punish(grant: Grant, behind: int, services: Services, shown: Confirmation | None) -> NoReturn:
    user_grants.revoke_replayed(grant, "refresh_token", services)
    raise InvalidGrant(detail=f"replayed: {behind} rotations old")


def _rotate(
    grant: Grant,
    secret: bytes,
    behind: int,
    authorization: Authorization,
    client: Client,
    services: Services,
    shown: Confirmation | None,
) -> Authorization:
    """FAPI 2.0 section 5.3.2.1: a token whose holder must prove itself does not rotate."""
    if client.expires_at is not None:
        from .. import lapsing

        gone = InvalidGrant(detail="the client is not registered any more")
        lapsing.used(client, services, gone)
    now, lifetimes = services.now(), services.settings.lifetimes
    try:
        if authorization.listed:
            grant = token_status.place_of_living(grant, authorization.lifetime, services)
            authorization = replace(authorization, place=grant.place)
        assert grant.chain is not None
        # A family is bound from the first time that something is shown, and to that.
        bound = replace(grant, confirmation=grant.confirmation or shown)
        expires_at = min(now + lifetimes.refresh_token, grant.ends_at)
        if behind == 1:
            following = successor(grant.chain, secret)
            stored_grants.bind(services.table, grant, bound)
        elif client.is_fapi:
            stored_grants.keep(services.table, grant, bound, secret, expires_at)
            return authorization  # who has the token need not be told it (RFC 6749 section 6)
        else:
            following = stored_grants.rotate(services.table, grant, bound, secret, now, expires_at)
    except Spent:
        raise InvalidGrant(detail="the family moved on or was revoked meanwhile") from None
    token = user_grants.refresh_token(grant, following, services)
    return replace(authorization, refresh_token=token)
