"""What the token and introspection endpoints must say, and what is asked, from plain facts."""

from __future__ import annotations

from typing import NamedTuple

from tests.stateful import details
from tests.stateful.model import (
    ACCESS_TOKEN,
    API,
    GRACE,
    ISSUER,
    OPENID,
    SCOPES,
    AccessToken,
    App,
    Grant,
)
from tests.stateful.possession import Credential


class Verdict(NamedTuple):
    """What a token request is answered, and whether it ends the whole grant."""

    answer: str
    kills: bool = False


OK = Verdict("ok")
INVALID_CLIENT = Verdict("invalid_client")
INVALID_GRANT = Verdict("invalid_grant")
REPLAY = Verdict("invalid_grant", kills=True)


def asked_for(
    app: App, scope: tuple[str, ...], named: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """An authorization request's error, or "" and the resources it is for."""
    wanted = set(scope) - OPENID
    if not set(named) <= set(app.resources):
        return "invalid_target", ()
    candidates = named or app.resources
    if not wanted <= set().union(*(SCOPES[uri] for uri in candidates)):
        return "invalid_scope", ()
    if named or not wanted:
        return "", named
    fitting = tuple(uri for uri in candidates if wanted <= SCOPES[uri])
    return ("", fitting) if len(fitting) == 1 else ("invalid_target", ())


def by_audience(scope: tuple[str, ...], resources: tuple[str, ...]) -> dict[str, set[str]]:
    """What a person is asked for, under each audience."""
    found = {ISSUER: set(scope) & OPENID}
    found |= {uri: set(scope) & SCOPES[uri] for uri in resources}
    return {audience: words for audience, words in found.items() if words}


def given(
    asked: tuple[str, ...],
    chosen: tuple[str, ...],
    resources: tuple[str, ...],
    details: tuple[int, ...] = (),
    kept: tuple[int, ...] = (),
) -> tuple[str, ...]:
    """The resources of a grant: without those of which everything was declined.

    details, kept: the authorization details that were asked for, all of one resource, and given.
    """
    declined = {
        uri
        for uri in resources
        if (SCOPES[uri] & set(asked) or (details and uri == API))
        and not (SCOPES[uri] & set(chosen) or (kept and uri == API))
    }
    return tuple(uri for uri in resources if uri not in declined)


def redemption(
    app: App,
    secret: Credential,
    grant: Grant,
    *,
    proves: bool,
    resource: str | None,
    now: int,
    details: details.Numbers | None = None,
) -> Verdict:
    """A code at the token endpoint; `proves`: redirect URI and verifier are right."""
    if not app.proves(secret, now):
        return INVALID_CLIENT
    # A user who was deleted has left no grant behind whose code could be known again.
    if grant.client_id != app.client_id or now >= grant.ends or grant.person.deleted:
        return INVALID_GRANT
    if grant.used:
        return REPLAY
    if not proves or not grant.stands(app, now):
        return INVALID_GRANT
    audience = grant.audience(resource)
    if audience is None:
        return Verdict("invalid_target")
    return _extent(app, grant, audience, grant.narrowed(audience), details)


def _extent(
    app: App,
    grant: Grant,
    audience: str,
    scope: tuple[str, ...],
    asked: details.Numbers | None,
) -> Verdict:
    """Whether anything is left for a token; asked: which authorization details are asked for."""
    carried = details.carried(app, grant, audience, asked)
    if carried is None:
        return Verdict("invalid_authorization_details")
    return OK if scope or carried else Verdict("invalid_scope")


def refreshing(
    app: App,
    secret: Credential,
    grant: Grant,
    *,
    behind: int | None,
    scope: tuple[str, ...] | None,
    resource: str | None,
    now: int,
    details: details.Numbers | None = None,
) -> Verdict:
    """A refresh token at the token endpoint; `behind` rotations old, None for a forged one."""
    if not app.proves(secret, now):
        return INVALID_CLIENT
    if grant.client_id != app.client_id or behind is None or not grant.stands(app, now):
        return INVALID_GRANT
    if behind > 1 or (behind == 1 and now - grant.rotated_at > GRACE):
        return REPLAY
    audience = grant.audience(resource)
    if audience is None:
        return Verdict("invalid_target")
    asked = grant.scope if scope is None else scope
    if not set(asked) <= set(grant.scope):
        return Verdict("invalid_scope")
    return _extent(app, grant, audience, grant.narrowed(audience, asked), details)


def access_token_is_active(token: AccessToken, asker: App, owner: App, now: int) -> bool:
    """What introspection says of an access token."""
    visible = asker.sees_all or asker.client_id == token.grant.client_id
    alive = now < token.issued_at + ACCESS_TOKEN and not token.revoked
    counts = token.grant.person.accepts(token.issued_at) and token.issued_at > owner.ended_at
    return visible and alive and counts and token.grant.stands(owner, now)


def refresh_token_is_active(grant: Grant, text: str, asker: App, owner: App, now: int) -> bool:
    """What introspection says of a refresh token: the current one only."""
    visible = asker.sees_all or asker.client_id == grant.client_id
    return visible and text == grant.tokens[-1] and grant.stands(owner, now)
