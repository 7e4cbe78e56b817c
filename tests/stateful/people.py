"""The rules about people at browsers: sign-ins of every kind, silent renewal, /userinfo."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.stateful import choices, model
from tests.stateful.browsers import Jar
from tests.stateful.leaving import Leaving
from tests.stateful.model import API, FILES, ISSUER, Person
from tests.stateful.requests import pick
from tests.stateful.sign_in import Walk
from tests.stateful.sign_out import Farewell, SignOut
from tests.stateful.wishes import Wish


class People(Leaving):
    """What people do, and what clients ask of them."""

    @rule(
        client_id=choices.CLIENTS,
        scope=st.sampled_from(choices.PLAIN) | st.sampled_from(choices.SCOPES),
        named=st.sampled_from(((), (), (API,), (FILES,), (API, FILES))),
        prompt=st.sampled_from(choices.PROMPTS),
        age=choices.AGES,
        hint=choices.HINT,
        which=choices.PICK,
        login_hint=st.sampled_from(("", "", "someone@example.com")),
        claims=choices.CLAIMS,
        numbers=st.tuples(choices.PERSON, choices.PERSON),
        right=st.sampled_from((True, True, True, True, False)),
        place=choices.PLACE,
        account=st.sampled_from(("continue", "another")),
        ticked=st.sampled_from(("all", "all", "all", "first", "none", "deny", "switch")),
        port=st.sampled_from((8000, 49152)),
        meanwhile=st.sampled_from(("",) * 8 + choices.MEANWHILE),
        page=st.sampled_from(("consent", "consent", "sign-in", "select-account")),
        pause=st.sampled_from((1, 61, 599, 600)),
    )
    def ask_for_a_code(
        self,
        client_id: str,
        scope: str,
        named: tuple[str, ...],
        prompt: str | None,
        age: str | None,
        hint: str | None,
        which: int,
        login_hint: str,
        claims: Mapping[str, tuple[str, ...]],
        numbers: tuple[int, int],
        right: bool,
        place: int | str,
        account: str,
        ticked: str,
        port: int,
        meanwhile: str,
        page: str,
        pause: int,
    ) -> None:
        """A browser, with the cookies it has or a stolen one, goes to /authorize."""
        jar = self._jar(place, which)
        people = tuple(self.cast.people[number] for number in numbers)
        sent = self._hint(hint, which, people[0], client_id)
        wish = Wish(
            client_id=client_id,
            scope=tuple(scope.split()),
            named=named,
            people=people,
            prompt=prompt,
            max_age=self._age(age, jar),
            hint=sent,
            login_hint=login_hint,
            claims=claims,
            right=right,
            account=account,
            ticked=ticked,
            port=port,
        )
        before = jar.session
        Walk(self.cast, jar, wish).go(self._act(meanwhile, jar, people[0], pause), page)
        if before is not None and before.over:
            self._is_over(before)

    @rule(
        place=st.integers(0, 2),
        client_id=choices.CLIENTS,
        numbers=st.tuples(choices.PERSON, choices.PERSON),
        since=st.sampled_from((0, 1, 61)),
        prompt=st.sampled_from(choices.PROMPTS),
        age=choices.AGES,
        hint=st.sampled_from((None, None, None, *choices.GOOD_HINTS)) | choices.HINT,
        which=choices.PICK,
        account=st.sampled_from(("continue", "another")),
        ticked=st.sampled_from(("all", "first", "first", "switch")),
        claims=choices.CLAIMS,
        meanwhile=st.sampled_from(("",) * 5 + choices.MEANWHILE),
    )
    def come_back(
        self,
        place: int,
        client_id: str,
        numbers: tuple[int, int],
        since: int,
        prompt: str | None,
        age: str | None,
        hint: str | None,
        which: int,
        account: str,
        ticked: str,
        claims: Mapping[str, tuple[str, ...]],
        meanwhile: str,
    ) -> None:
        """A client that was connected in a browser asks there again, in any way."""
        jar, person = self.cast.jars[place], self.cast.people[numbers[0]]
        self._make_ready(client_id, person)
        self._connect(client_id, person, "openid read", jar)
        self.cast.forward(since)
        wish = Wish(
            client_id=client_id,
            scope=("openid", "read"),
            named=(API,),
            people=tuple(self.cast.people[number] for number in reversed(numbers)),
            prompt=prompt or ("consent" if meanwhile or claims else None),
            max_age=self._age(age, jar),
            hint=self._hint(hint, which, person, client_id),
            account=account,
            ticked=ticked,
            claims=claims,
        )
        page = "select-account" if prompt and "select" in prompt else "consent"
        act = self._act(meanwhile, jar, person, 61)
        if Walk(self.cast, jar, wish).go(act, page):
            self.requests.redeem(self.model.grants[-1], "", ISSUER)
            self.requests.ask_who(self.model.access_tokens[-1])

    @rule(
        place=choices.PLACE,
        age=choices.AGES,
        hint=st.none() | st.sampled_from(("right", "right", "another user", "any")),
        which=choices.PICK,
    )
    def renew_silently(
        self, place: int | str, age: str | None, hint: str | None, which: int
    ) -> None:
        """A client that was connected in this browser asks again, without a page."""
        jar = self._jar(place, which)
        grants = [one for one in self.model.grants if jar.session and self._is_of(one, jar.session)]
        grant = pick(grants or [self._living(which)], which)
        wish = Wish(
            client_id=grant.client_id,
            scope=grant.scope,
            named=grant.resources,
            people=(grant.person,),
            prompt="none",
            max_age=self._age(age, jar),
            hint=self._hint(hint, which, grant.person, grant.client_id),
        )
        if Walk(self.cast, jar, wish).go():
            self.requests.redeem(self.model.grants[-1], "", (*grant.resources, ISSUER)[0])

    @precondition(lambda self: self.model.access_tokens)
    @rule(
        which=choices.PICK,
        fresh=st.booleans(),
        scope=st.sampled_from((None, None, "openid", "openid email")),
        form=st.booleans(),
    )
    def ask_who(self, which: int, fresh: bool, scope: str | None, form: bool) -> None:
        """A client asks /userinfo, with a token for it or with any there ever was."""
        if fresh:
            grant = self._living(which, scope="openid profile email read")
            self.requests.refresh(grant, 0, scope=scope, resource=ISSUER)
        token = self.model.access_tokens[-1] if fresh else pick(self.model.access_tokens, which)
        self.requests.ask_who(token, form=form)

    def _act(self, name: str, jar: Jar, person: Person, pause: int) -> Callable[[], None]:
        """What happens while a page is shown."""
        others = [one for one in self.cast.people if one is not person]
        acts: dict[str, Callable[[], object]] = {
            "": lambda: None,
            "disable": lambda: self.operators.disable(person, True),
            "password": lambda: self.operators.change_password(person),
            "switch": lambda: self.cast.switch(pause),
            "wait": lambda: self.cast.forward(pause),
            "logout": lambda: SignOut(self.post, jar, Farewell()).go(),
            "sign-in": lambda: self._sign_in_again(jar, person),
            "sign-in of another": lambda: self._sign_in_again(jar, others[0]),
        }

        def act() -> None:
            acts[name]()

        return act

    def _age(self, age: str | None, jar: Jar) -> int | None:
        """A max_age of choices.AGES, about the session of a browser."""
        since = self.cast.now - jar.session.auth_time if jar.session else 0
        ages = {"just enough": since, "just over": max(0, since - 1), "0": 0, "an hour": model.HOUR}
        return None if age is None else ages[age]
