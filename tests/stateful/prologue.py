"""What every random story has: a server, an end where everything is looked at, living grants."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests import on_ministack
from tests.stateful import choices, model
from tests.stateful.actors import Cast
from tests.stateful.model import API, FILES, Grant, Person
from tests.stateful.operators import Operators
from tests.stateful.requests import Requests, pick
from tests.stateful.sign_in import Walk, Wish


class Prologue(RuleBasedStateMachine):
    """What the story starts from and what it ends with, and the finding of its grants."""

    def __init__(self, cloud: on_ministack.Cloud) -> None:
        super().__init__()
        self.cast = Cast(cloud.world())
        self.model = self.cast.model
        self.operators = Operators(self.cast, cloud.spare_keys)
        self.requests = Requests(self.cast)

    def teardown(self) -> None:
        """At the end, when no process has old news, every token seen is what the model says."""
        self.cast.forward(model.CACHE)
        for token in self.model.access_tokens:
            self.requests.look_at_access_token(token, "thirdweb")
        for grant in self.model.grants:
            for text in grant.tokens:
                self.requests.look_at_refresh_token(grant, text, "thirdweb")
        self.cast.world.close()

    @invariant()
    def keys_are_published(self) -> None:
        """Every access token that has not expired verifies with the JWKS."""
        if not self.cast.keys_may_have_changed:
            return
        self.cast.publish()
        _, keys = self.cast.published[-1]
        for token in self.model.access_tokens:
            if self.cast.now < token.issued_at + model.ACCESS_TOKEN:
                assert token.kid in keys

    @rule(
        client_id=choices.CLIENTS,
        number=choices.PERSON,
        scope=st.sampled_from(choices.PLAIN),
        times=st.integers(0, 2),
    )
    def connect(self, client_id: str, number: int, scope: str, times: int) -> None:
        """A user connects a client and it refreshes, so that there is something to go wrong."""
        person = self.cast.people[number]
        if person.disabled:
            self.operators.disable(person, False)
        if self.model.now_is(client_id).gone:
            self.operators.bring_back_client(client_id)
        if len(self.cast.possible(client_id)) > 1:
            self.cast.restart()
        self.cast.forward(
            model.SIGN_IN_WINDOW if self.model.hears_no_more(person.name, self.cast.now) else 1
        )
        self._connect(client_id, person, scope)
        for _ in range(times if self.model.grants[-1].tokens else 0):
            self.requests.refresh(self.model.grants[-1], 0, resource=API)

    def _connect(self, client_id: str, person: Person, scope: str) -> None:
        """Sign in, consent, redeem."""
        asked = tuple(scope.split())
        named = (API, FILES) if client_id == "thirdweb" and "write" in scope else (API,)
        plain = Wish(client_id, asked, named, None, person, person.password, asked, 8000)
        before = len(self.model.grants)
        theirs = (one for one in reversed(self.model.sessions) if one.person is person)
        session = next((one for one in theirs if one.valid(self.cast.now)), None)
        Walk(self.cast, session, plain).go(lambda: None)
        if len(self.model.grants) > before:
            self.requests.redeem(self.model.grants[-1], "", API)

    def _pick(self, which: int, *, refreshable: bool = False) -> Grant:
        """A grant, of those that have a refresh token where it needs one; the living come first."""
        grants = [grant for grant in self.model.grants if grant.tokens or not refreshable]
        return pick(sorted(grants, key=self._lives), which)

    def _living(self, which: int, client_id: str | None = None) -> Grant:
        """A living grant with a refresh token, of one client if it is named; made if need be."""
        grants = [
            grant
            for grant in self.model.grants
            if grant.tokens and self._lives(grant) and client_id in (None, grant.client_id)
        ]
        if grants:
            return pick(grants, which)
        self.connect(client_id or "demoweb", which % 2, "read write", 1)
        return self.model.grants[-1]

    def _lives(self, grant: Grant) -> bool:
        apps = self.cast.possible(grant.client_id)
        return any(grant.stands(app, self.cast.now) for app in apps)
