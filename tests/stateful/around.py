"""The rules about what happens around any grant: revocation, operators, processes, time."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.stateful import choices, model
from tests.stateful.model import API, ISSUER, Grant, Session
from tests.stateful.prologue import Prologue
from tests.stateful.requests import pick


class Around(Prologue):
    """What may come at any time, whatever else a story is about."""

    @precondition(lambda self: self.model.grants)
    @rule(
        which=choices.PICK,
        kind=st.sampled_from(("leaf", "leaf", "older", "forged", "code", "access token")),
        twist=st.sampled_from(("", "", "client", "client", "secret")),
    )
    def revoke(self, which: int, kind: str, twist: str) -> None:
        """A client revokes a token: its own ends, another's does not."""
        self.requests.revoke(self._pick(which), kind, which, twist)
        self._look_around()

    @precondition(lambda self: self.model.access_tokens)
    @rule(which=choices.PICK, asker=st.sampled_from(("thirdweb", "thirdweb", "demoweb")))
    def introspect(self, which: int, asker: str) -> None:
        """Introspection knows what became of any token ever seen."""
        token = pick(self.model.access_tokens, which)
        self.requests.look_at_access_token(token, asker)
        if token.grant.tokens:
            text = pick(token.grant.tokens, which)
            self.requests.look_at_refresh_token(token.grant, text, asker)

    @rule(
        number=choices.PERSON,
        act=st.sampled_from(
            ("disable", "enable", "password", "revoke", "grants", "replace", "session", "sessions")
        ),
    )
    def act_on_a_user(self, number: int, act: str) -> None:
        """An operator acts on a user; nobody waits for what that ends."""
        person = self.cast.people[number]
        self.operators.act_on_user(number, act)
        self._present([grant for grant in self.model.grants if grant.person is person][-1:])
        self._look_around()

    @rule(seed=st.integers(0, 3))
    def sweep(self, seed: int) -> None:
        """DynamoDB removes what has expired, or some of it."""
        self.operators.sweep(seed)

    @rule(length=st.sampled_from(choices.MOMENTS) | st.sampled_from(choices.LENGTHS))
    def wait(self, length: int) -> None:
        """Time passes."""
        self.cast.forward(length)

    @rule(number=st.integers(0, 2))
    def move_to_another_process(self, number: int) -> None:
        """A new process answers, or one that is there."""
        if number == 0:
            self.cast.restart()
        else:
            self.cast.switch(number)

    def _act_on_a_client(self, client_id: str, act: str, then: str) -> None:
        """An operator acts on a client; other processes may not know it for a minute."""
        if then == "refresh":
            grant = self._living(0, client_id)
        self.operators.act_on_client(client_id, act)
        if then == "restart":
            self.cast.restart()
        if then == "refresh":
            self.requests.refresh(grant, 0, resource=API)
            self.cast.forward(model.CACHE)
            self.requests.look_at_access_token(self.model.access_tokens[-1], "thirdweb")
        self._look_around()

    def _look_around(self) -> None:
        """What a story looks at when something may have ended."""

    def _present(self, grants: Iterable[Grant]) -> None:
        """Everything of some grants is presented where it belongs."""
        for grant in grants:
            audience = (*grant.resources, ISSUER)[0]
            if grant.lineage.signed_out:
                kind = "code" if not grant.used else "grant" if grant.tokens else "last token"
                event(f"signed out: {kind}, {'living' if self._lives(grant) else 'dead'}")
            if not grant.used:
                self.requests.redeem(grant, "", audience)
            elif grant.tokens:
                self.requests.look_at_refresh_token(grant, grant.tokens[-1], "thirdweb")
                self.requests.refresh(grant, 0, resource=audience)
            issued = [token for token in self.model.access_tokens if token.grant is grant]
            for token in issued[-1:]:
                self.requests.look_at_access_token(token, "thirdweb")
                self.requests.ask_who(token)

    @staticmethod
    def _is_of(grant: Grant, session: Session) -> bool:
        return grant.lineage is session.lineage
