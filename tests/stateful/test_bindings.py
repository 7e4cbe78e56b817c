"""What is bound, as a random story: it never works without its proof, and never gets loose.

Seven clients, of which some must show a key, a certificate or an assertion and others may, or must
bring nonces, sign their requests, keep to FAPI 2.0; operators change that at any time. Two keys,
two certificates, and every proof there ever was; pushed requests; a resource whose tokens have a
place in a status list. The same server, people and operators as in test_grants.py, and the same way
to predict each answer (possession.py, bound.py, nonces.py, pushing.py). RFC 7523, 8705, 9101,
9126 and 9449, FAPI 2.0, docs/decisions/0031 to 0034.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test

from chalicelib.values import replace as settings_with
from tests import on_ministack
from tests.flows.certified import take_certificates
from tests.stateful import choices, lists
from tests.stateful.actors import Cast
from tests.stateful.apps import BOUND
from tests.stateful.bringing import Bringing
from tests.stateful.model import API, CACHE
from tests.stateful.proving import CLIENTS
from tests.stateful.sign_out import Farewell, SignOut

pytestmark = pytest.mark.emulator


class Bindings(Bringing):
    """Bound grants and tokens, pushed requests, and what becomes of them."""

    @staticmethod
    def begin_with(cloud: on_ministack.Cloud) -> Cast:
        """A stage that takes certificates and lists tokens, with clients that must be bound."""
        world = cloud.world()
        world.settings = settings_with(world.settings, id_token_algs=("RS256", "ES256"))
        return Cast(take_certificates(world), BOUND, API)

    @initialize(client_id=CLIENTS, early=st.booleans())
    def begin(self, client_id: str, early: bool) -> None:
        """One user has connected a client; it shows a key early, with its code, or later."""
        self.connect(client_id, 0, "openid read write", 0, None, ["a proof"] if early else [])
        self.refresh(client_id, 0, "a proof", "right", 0, "", 0)
        self.ask_who(client_id, 0, True, "right", False)

    @rule(
        client_id=CLIENTS,
        act=st.sampled_from(("revoke", "delete", "block")),
        then=st.sampled_from(("", "restart", "refresh")),
    )
    def act_on_a_client(self, client_id: str, act: str, then: str) -> None:
        """An operator acts on a client."""
        self._act_on_a_client(client_id, act, then)

    @rule(
        client_id=CLIENTS,
        whats=st.lists(st.sampled_from(("dpop", "certificate", "nonces", "keys")), min_size=1),
        then=st.sampled_from(("", "restart", "restart", "refresh", "wait")),
    )
    def change_what_a_client_shows(self, client_id: str, whats: list[str], then: str) -> None:
        """Between issue and use, an operator changes what a client has to show."""
        grant = self._living(0, client_id)
        for what in whats[:2]:
            self.operators.change_client(client_id, what)
        if then == "restart":
            self.cast.restart()
        if then == "wait":
            self.cast.forward(CACHE)
        self.requests.refresh(grant, 0, resource=API)
        if then == "refresh":
            self.cast.forward(CACHE)
            self.requests.refresh(grant, 0, resource=API)
        self.requests.ask_who(self.model.access_tokens[-1])
        self.requests.look_at_access_token(self.model.access_tokens[-1], "thirdweb")

    @rule(pause=st.sampled_from((1, 299, 300, 599, 600, 601)))
    def keep_a_nonce(self, pause: int) -> None:
        """A client uses a nonce for as long as it is taken, and then the one that it is told."""
        grant = self._living(0, "boundweb")
        self.requests.refresh(grant, 0, resource=API)
        self.cast.forward(pause)
        app = self.model.now_is("boundweb")
        shown = self.cast.holders.shown("kept nonce", app, grant.bound, "/token")
        self.requests.refresh(grant, 0, "", None, API, shown)
        self.requests.refresh(grant, 0, resource=API)

    @rule(number=choices.PERSON, place=st.integers(0, 2))
    def sign_out(self, number: int, place: int) -> None:
        """Somebody leaves."""
        session = SignOut(self.post, self.cast.jars[place], Farewell()).go()
        if session is not None:
            self._present([one for one in self.model.grants if self._is_of(one, session)][-2:])
        self._look_around()

    def _look_around(self) -> None:
        """Whoever was revoked is listed, and nobody else."""
        event(f"looked up in a status list: {min(lists.check(self.cast), 4)}")

    def teardown(self) -> None:
        """At the end the lists are read as well."""
        self._look_around()
        super().teardown()


def test_what_is_bound_stays_bound(cloud: on_ministack.Cloud) -> None:
    """Random stories of keys, certificates, assertions and pushed requests hold every invariant."""
    run_state_machine_as_test(
        lambda: Bindings(cloud),
        settings=settings(
            # A quarter of those in test_grants.py: each step tries much more.
            max_examples=int(os.environ.get("STATEFUL_EXAMPLES", "32")) // 4,
            stateful_step_count=int(os.environ.get("STATEFUL_STEPS", "20")),
            suppress_health_check=list(HealthCheck),
        ),
    )
