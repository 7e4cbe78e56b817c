"""The facts of a random story: people, clients, sessions, grants, tokens, and how long they live.

Nothing of the server is used here, nor in rules.py and openid.py, which say what follows from the
facts. `possible` holds the one freedom that is documented: a process may serve a client as it was
up to a minute ago, if it had read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from tests.stateful.names import Names
from tests.stateful.possession import ISSUER, Assertion, Credential, Held

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60
CODE, ACCESS_TOKEN, GRACE, CACHE = MINUTE, 10 * MINUTE, MINUTE, MINUTE
UNUSED, WHOLE, SESSION, WAITING = 30 * DAY, 365 * DAY, 12 * HOUR, 10 * MINUTE
SECRET_OVERLAP = DAY
SIGN_INS, SIGN_IN_WINDOW = 10, 15 * MINUTE

API, FILES = "https://api.example.com", "https://files.example.com"
SCOPES = {API: {"read", "write"}, FILES: {"read", "list"}}
OPENID = {"openid", "profile", "email", "address", "phone", "offline_access"}


@dataclass(eq=False)
class Person:
    """A user. What was issued at or before `ended_at` is dead. `key`: the internal one."""

    name: str
    password: str
    subject: str
    claims: Mapping[str, object]
    key: str
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
    after_logout: tuple[str, ...] = ()
    sector: str | None = None  # of pairwise subjects
    dpop: bool = False  # all its tokens are bound to a key
    certified: bool = False  # or to a certificate
    keyed: bool = False  # it proves itself by assertions
    pushes: bool = False  # all its requests are pushed
    told_at: str | None = None  # of logouts, by a message
    framed_at: str | None = None  # and by a frame
    nonces: bool = False  # its proofs have to carry one
    fapi: bool = False  # it is held to FAPI 2.0
    signs: bool = False  # all its requests are signed objects
    types: tuple[str, ...] | None = None  # of authorization details; None: any
    machine: bool = False  # it acts for itself
    lapsed: bool = False  # it had registered itself, and nobody used it
    signer: str = ""  # whose key it has registered, where that is not its first own
    blocked: bool = False  # an operator has shut it out; it is gone until it is let in again

    @property
    def public(self) -> bool:
        """Whether it has no secret, and nothing in the place of one."""
        return self.secret is None and not self.keyed

    @property
    def holder(self) -> str:
        """Whose key it signs with."""
        return self.signer or self.client_id

    @property
    def hears(self) -> bool:
        """Whether it wants to hear of logouts."""
        return bool(self.told_at or self.framed_at)

    def proves(self, secret: Credential, now: int) -> bool:
        """Whether this credential, or its absence, is right."""
        if self.gone:
            return False
        if self.keyed or isinstance(secret, Assertion):
            right = isinstance(secret, Assertion) and secret.proves(
                self.client_id, self.holder, now
            )
            return self.keyed and right
        previous, until = self.previous
        return secret == self.secret or (secret == previous and now < until)


@dataclass(eq=False)
class Lineage:
    """A user's stay in one browser, through every new sign-in, until they sign out or leave.

    hears: the clients that were given something in it and want to hear of its end.
    """

    person: Person
    signed_out: bool = False
    hears: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Session:
    """A browser's sign-in, and its cookie. `key`: its item in the table.

    `over`: another sign-in took its place, another account was chosen, or it was signed out.
    """

    lineage: Lineage
    auth_time: int
    cookie: str
    key: tuple[str, str]
    over: bool = False

    @property
    def person(self) -> Person:
        """Whose it is."""
        return self.lineage.person

    def valid(self, now: int) -> bool:
        """Whether the cookie signs anybody in."""
        alive = not self.over and now < self.auth_time + SESSION
        return alive and self.person.accepts(self.auth_time)

    def sign_out(self) -> None:
        """It ends, and what was given in it without offline_access."""
        self.over = self.lineage.signed_out = True


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
    lineage: Lineage
    auth_time: int
    generation: int  # of the client
    by_name: Mapping[str, tuple[str, ...]]  # claims, by the place they were asked for
    details: tuple[int, ...] = ()  # authorization details that were agreed to, by number
    refreshes: bool = True
    jkt: str | None = None  # what the code is bound to
    bound: Held = field(default_factory=dict)  # and its refresh tokens
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
        """Whether user, client, session and grant are all right now."""
        signed_out = self.lineage.signed_out and "offline_access" not in self.scope
        alive = not self.dead and not signed_out and now < self.ends and not app.gone
        return alive and self.person.accepts(self.issued_at) and self.issued_at > app.ended_at

    def audience(self, resource: str | None) -> str | None:
        """The one audience of a token, or None when the request names a wrong one, or none."""
        if resource == ISSUER and "openid" in self.scope:
            return ISSUER  # for /userinfo
        choices = self.resources or (ISSUER,)
        if resource is None:
            return choices[0] if len(choices) == 1 else None
        return resource if resource in choices else None

    def narrowed(self, audience: str, asked: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """The scopes that a token for this audience may carry, of all or of those asked for."""
        allowed = OPENID | SCOPES.get(audience, set())
        return tuple(word for word in asked or self.scope if word in allowed)


@dataclass(eq=False)
class AccessToken:
    """An access token, as it was issued."""

    text: str
    grant: Grant
    issued_at: int
    audience: str
    scope: tuple[str, ...]
    kid: str
    bound: Held
    details: tuple[int, ...] = ()
    place: tuple[str, int] | None = None  # in a status list
    revoked: bool = False


@dataclass(frozen=True, eq=False)
class IDToken:
    """An ID token, as it was issued: a hint for as long as its key is published."""

    text: str
    grant: Grant
    kid: str


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
        self.id_tokens: list[IDToken] = []
        self.sessions: list[Session] = []
        self.subjects = Names()
        self.sids = Names()
        self.failures: dict[tuple[str, int], int] = {}
        self.places: dict[tuple[str, int], Grant] = {}
        self.lapses: dict[str, int] = {}  # when a client that registered itself is gone

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
            if (not before.app.gone or before.app.blocked)
            and process_started < after.order
            and now < after.at + CACHE
        ]
        # Of one that has lapsed, nobody has to be told.
        return [versions[-1].app, *(() if versions[-1].app.lapsed else older)]

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

    def living_sessions(self, person: Person, now: int) -> list[Session]:
        """The sessions of a user that count."""
        return [one for one in self.sessions if one.person is person and one.valid(now)]
