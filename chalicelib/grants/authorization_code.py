"""The authorization code grant. RFC 6749 section 4.1.3, RFC 7636 section 4.6."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import NoReturn

from .. import token_status, user_grants
from ..aws import grants as stored_grants
from ..aws.grants import Spent
from ..encoding import equal, sha256
from ..errors import InvalidGrant
from ..http import Parameters
from ..protocol import pkce
from ..protocol.confirmation import JKT, UNBOUND, Binding, Confirmation
from ..protocol.refresh_chain import successor
from ..records.authorization import Authorization
from ..records.client import Client
from ..records.grant import CODE, LIVE, Grant
from ..services import Services
from ..values import replace
from . import Proved

PARAMETERS = ("code", "redirect_uri", "code_verifier", "resource", "authorization_details")


def prove(form: Parameters, client: Client, services: Services) -> Proved:
    """A code that is good, to be redeemed once; or one that was, to be punished."""
    shown, user, grant = user_grants.find(form.require("code"), client, services)
    if not equal(grant.code_hash, shown.secret_hash):
        raise InvalidGrant(detail="forged code")
    if grant.state != CODE:
        # Whatever else is wrong with the request: two have had the code.
        return Proved(UNBOUND, partial(_punish, grant, services))
    _check_redirect_uri(form, grant)
    _check_verifier(form, client, grant)
    user = user_grants.must_stand(user, client, grant, services)
    details = form.get("authorization_details")
    audience, resource = user_grants.choose_resource(
        grant, client, form.all("resource"), services, details
    )
    authorization = user_grants.authorization(
        user, client, grant, audience, resource, None, services, details
    )
    authorization = replace(
        authorization, signed_in=user_grants.signed_in(user, client, grant, services)
    )
    spend = partial(_redeem, grant, shown.secret, client, authorization, services)
    bound = Binding({JKT: grant.dpop_jkt}) if grant.dpop_jkt is not None else UNBOUND
    return Proved(bound, spend)


def _redeem(
    grant: Grant,
    secret: bytes,
    client: Client,
    authorization: Authorization,
    services: Services,
    shown: Confirmation | None,
) -> Authorization:
    chain = services.token_bytes(32)
    first = successor(chain, secret)
    bound = replace(grant, confirmation=shown)
    redeemed = _redeemed(bound, chain, first, client, authorization.lifetime, services)
    if authorization.listed:
        redeemed = token_status.placed(redeemed, authorization.lifetime, services)
        authorization = replace(authorization, place=redeemed.place)
    try:
        stored_grants.redeem(services.table, grant, redeemed)
    except Spent as spent:
        if spent.grant is not None and spent.grant.state == LIVE:
            user_grants.revoke_replayed(grant, "authorization_code", services)
        raise InvalidGrant(detail="another request was first") from None
    if redeemed.current_hash is None:
        return authorization
    token = user_grants.refresh_token(grant, first, services)
    return replace(authorization, refresh_token=token)


def _punish(grant: Grant, services: Services, shown: Confirmation | None) -> NoReturn:
    user_grants.revoke_replayed(grant, "authorization_code", services)
    raise InvalidGrant(detail="the code was used before")


def _check_redirect_uri(form: Mapping[str, str], grant: Grant) -> None:
    """The same as at /authorize (RFC 6749 section 4.1.3).

    OAuth 2.1 section 10.2 no longer sends it: with PKCE it may be left out.
    """
    sent = form.get("redirect_uri")
    if sent is None and grant.code_challenge is not None:
        return
    if sent != grant.redirect_uri:
        raise InvalidGrant(detail="another redirect_uri")


def _check_verifier(form: Mapping[str, str], client: Client, grant: Grant) -> None:
    """Compulsory once a challenge was sent, refused when none was (RFC 9700 section 2.1.1)."""
    verifier = form.get("code_verifier")
    if grant.code_challenge is None:
        if verifier is not None:
            raise InvalidGrant(detail="code_verifier without a code_challenge")
        if client.require_pkce:
            raise InvalidGrant(detail="the client must use PKCE by now")
        return
    if verifier is None or not pkce.matches(verifier, grant.code_challenge):
        raise InvalidGrant(detail="code_verifier does not match")


def _redeemed(
    grant: Grant, chain: bytes, first: bytes, client: Client, lifetime: int, services: Services
) -> Grant:
    """The grant as it lives on: a refresh family, or as long as its one access token."""
    now = services.now()
    living = replace(grant, state=LIVE, chain=chain, rotated_at=now)
    if "refresh_token" not in client.grant_types or not grant.offline:
        return replace(living, expires_at=now + lifetime)
    expires_at = min(now + services.settings.lifetimes.refresh_token, grant.ends_at)
    return replace(living, current_hash=sha256(first), expires_at=expires_at)
