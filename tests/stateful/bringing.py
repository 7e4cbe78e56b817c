"""The rules about pushed requests: brought in time, by the right browser or any, finished once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.stateful import choices
from tests.stateful.browsers import Jar
from tests.stateful.holders import jkt
from tests.stateful.model import API
from tests.stateful.possession import JKT
from tests.stateful.proving import CLIENTS, OWNERS, Proving
from tests.stateful.pushing import Pushed, push
from tests.stateful.requests import WRONG_ASSERTIONS, pick
from tests.stateful.sign_in import Walk
from tests.stateful.wishes import Wish

WAYS = ("right", "right", "no proof", "a proof", "another key", "replayed", "path", "forged")
WRONG_OBJECTS = ("plain", "signer", "expired", "audience", "client")
PAGES = st.sampled_from(("consent", "sign-in"))
MEANWHILE = ("", "", "elsewhere", "elsewhere", "same browser", "wait", "switch", "block")


class Bringing(Proving):
    """Clients push, browsers bring."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.pushed: list[Pushed] = []

    @rule(
        client_id=CLIENTS,
        number=choices.PERSON,
        scope=st.sampled_from(choices.PLAIN),
        prompt=st.sampled_from((None, None, None, "none", "login", "consent")),
        owner=OWNERS,
        way=st.sampled_from(WAYS),
        assertion=st.sampled_from(("",) * 4 + WRONG_ASSERTIONS),
        signed=st.sampled_from(("",) * 6 + WRONG_OBJECTS),
        ready=st.sampled_from((True, True, True, False)),
        place=choices.PLACE,
        meanwhile=st.sampled_from((*MEANWHILE, "keep it")),
        page=PAGES,
    )
    def push(
        self,
        client_id: str,
        number: int,
        scope: str,
        prompt: str | None,
        owner: str | None,
        way: str,
        assertion: str,
        signed: str,
        ready: bool,
        place: int | str,
        meanwhile: str,
        page: str,
    ) -> None:
        """A client pushes a request, and mostly a browser brings it at once. One that has to push
        is refused when it does not; one that has to sign, with any other object than its own."""
        person = self.cast.people[number]
        if ready:
            self._make_ready(client_id, person)
        app = self.model.now_is(client_id)
        thumbprint = jkt(owner) if owner else None
        self.cast.ask_for_nonce(app)
        shown = self.cast.holders.shown(way, app, {JKT: thumbprint} if thumbprint else {}, "/par")
        wish = Wish(client_id, tuple(scope.split()), (API,), (person,), prompt, jkt=thumbprint)
        wrong = self.cast.holders.assertion(app, assertion) if app.keyed else None
        if app.signs:
            wish = replace(wish, signed=signed)
        if app.pushes:
            assert not Walk(self.cast, Jar(), wish).go(), "it was not pushed"
        pushed = push(self.cast, wish, shown, secret=wrong)
        if pushed is not None:
            self.pushed.append(pushed)
            if meanwhile != "keep it":
                jar = self._jar(place, 0)
                self._bring(pushed, jar, wish, "", self._during(meanwhile, jar, pushed, 61), page)

    @rule(
        number=choices.PERSON,
        place=choices.PLACE,
        signed=st.sampled_from(("", "", *WRONG_OBJECTS)),
        scope=st.sampled_from(choices.PLAIN),
    )
    def send_an_object(self, number: int, place: int | str, signed: str, scope: str) -> None:
        """A browser is sent with a request that is an object, of the client or of somebody; what
        stands beside it counts for nothing."""
        person = self.cast.people[number]
        self._make_ready("boundweb", person)
        words = tuple(scope.split())
        wish = Wish("boundweb", words, (API,), (person,), "login", signed=signed)
        given = Walk(self.cast, self._jar(place, 0), wish).go()
        event(f"an object, {signed or 'right'}: {given}")
        if given:
            self.requests.redeem(self.model.grants[-1], "", API)

    @precondition(lambda self: self.pushed)
    @rule(
        which=st.just(0) | choices.PICK,
        place=choices.PLACE,
        named=st.sampled_from(("",) * 7 + ("demoweb", "keyweb")),
        people=st.tuples(choices.PERSON),
        ticked=st.sampled_from(("all", "all", "all", "deny", "switch")),
        before=st.sampled_from((0, 0, 0, 1, 89, 90, 91)),
        meanwhile=st.sampled_from(MEANWHILE),
        page=PAGES,
        pause=st.sampled_from((1, 61, 90, 599, 600)),
    )
    def bring(
        self,
        which: int,
        place: int | str,
        named: str,
        people: tuple[int],
        ticked: str,
        before: int,
        meanwhile: str,
        page: str,
        pause: int,
    ) -> None:
        """A browser brings any pushed request there was."""
        pushed, jar = pick(self.pushed, which), self._jar(place, which)
        person = self.cast.people[people[0]]
        if before > 1:
            self.cast.forward(max(0, pushed.pushed_at + before - self.cast.now))
        wish = replace(pushed.wish, people=(person,), ticked=ticked)
        act = self._during(meanwhile, jar, pushed, pause)
        self._bring(pushed, jar, wish, named, act, page)

    def _bring(
        self,
        pushed: Pushed,
        jar: Jar,
        wish: Wish,
        named: str,
        meanwhile: Callable[[], None],
        page: str,
    ) -> None:
        """Another client sends a browser with it, in vain. Then it is brought, and once more, and
        the code is redeemed if there is one."""
        other = "demoweb" if wish.client_id != "demoweb" else "thirdweb"
        assert not Walk(self.cast, Jar(), wish, pushed, other).go()
        was = "finished" if pushed.spent else "waiting"
        given = Walk(self.cast, jar, wish, pushed, named).go(meanwhile, page)
        grant = self.model.grants[-1]
        now = "finished" if pushed.spent else "waiting"
        event(f"brought, {was}, then {now}, code: {given}")
        self._bring_again(jar, pushed)
        if given:
            self.requests.redeem(grant, "", API)

    def _during(self, name: str, jar: Jar, pushed: Pushed, pause: int) -> Callable[[], None]:
        """What happens while a page is shown."""
        acts: dict[str, Callable[[], object]] = {
            "": lambda: None,
            "elsewhere": lambda: self._bring_again(Jar(), pushed),
            "same browser": lambda: self._bring_again(jar, pushed),
            "wait": lambda: self.cast.forward(pause),
            "switch": lambda: self.cast.switch(pause),
            "block": lambda: self.operators.act_on_client(pushed.wish.client_id, "block"),
        }

        def act() -> None:
            acts[name]()

        return act

    def _bring_again(self, jar: Jar, pushed: Pushed) -> None:
        """The same request once more, and who brings it agrees."""
        Walk(self.cast, jar, pushed.wish, pushed).go()
