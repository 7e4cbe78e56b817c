"""What clients are given beside scopes, and how they come and go, as a random story.

Authorization details that people agree to or decline, and that clients narrow; clients that act for
themselves; clients that register themselves and lapse; operators who block clients, let them in
again, and change what they may ask for. The same server, people and oracle as in test_grants.py,
and details.py, machines.py, strangers.py. RFC 9396, RFC 7591, docs/decisions/0037 and 0038.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from chalicelib.administration import resources
from tests import on_ministack
from tests.flows.rich import TYPES
from tests.stateful import choices, details, strangers
from tests.stateful.actors import Cast
from tests.stateful.apps import RICH
from tests.stateful.around import Around
from tests.stateful.details import Numbers
from tests.stateful.machines import Machine
from tests.stateful.model import API, CACHE, DAY, HOUR, ISSUER, Grant
from tests.stateful.requests import pick
from tests.stateful.sign_in import Walk
from tests.stateful.wishes import Wish

pytestmark = pytest.mark.emulator

CLIENTS = st.sampled_from(("demoweb", "thirdweb", "payweb", "payweb"))
NUMBERS = st.sampled_from(((0,), (0, 1), (1, 0), (0, 1, 2), (2,), (2, 1), (0, details.UNKNOWN)))
ASKED = st.sampled_from((None, None, (0,), (1,), (1, 0), (2,), (0, 1, 2)))
KEPT = st.sampled_from((None, None, (0,), (1,), (0, 2), ()))
KINDS = ("any", "payment_initiation", "account_information", "order")
STRANGER = "a stranger"


class Clients(Around):
    """Details, machines and strangers."""

    def __init__(self, cloud: on_ministack.Cloud) -> None:
        super().__init__(cloud)
        self.machine = Machine(self.cast, "demomachine")
        self.strangers: list[str] = []

    @staticmethod
    def begin_with(cloud: on_ministack.Cloud) -> Cast:
        """A stage where one resource knows authorization details."""
        world = cloud.world()
        resources.update(API, {"authorization_details_types": TYPES}, world.services)
        return Cast(world, RICH)

    @initialize(numbers=NUMBERS, kept=KEPT)
    def begin(self, numbers: Numbers, kept: tuple[int, ...] | None) -> None:
        """One user has connected two clients."""
        self.connect("thirdweb", 0, "openid read write", 1)
        self._agree("demoweb", 0, "openid read", numbers, kept, "all")

    @rule(
        client_id=CLIENTS,
        number=choices.PERSON,
        scope=st.sampled_from(choices.PLAIN),
        times=st.integers(0, 2),
    )
    def connect(self, client_id: str, number: int, scope: str, times: int) -> None:
        """A user connects a client, without details."""
        self._connect_and_refresh(client_id, number, scope, times)

    @rule(
        client_id=CLIENTS | st.just(STRANGER),
        number=choices.PERSON,
        scope=st.sampled_from(("read write", "openid read", "openid", "read")),
        numbers=NUMBERS,
        kept=KEPT,
        ticked=st.sampled_from(("all", "all", "all", "first", "none", "deny", "switch")),
        prompt=st.sampled_from((None, None, None, "none", "login")),
        asked=ASKED,
        place=choices.PLACE,
    )
    def agree(
        self,
        client_id: str,
        number: int,
        scope: str,
        numbers: Numbers,
        kept: tuple[int, ...] | None,
        ticked: str,
        prompt: str | None,
        asked: Numbers | None,
        place: int | str,
    ) -> None:
        """A client asks for details; its user ticks some; it redeems the code for some of these."""
        if client_id == STRANGER:
            client_id = self._stranger()
        self._agree(client_id, number, scope, numbers, kept, ticked, prompt, asked, place)

    @precondition(lambda self: self.model.access_tokens)
    @rule(
        which=choices.PICK,
        behind=st.sampled_from((0, 0, 0, 0, 1, 2)),
        asked=st.lists(ASKED, min_size=1, max_size=3),
        scope=st.sampled_from((None, None, None, "read", "openid")),
        resource=st.sampled_from((API, API, API, ISSUER)),
        rich=st.booleans(),
    )
    def refresh(
        self,
        which: int,
        behind: int,
        asked: list[Numbers | None],
        scope: str | None,
        resource: str,
        rich: bool,
    ) -> None:
        """A client refreshes for some details, and for others after that: what was left out comes
        back, what was declined does not."""
        grant = self._with_details(which) if rich else self._living(which)
        for numbers in asked:
            self.requests.refresh(grant, behind, "", scope, resource, asked_details=numbers)
            behind = 0
        self.requests.refresh(grant, 0, resource=API, asked_details=tuple(range(3)))
        self.requests.refresh(grant, 0, resource=API)
        self.requests.look_at_access_token(self.model.access_tokens[-1], "thirdweb")

    @rule(
        client_id=CLIENTS,
        kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=2),
        then=st.sampled_from(("", "restart", "wait")),
    )
    def change_types(self, client_id: str, kinds: list[str], then: str) -> None:
        """An operator changes which details a client may have: what it has shrinks at once."""
        grant = self._living(0, client_id)
        types = "any" if "any" in kinds else " ".join(dict.fromkeys(kinds))
        self.operators.change_client(client_id, f"types {types}")
        if then == "restart":
            self.cast.restart()
        if then == "wait":
            self.cast.forward(CACHE)
        self.requests.refresh(grant, 0, resource=API)
        self.requests.look_at_refresh_token(grant, grant.tokens[-1], "thirdweb")

    @rule(
        client_id=st.sampled_from(("demoweb", "thirdweb", "payweb", "demomachine")),
        act=st.sampled_from(("revoke", "delete", "block", "block")),
        then=st.sampled_from(("", "restart", "restart")),
    )
    def act_on_a_client(self, client_id: str, act: str, then: str) -> None:
        """An operator acts on a client; what it has is tried, and what it gets after."""
        self._act_on_a_client(client_id, act, then)
        self._present([one for one in self.model.grants if one.client_id == client_id][-1:])
        self._try_machine()

    @rule(
        pause=st.sampled_from((0, 1, 59, 60, HOUR - 1, HOUR)),
        rich=st.booleans(),
        revoked=st.booleans(),
    )
    def act_for_itself(self, pause: int, rich: bool, revoked: bool) -> None:
        """A machine gets a token, which is looked at later."""
        self.machine.act()
        if rich:
            self.machine.act(details.text((0,)))
        if revoked and self.machine.tokens:
            self.machine.revoke(self.machine.tokens[-1])
        self.cast.forward(pause)
        self._try_machine()

    @rule(
        number=choices.PERSON,
        pauses=st.lists(
            st.sampled_from((HOUR, DAY - 1, 29 * DAY, 30 * DAY, 31 * DAY - 1, DAY, 31 * DAY)),
            max_size=3,
        ),
        used=st.sampled_from((True, True, False)),
        act=st.sampled_from(("", "", "", "block", "delete", "revoke")),
    )
    def keep_or_forget(self, number: int, pauses: list[int], used: bool, act: str) -> None:
        """A stranger is used now and then, or an operator acts on it; in the end it may be gone."""
        client_id = self._stranger()
        if used:
            self._connect(client_id, self.cast.people[number], "openid read")
        if act:
            self.operators.act_on_client(client_id, act)
        for pause in pauses:
            self.cast.forward(pause)
            mine = [one for one in self.model.grants if one.client_id == client_id]
            self._present(mine[-1:])
            event(f"a stranger is {'gone' if self.model.now_is(client_id).gone else 'there'}")
        self._walk(client_id, number, ("openid", "read"))

    def _stranger(self) -> str:
        """A client that registered itself, and is still there."""
        living = [name for name in self.strangers if not self.model.now_is(name).gone]
        self.cast.forward(1)
        if not living:
            living = [strangers.register(self.cast).client_id]
            self.strangers += living
            self.cast.forward(1)
        if len(self.cast.possible(living[-1])) > 1:
            self.cast.restart()
        return living[-1]

    def _walk(self, client_id: str, number: int, scope: tuple[str, ...]) -> None:
        Walk(
            self.cast,
            self._jar_of(self.cast.people[number]),
            Wish(client_id, scope, (API,), (self.cast.people[number],), "login"),
        ).go()

    def _agree(
        self,
        client_id: str,
        number: int,
        scope: str,
        numbers: Numbers,
        kept: tuple[int, ...] | None,
        ticked: str,
        prompt: str | None = None,
        asked: Numbers | None = None,
        place: int | str = 0,
    ) -> None:
        person = self.cast.people[number]
        self._make_ready(client_id, person)
        wish = Wish(
            client_id=client_id,
            scope=tuple(scope.split()),
            named=(API,),
            people=(person,),
            prompt=prompt,
            ticked=ticked,
            details=numbers,
            kept=kept,
        )
        if Walk(self.cast, self._jar(place, 0), wish).go():
            grant = self.model.grants[-1]
            event(f"details agreed to: {len(grant.details)} of {len(numbers)}")
            self.requests.redeem(grant, "", API, asked_details=asked)
            if not grant.used:
                self.requests.redeem(grant, "", (*grant.resources, ISSUER)[0])

    def _with_details(self, which: int) -> Grant:
        """A living grant that has details; made if need be."""
        for _ in range(2):
            rich = [one for one in self.model.grants if one.details and one.tokens]
            living = [one for one in rich if self._lives(one)]
            if living:
                return pick(living, which)
            self.operators.change_client("demoweb", "types any")
            self._agree("demoweb", which % 2, "openid read", (0, 1, 2), (0, 2), "all", "login")
        return self._living(which)

    def _try_machine(self) -> None:
        for token in self.machine.tokens[-2:]:
            self.machine.look(token)

    def teardown(self) -> None:
        """At the end the machine's tokens are looked at as well."""
        self.cast.forward(CACHE)
        for token in self.machine.tokens:
            self.machine.look(token)
        super().teardown()


def test_clients_come_and_go_with_what_they_have(cloud: on_ministack.Cloud) -> None:
    """Random stories of details, machines, strangers and operators hold every invariant."""
    run_state_machine_as_test(
        lambda: Clients(cloud),
        settings=settings(
            max_examples=int(os.environ.get("STATEFUL_EXAMPLES", "32")) // 4,
            stateful_step_count=int(os.environ.get("STATEFUL_STEPS", "20")),
            suppress_health_check=list(HealthCheck),
        ),
    )
