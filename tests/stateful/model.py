"""What must happen, told from plain facts: the oracle of the state machine in test_grants.py.

Nothing of the server is used here. `possible` holds the one freedom that is documented: a process
may serve a client as it was up to a minute ago, if it had read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60
CODE, ACCESS_TOKEN, GRACE, CACHE = MINUTE, 10 * MINUTE, MINUTE, MINUTE
UNUSED, WHOLE, SESSION, WAITING = 30 * DAY, 365 * DAY, 12 * HOUR, 10 * MINUTE
SECRET_OVERLAP = DAY
SIGN_INS, SIGN_IN_WINDOW = 10, 15 * MINUTE

API, FILES = "https://api.example.com", "https://files.example.com"
ISSUER = "https://id.example.com"
SCOPES = {API: {"read", "write"}, FILES: {"read", "list"}}
OPENID = {"openid", "profile", "email", "address", "phone", "offline_access"}


class Verdict(NamedTuple):
    """What a token request is answered, and whether it ends the whole grant."""

    answer: str
    kills: bool = False


OK = Verdict("ok")
INVALID_CLIENT = Verdict("invalid_client")
INVALID_GRANT = Verdict("invalid_grant")
REPLAY = Verdict("invalid_grant", kills=True)


@dataclass(eq=False)
class Person:
    """A user. What was issued at or before `ended_at` is dead."""

    name: str
    password: str
    subject: str
    disabled: bool = False
    deleted: bool = False
    ended_at: int = 0
    consents: dict[tuple[str, int, str], set[str]] = field(default_factory=dict)

    def accepts(self, issued_at: int) -> bool:
        """Whether something issued then still counts."""
        return not self.disabled and not self.deleted and issued_at > self.ended_at


@dataclass(frozen=True)
class App:
    """A client as it stands at one time; `generation` tells apart two of the same name."""

    client_id: str
    secret: str | None
    redirect: str
    resources: tuple[str, ...]
    previous: tuple[str, int] = ("", 0)
    ended_at: int = 0
    gone: bool = False
    generation: int = 0
    sees_all: bool = False

    @property
    def public(self) -> bool:
        """Whether it has no secret."""
        return self.secret is None

    def proves(self, secret: str | None, now: int) -> bool:
        """Whether this secret, or its absence, is right."""
        if self.gone:
            return False
        previous, until = self.previous
        return secret == self.secret or (secret == previous and now < until)


@dataclass(eq=False)
class Session:
    """A browser's sign-in, and its cookie."""

    person: Person
    auth_time: int
    cookie: str
    ended: bool = False

    def valid(self, now: int) -> bool:
        """Whether the cookie signs anybody in."""
        alive = not self.ended and now < self.auth_time + SESSION
        return alive and self.person.accepts(self.auth_time)


@dataclass(eq=False)
class Grant:
    """One authorization. `key`: its item in the table. `tokens`: its refresh tokens in order."""

    person: Person
    client_id: str
    scope: tuple[str, ...]
    resources: tuple[str, ...]
    redirect: str
    nonce: str
    issued_at: int
    code: str
    key: tuple[str, str]
    refreshes: bool = True
    ends: int = 0
    used: bool = False
    dead: bool = False
    tokens: list[str] = field(default_factory=list)
    rotated_at: int = 0

    def __post_init__(self) -> None:
        self.ends = self.issued_at + CODE

    def renew(self, now: int) -> None:
        """Each use puts the end off, up to the last."""
        unused = UNUSED if self.refreshes else ACCESS_TOKEN
        self.ends = min(now + unused, self.issued_at + WHOLE)
        self.rotated_at = now

    def stands(self, app: App, now: int) -> bool:
        """Whether user, client and grant are all right now."""
        alive = not self.dead and now < self.ends and not app.gone
        return alive and self.person.accepts(self.issued_at) and self.issued_at > app.ended_at

    def audience(self, resource: str | None) -> str | None:
        """The one audience of a token, or None when the request names a wrong one, or none."""
        choices = self.resources or (ISSUER,)
        if resource is None:
            return choices[0] if len(choices) == 1 else None
        return resource if resource in choices else None

    def narrowed(self, audience: str) -> tuple[str, ...]:
        """The scopes that a token for this audience may carry."""
        allowed = OPENID | SCOPES.get(audience, set())
        return tuple(word for word in self.scope if word in allowed)


@dataclass(eq=False)
class AccessToken:
    """An access token, as it was issued."""

    text: str
    grant: Grant
    issued_at: int
    audience: str
    kid: str
    revoked: bool = False


class Version(NamedTuple):
    """A client from one change to the next; `order` counts the steps of the story."""

    app: App
    at: int
    order: int


class Model:
    """The facts, and what follows from them."""

    def __init__(self) -> None:
        self.order = 0
        self.clients: dict[str, list[Version]] = {}
        self.grants: list[Grant] = []
        self.access_tokens: list[AccessToken] = []
        self.sessions: list[Session] = []
        self.failures: dict[tuple[str, int], int] = {}

    def change(self, app: App, now: int) -> None:
        """A client was made or changed."""
        self.order += 1
        self.clients.setdefault(app.client_id, []).append(Version(app, now, self.order))

    def now_is(self, client_id: str) -> App:
        """A client as it is in the table."""
        return self.clients[client_id][-1].app

    def possible(self, client_id: str, process_started: int, now: int) -> list[App]:
        """A client as a process may know it: what it read lately serves for a minute."""
        versions = self.clients[client_id]
        older = [
            before.app
            for before, after in pairwise(versions)
            if not before.app.gone and process_started < after.order and now < after.at + CACHE
        ]
        return [versions[-1].app, *older]

    def hears_no_more(self, name: str, now: int) -> bool:
        """Whether sign-ins by this name are throttled."""
        return self.failures.get((name, now - now % SIGN_IN_WINDOW), 0) >= SIGN_INS

    def may_sign_in(self, person: Person, password: str, now: int) -> bool:
        """Whether a sign-in works; counts it where it fails."""
        if self.hears_no_more(person.name, now):
            return False
        if password == person.password and not person.disabled and not person.deleted:
            return True
        window = (person.name, now - now % SIGN_IN_WINDOW)
        self.failures[window] = self.failures.get(window, 0) + 1
        return False


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
    asked: tuple[str, ...], chosen: tuple[str, ...], resources: tuple[str, ...]
) -> tuple[str, ...]:
    """The resources of a grant: without those of which every scope was declined."""
    declined = {
        uri for uri in resources if SCOPES[uri] & set(asked) and not SCOPES[uri] & set(chosen)
    }
    return tuple(uri for uri in resources if uri not in declined)


def redemption(
    app: App, secret: str | None, grant: Grant, *, proves: bool, resource: str | None, now: int
) -> Verdict:
    """A code at the token endpoint; `proves`: redirect URI and verifier are right."""
    if not app.proves(secret, now):
        return INVALID_CLIENT
    if grant.client_id != app.client_id or now >= grant.ends:
        return INVALID_GRANT
    if grant.used:
        return REPLAY
    if not proves or not grant.stands(app, now):
        return INVALID_GRANT
    audience = grant.audience(resource)
    if audience is None:
        return Verdict("invalid_target")
    return OK if grant.narrowed(audience) else Verdict("invalid_scope")


def refreshing(
    app: App,
    secret: str | None,
    grant: Grant,
    *,
    behind: int | None,
    scope: tuple[str, ...] | None,
    resource: str | None,
    now: int,
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
    granted = grant.narrowed(audience)
    if not granted or (scope is not None and not set(scope) <= set(granted)):
        return Verdict("invalid_scope")
    return OK


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
