"""The life of grants as a random story, against an oracle of plain facts.

Two users, three clients, several processes, a clock that moves, keys that rotate, a table that is
swept at random. Each answer is predicted (model.py); whatever a request may not touch stays as it
was. The invariants are those of docs/storage.md, "A grant", and of RFC 6749, 7009, 7662 and 9700.

A long run: STATEFUL_EXAMPLES=2000 STATEFUL_STEPS=60 python -m pytest tests/stateful
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

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
from tests.stateful import choices, model
from tests.stateful.model import API, FILES
from tests.stateful.prologue import Prologue
from tests.stateful.requests import pick
from tests.stateful.sign_in import Walk, Wish

pytestmark = pytest.mark.emulator


class Story(Prologue):
    """Requests of clients and people, and what operators do, in any order."""

    @initialize(client_id=choices.CLIENTS, scope=st.sampled_from(choices.PLAIN))
    def begin(self, client_id: str, scope: str) -> None:
        """One user has connected a client."""
        self._connect(client_id, self.cast.people[0], scope)

    # People and codes

    @rule(
        client_id=choices.CLIENTS,
        scope=st.sampled_from(choices.PLAIN) | st.sampled_from(choices.SCOPES),
        named=st.sampled_from(((), (), (API,), (FILES,), (API, FILES))),
        prompt=st.sampled_from((None, None, None, "none", "login", "login", "consent")),
        number=choices.PERSON,
        right=st.sampled_from((True, True, True, True, False)),
        session=st.none() | choices.PICK,
        ticked=st.sampled_from(("all", "all", "all", "first", "none", "deny")),
        port=st.sampled_from((8000, 49152)),
        meanwhile=st.sampled_from(("", "", "", "", "", "disable", "password", "switch", "wait")),
        pause=st.sampled_from((1, 61, 599, 600)),
    )
    def ask_for_a_code(
        self,
        client_id: str,
        scope: str,
        named: tuple[str, ...],
        prompt: str | None,
        number: int,
        right: bool,
        session: int | None,
        ticked: str,
        port: int,
        meanwhile: str,
        pause: int,
    ) -> None:
        """A browser, with any session cookie there ever was or none, goes to /authorize."""
        person = self.cast.people[number]
        asked = tuple(scope.split())
        boxes = {"all": asked, "first": asked[:1], "none": (), "deny": None}[ticked]
        password = person.password if right else "not the password"
        wish = Wish(client_id, asked, named, prompt, person, password, boxes, port)
        sessions = self.model.sessions
        chosen = pick(sessions, session) if session is not None and sessions else None
        acts: dict[str, Callable[[], None]] = {
            "": lambda: None,
            "disable": lambda: self.operators.disable(person, True),
            "password": lambda: self.operators.change_password(person),
            "switch": lambda: self.cast.switch(pause),
            "wait": lambda: self.cast.forward(pause),
        }
        Walk(self.cast, chosen, wish).go(acts[meanwhile])
        if chosen is not None and chosen.ended:
            # The cookie of before the sign-in is worth nothing after it.
            Walk(self.cast, chosen, replace(wish, prompt="none")).go(lambda: None)

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
    @rule(which=choices.PICK, kind=st.sampled_from(("code", "refresh token", "access token")))
    def take_one_type_for_another(self, which: int, kind: str) -> None:
        """A token of one type is refused as every other."""
        self.requests.mistake(self._pick(which, refreshable=True), kind)

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
        act=st.sampled_from(("disable", "enable", "password", "revoke", "grants", "replace")),
    )
    def act_on_a_user(self, number: int, act: str) -> None:
        """An operator acts on a user."""
        self.operators.act_on_user(number, act)

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
            stateful_step_count=int(os.environ.get("STATEFUL_STEPS", "30")),
            suppress_health_check=list(HealthCheck),
        ),
    )
