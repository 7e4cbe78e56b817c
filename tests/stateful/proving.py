"""The rules about what is bound: shown rightly it works, in every other way it does not."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.stateful import choices
from tests.stateful.around import Around
from tests.stateful.holders import KEYS, jkt
from tests.stateful.model import API, ISSUER, Grant
from tests.stateful.possession import JKT, X5T, Shown
from tests.stateful.requests import WRONG_ASSERTIONS, needed, pick

CLIENTS = st.sampled_from(
    ("demoweb", "demospa", "thirdweb", "boundweb", "certapp", "keyweb", "fapiweb")
)
OWNERS = st.sampled_from((None, None, *KEYS))
# No proof at all, whatever a token is bound to; and what is one of somebody, or of some time.
FLAWS = ("two proofs", "forged", "method", "url", "path", "old", "early")
OF_NONCES = ("no nonce", "old nonce", "another's nonce")
OTHERS = ("another key", "no proof", "replayed", "any", "just in time", "hardly early")
OF_CERTIFICATES = ("no certificate", "expired certificate", "another certificate")
OF_TOKENS = ("another scheme", "hash", "no hash", *FLAWS, *OTHERS, *OF_CERTIFICATES, "a proof")
WAYS = st.sampled_from(("right", "a proof", *OTHERS, *OF_CERTIFICATES))
TWISTS = st.sampled_from(("",) * 6 + ("client", "secret", "verifier") + WRONG_ASSERTIONS)


class Proving(Around):
    """Codes, refresh tokens and access tokens, with what they are bound to and without it."""

    @rule(
        client_id=CLIENTS,
        number=choices.PERSON,
        scope=st.sampled_from(choices.PLAIN),
        times=st.integers(0, 2),
        owner=OWNERS,
        ways=st.lists(WAYS, max_size=2),
    )
    def connect(
        self,
        client_id: str,
        number: int,
        scope: str,
        times: int,
        owner: str | None = None,
        ways: list[str] | None = None,
    ) -> None:
        """A user connects a client; its code is tried in several ways before it works, or is
        redeemed by one of them. Then the client refreshes."""
        person = self.cast.people[number]
        self._make_ready(client_id, person)
        if not self._connect(client_id, person, scope, redeemed=False, jkt=owner and jkt(owner)):
            return
        grant = self.model.grants[-1]
        self._try(grant, lambda shown, wrong: self.requests.redeem(grant, wrong, API, shown))
        for way in ways or ():
            if not grant.used:
                self.requests.redeem(grant, "", API, self._shown(grant, way, 0))
        if not grant.used:
            self.requests.redeem(grant, "", API)
        for _ in range(times if grant.tokens else 0):
            self.requests.refresh(grant, 0, resource=API)

    @precondition(lambda self: self.model.grants)
    @rule(which=choices.PICK, twist=TWISTS, way=WAYS)
    def redeem(self, which: int, twist: str, way: str) -> None:
        """A code is presented, for the first time or again."""
        grant = self._pick(which)
        shown = self._shown(grant, way, which)
        self.requests.redeem(grant, twist, API, shown)

    @precondition(lambda self: self.model.access_tokens)
    @rule(
        client_id=CLIENTS,
        which=choices.PICK,
        first=st.sampled_from(("a proof", "a proof", "right")),
        way=WAYS,
        behind=st.sampled_from((0, 0, 0, 0, 1, 1, 2, None)),
        twist=TWISTS,
        pause=st.sampled_from((0, 0, 1, 60, 61)),
    )
    def refresh(
        self,
        client_id: str,
        which: int,
        first: str,
        way: str,
        behind: int | None,
        twist: str,
        pause: int,
    ) -> None:
        """A refresh token is presented as it should be, in every wrong way, in one that may be
        right, and as it should be once more: what was refused has not harmed it."""
        grant = self._living(which, client_id)
        self.requests.refresh(grant, 0, "", None, API, self._shown(grant, first, which))
        self._try(
            grant, lambda shown, wrong: self.requests.refresh(grant, 0, wrong, None, API, shown)
        )
        self.requests.refresh(grant, behind, twist, None, API, self._shown(grant, way, which))
        self.cast.forward(pause)
        self.requests.refresh(grant, 0, resource=API)

    @rule(client_id=CLIENTS, which=choices.PICK, twice=st.booleans())
    def send_the_same_request_again(self, client_id: str, which: int, twice: bool) -> None:
        """Word for word: the proof stops it, before it counts as a token that is too old."""
        grant = self._living(which, client_id)
        shown = self._shown(grant, "a proof", which)
        self.requests.refresh(grant, 0, resource=API, shown=shown)
        if twice:
            self.requests.refresh(grant, 0, resource=API)
        self.requests.refresh(grant, 2 if twice else 1, resource=API, shown=shown)
        self.requests.look_at_access_token(self.model.access_tokens[-1], "thirdweb")

    @precondition(lambda self: self.model.access_tokens)
    @rule(
        client_id=CLIENTS,
        which=choices.PICK,
        fresh=st.sampled_from((True, True, False)),
        first=st.sampled_from(("right", "a proof", "another key", "another certificate")),
        form=st.sampled_from((False, False, True)),
    )
    def ask_who(self, client_id: str, which: int, fresh: bool, first: str, form: bool) -> None:
        """A client asks /userinfo with one token, as it should and in every way it should not."""
        if fresh:
            grant = self._living(which, client_id, scope="openid profile email read")
            shown = self._shown(grant, first, which)
            self.requests.refresh(grant, 0, resource=ISSUER, shown=shown)
        token = self.model.access_tokens[-1] if fresh else pick(self.model.access_tokens, which)
        app = self.model.now_is(token.grant.client_id)
        self.requests.ask_who(token, form=form)
        for way in (*OF_TOKENS, *OF_NONCES) if app.nonces else OF_TOKENS:
            shown = self.cast.holders.shown(way, app, token.bound, "/userinfo", token.text, which)
            self.requests.ask_who(token, shown)
        event(f"/userinfo: bound to {' and '.join(token.bound) or 'nothing'}")
        self.requests.ask_who(token)

    def _try(self, grant: Grant, present: Callable[[Shown, str], None]) -> None:
        """Present something of a grant in all ways that are wrong for what it is bound to."""
        bound, app = needed(grant), self.model.now_is(grant.client_id)
        keeps = app.public or not grant.used  # who proves itself may change its key
        ways = [*FLAWS, *OF_NONCES] if app.nonces else list(FLAWS)
        if JKT in bound or app.dpop:
            ways.append("no proof")
        if JKT in bound and keeps:
            ways.append("another key")
        if app.certified:
            ways += OF_CERTIFICATES if X5T in bound and keeps else OF_CERTIFICATES[:2]
        event(f"/token: bound to {' and '.join(bound) or 'nothing'}")
        for way in ways:
            present(self._shown(grant, way, 0), "")
        for twist in WRONG_ASSERTIONS if app.keyed else ():
            present(self.requests.right_for(grant), twist)

    def _shown(self, grant: Grant, way: str, which: int) -> Shown:
        """What a client shows with a code or a refresh token."""
        app = self.model.now_is(grant.client_id)
        self.cast.ask_for_nonce(app)
        return self.cast.holders.shown(way, app, needed(grant), "/token", which=which)
