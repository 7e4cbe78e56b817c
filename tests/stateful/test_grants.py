"""The life of grants and sessions as a random story, against an oracle of plain facts.

Two users, four clients, several browsers and processes, a clock that moves, keys that rotate, a
table that is swept at random. Each answer is predicted (model.py, rules.py, openid.py); whatever a
request may not touch stays as it was. The invariants are those of docs/storage.md, "A grant", of
RFC 6749, 7009, 7662 and 9700, and of OpenID Connect Core and RP-Initiated Logout.

A long run: STATEFUL_EXAMPLES=2000 STATEFUL_STEPS=60 python -m pytest tests/stateful
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import on_ministack
from tests.stateful import choices, mistakes, model
from tests.stateful.model import API
from tests.stateful.people import People
from tests.stateful.requests import pick

pytestmark = pytest.mark.emulator


class Story(People):
    """Requests of clients and people, and what operators do, in any order."""

    @initialize(client_id=choices.CLIENTS, scope=st.sampled_from(choices.PLAIN))
    def begin(self, client_id: str, scope: str) -> None:
        """One user has connected a client."""
        self._connect(client_id, self.cast.people[0], scope)

    # What clients do

    @precondition(lambda self: self.model.grants)
    @rule(
        which=choices.PICK,
        twist=st.just("") | st.sampled_from(choices.WRONG_PROOFS),
        resource=choices.RESOURCES,
    )
    def redeem(self, which: int, twist: str, resource: str | None) -> None:
        """A code is presented, for the first time or again, rightly or not."""
        self.requests.redeem(self._pick(which), twist, resource)

    @precondition(lambda self: self.model.access_tokens)
    @rule(
        which=choices.PICK,
        behind=st.sampled_from((0, 0, 0, 1, 1, 2, 3, None)),
        twist=st.sampled_from(("", "", "", "", "client", "secret")),
        scope=st.sampled_from((None, None, None, "read", "write", "openid", "read write list")),
        resource=choices.RESOURCES,
    )
    def refresh(
        self, which: int, behind: int | None, twist: str, scope: str | None, resource: str | None
    ) -> None:
        """A refresh token is presented: the current one, an older one, or a forged one."""
        grant = self._living(which) if which < 4 else self._pick(which, refreshable=True)
        self.requests.refresh(grant, behind, twist, scope, resource)

    @precondition(lambda self: self.model.access_tokens)
    @rule(
        which=choices.PICK,
        times=st.integers(1, 3),
        then=st.sampled_from((None, 1, 1, 2)),
        pause=st.sampled_from((1, 60, 61)),
    )
    def refresh_in_a_row(self, which: int, times: int, then: int | None, pause: int) -> None:
        """A client refreshes as it should; then an older token comes again, soon or late."""
        grant = self._living(which)
        resource = grant.resources[0] if grant.resources else None
        for _ in range(times):
            self.requests.refresh(grant, 0, resource=resource)
        if then is not None:
            self.cast.forward(pause)
            self.requests.refresh(grant, then, resource=resource)

    @precondition(lambda self: self.model.access_tokens)
    @rule(which=choices.PICK, kind=st.sampled_from(("code", "refresh", "access", "id", "id")))
    def take_one_type_for_another(self, which: int, kind: str) -> None:
        """A token of one type is refused as every other."""
        if kind == "id":
            token = self._id_token("any", which, self.cast.people[0], "demoweb")
            mistakes.present(self.cast, token.grant, kind, token.text)
            return
        grant = self._pick(which, refreshable=True)
        issued = [token.text for token in self.model.access_tokens if token.grant is grant]
        text = {"code": grant.code, "refresh": grant.tokens[-1], "access": issued[-1]}[kind]
        mistakes.present(self.cast, grant, kind, text)

    @precondition(lambda self: self.model.grants)
    @rule(
        which=choices.PICK,
        kind=st.sampled_from(("leaf", "leaf", "older", "forged", "code", "access token")),
        twist=st.sampled_from(("", "", "client", "client", "secret")),
    )
    def revoke(self, which: int, kind: str, twist: str) -> None:
        """A client revokes a token: its own ends, another's does not."""
        self.requests.revoke(self._pick(which), kind, which, twist)

    @precondition(lambda self: self.model.access_tokens)
    @rule(which=choices.PICK, asker=st.sampled_from(("thirdweb", "thirdweb", "demoweb")))
    def introspect(self, which: int, asker: str) -> None:
        """Introspection knows what became of any token ever seen."""
        token = pick(self.model.access_tokens, which)
        self.requests.look_at_access_token(token, asker)
        if token.grant.tokens:
            text = pick(token.grant.tokens, which)
            self.requests.look_at_refresh_token(token.grant, text, asker)

    # Operators, time, processes

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

    @rule(
        client_id=choices.CLIENTS,
        act=st.sampled_from(("revoke", "secret", "delete")),
        then=st.sampled_from(("", "restart", "refresh", "refresh")),
    )
    def act_on_a_client(self, client_id: str, act: str, then: str) -> None:
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

    @rule(alg=st.sampled_from(on_ministack.ALGORITHMS), patient=st.booleans())
    def rotate_keys(self, alg: str, patient: bool) -> None:
        """An operator moves the keys of one algorithm on."""
        self.operators.rotate_keys(alg, patient=patient)

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


def test_the_story_goes_as_the_model_says(cloud: on_ministack.Cloud) -> None:
    """Random stories of grants, users, clients, keys, processes and time hold every invariant."""
    run_state_machine_as_test(
        lambda: Story(cloud),
        settings=settings(
            max_examples=int(os.environ.get("STATEFUL_EXAMPLES", "40")),
            stateful_step_count=int(os.environ.get("STATEFUL_STEPS", "20")),
            suppress_health_check=list(HealthCheck),
        ),
    )
