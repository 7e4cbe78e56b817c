"""What OpenID Connect says of sign-ins, hints, claims and logout, from the facts in model.py.

OpenID Connect Core 1.0, RP-Initiated Logout 1.0, and docs/decisions/0021 to 0025 where they leave
a choice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from tests.stateful.model import ISSUER, AccessToken, App, IDToken, Person, Session
from tests.stateful.rules import access_token_is_active

# Core section 5.4; only what the people of the story have.
CLAIMS = {
    "profile": ("name", "given_name", "family_name", "nickname"),
    "email": ("email", "email_verified"),
    "address": (),
    "phone": ("phone_number",),
}
SCOPE_OF = {claim: scope for scope, names in CLAIMS.items() for claim in names}
ACR = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
OF_ID_TOKEN = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr"}
OF_ID_TOKEN |= {"at_hash", "sid"}

ACCOUNT, SIGN_IN, CONSENT = "select-account", "sign-in", "consent"
REFUSAL = {SIGN_IN: "login_required", CONSENT: "consent_required"}


@dataclass(frozen=True)
class Hint:
    """What is sent as id_token_hint. token: the ID token that it is, None where it is none."""

    text: str
    token: IDToken | None

    def proves(self, published: Collection[str]) -> IDToken | None:
        """The token, when one of the published keys has signed it; it may have expired."""
        return self.token if self.token and self.token.kid in published else None


def issued_to(token: IDToken, app: App) -> bool:
    """Whether this very client got it, and not one that had the name before."""
    owner = (token.grant.client_id, token.grant.generation)
    return not app.gone and owner == (app.client_id, app.generation)


@dataclass(frozen=True)
class Expected:
    """Whom a client expects: anybody, one person, or nobody (a hint that proves nothing)."""

    anybody: bool = True
    person: Person | None = None

    def fits(self, person: Person) -> bool:
        """Whether somebody who is signed in is the one."""
        return self.anybody or person is self.person

    def may_sign_in(self, person: Person) -> bool:
        """Whether somebody who types the password is the one; where nobody is, anybody may."""
        return self.person in (None, person)


def expected(hint: Hint | None, app: App, published: Collection[str]) -> Expected:
    """Whom a request expects."""
    if hint is None:
        return Expected()
    token = hint.proves(published)
    if token is None or not issued_to(token, app):
        return Expected(anybody=False)
    return Expected(anybody=False, person=token.grant.person)


@dataclass
class Progress:
    """One authorization request, and what was done for it: which session was signed in or chosen,
    and who consented."""

    prompt: frozenset[str]
    max_age: int | None
    expected: Expected
    signed_in: Session | None = None
    chosen: Session | None = None
    consented: Person | None = None

    def next_step(self, session: Session | None, *, unknown: bool, now: int) -> str | None:
        """What has to be asked next. session: whose cookie counts; unknown: nothing on record
        covers what is asked of its user."""
        if session is None:
            return SIGN_IN
        done = session is self.signed_in
        fits = self.expected.fits(session.person)
        choice = "select_account" in self.prompt and "login" not in self.prompt
        if choice and fits and not done and session is not self.chosen:
            return ACCOUNT
        if not done and ("login" in self.prompt or not fits or self._too_old(session, now)):
            return SIGN_IN
        if self.consented is not session.person and ("consent" in self.prompt or unknown):
            return CONSENT
        return None

    def _too_old(self, session: Session, now: int) -> bool:
        """max_age=0 is prompt=login."""
        if self.max_age is None:
            return False
        return self.max_age == 0 or now - session.auth_time > self.max_age


def implied(scope: tuple[str, ...], claims: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What a person is asked: the scope, and that of each claim that is asked for by name."""
    if "openid" not in scope:
        return scope
    by_name = [SCOPE_OF[name] for names in claims.values() for name in names if name in SCOPE_OF]
    return tuple(dict.fromkeys([*scope, *by_name]))


def allowed(
    claims: Mapping[str, tuple[str, ...]], scope: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The claims, by place, whose scopes were given."""
    if "openid" not in scope:
        return {}
    return {
        place: tuple(name for name in names if SCOPE_OF.get(name) in scope)
        for place, names in claims.items()
    }


def known(person: Person, names: Iterable[str]) -> dict[str, object]:
    """What is known of a person under these names."""
    return {name: person.claims[name] for name in names if name in person.claims}


def userinfo(token: AccessToken, owner: App, now: int) -> dict[str, object] | str:
    """The claims that a token opens, without `sub`, or how it is refused."""
    if token.audience != ISSUER or not access_token_is_active(token, owner, owner, now):
        return "invalid_token"
    if "openid" not in token.scope:
        return "insufficient_scope"
    names = [name for word in token.scope for name in CLAIMS.get(word, ())]
    return known(token.grant.person, [*names, *token.grant.by_name.get("userinfo", ())])


def logout(
    session: Session | None,
    hint: Hint | None,
    client: App | None,
    uri: str | None,
    named: str | None,
    published: Collection[str],
) -> str:
    """What /logout does: "error", "ask", "end" the session, or "nobody" is signed in.

    client: whom the hint names; named: the client_id that is sent.
    """
    token = hint.proves(published) if hint else None
    if hint is not None:
        if token is None or named not in (None, token.grant.client_id):
            return "error"
        known_client = client is not None and issued_to(token, client)
        if uri is not None and not (known_client and client and uri in client.after_logout):
            return "error"
    if session is None:
        return "nobody"
    return "end" if token and token.grant.lineage is session.lineage else "ask"
