"""The life of grants and sessions as a random story, against an oracle of plain facts.

Two users, four clients, of which two hear of logouts, several browsers and processes, a clock that
moves, keys that rotate, a table that is swept at random. Each answer is predicted (model.py,
rules.py, openid.py, post.py); whatever a request may not touch stays as it was. The invariants are
those of docs/storage.md, "A grant", of RFC 6749, 7009, 7662, 9700, and of OpenID Connect Core and
the logout specifications.

The same stories each time; `make explore` looks for others.
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
from tests.stateful import choices, mistakes
from tests.stateful.people import People

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

    # Operators

    @rule(
        client_id=choices.CLIENTS,
        act=st.sampled_from(("revoke", "secret", "delete", "block")),
        then=st.sampled_from(("", "restart", "refresh", "refresh")),
    )
    def act_on_a_client(self, client_id: str, act: str, then: str) -> None:
        """An operator acts on a client; other processes may not know it for a minute."""
        self._act_on_a_client(client_id, act, then)

    @rule(alg=st.sampled_from(on_ministack.ALGORITHMS), patient=st.booleans())
    def rotate_keys(self, alg: str, patient: bool) -> None:
        """An operator moves the keys of one algorithm on."""
        self.operators.rotate_keys(alg, patient=patient)


def test_the_story_goes_as_the_model_says(cloud: on_ministack.Cloud) -> None:
    """Random stories of grants, users, clients, keys, processes and time hold every invariant."""
    run_state_machine_as_test(
        lambda: Story(cloud),
        settings=settings(
            max_examples=int(os.environ.get("STATEFUL_EXAMPLES", "32")),
            stateful_step_count=int(os.environ.get("STATEFUL_STEPS", "20")),
            suppress_health_check=list(HealthCheck),
        ),
    )
