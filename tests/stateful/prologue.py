"""What every random story has: a server, an end where everything is looked at, living grants."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests import on_ministack
from tests.stateful import choices, id_tokens, model
from tests.stateful.actors import Cast
from tests.stateful.browsers import Jar
from tests.stateful.model import API, FILES, ISSUER, Grant, IDToken, Person
from tests.stateful.openid import Hint
from tests.stateful.operators import Operators
from tests.stateful.post import Post
from tests.stateful.pushing import push
from tests.stateful.requests import Requests, pick
from tests.stateful.sign_in import Walk
from tests.stateful.wishes import Wish


class Prologue(RuleBasedStateMachine):
    """What the story starts from and what it ends with, and the finding of what it is about."""

    def __init__(self, cloud: on_ministack.Cloud) -> None:
        super().__init__()
        self.cast = self.begin_with(cloud)
        self.model = self.cast.model
        self.post = Post(self.cast)
        self.operators = Operators(self.post, cloud.spare_keys)
        self.requests = Requests(self.cast)

    @staticmethod
    def begin_with(cloud: on_ministack.Cloud) -> Cast:
        """The server, and who talks to it."""
        return Cast(cloud.world())

    def teardown(self) -> None:
        """At the end, when no process has old news, every token seen is what the model says."""
        self.cast.forward(model.CACHE)
        for token in self.model.access_tokens:
            self.requests.look_at_access_token(token, "thirdweb")
            if token.audience == ISSUER:
                self.requests.ask_who(token)
        for grant in self.model.grants:
            for text in grant.tokens:
                self.requests.look_at_refresh_token(grant, text, "thirdweb")
        for person in self.cast.people:
            self.operators.list_sessions(person)
        self.post.ended([])
        for letter in self.post.letters.values():
            if letter.state:
                self.post.check(letter)
        self.cast.world.close()

    @invariant()
    def keys_are_published(self) -> None:
        """Every access token that has not expired verifies with the JWKS."""
        if self.cast.keys_may_have_changed:
            self.cast.publish()

    @rule(
        client_id=choices.CLIENTS,
        number=choices.PERSON,
        scope=st.sampled_from(choices.PLAIN),
        times=st.integers(0, 2),
    )
    def connect(self, client_id: str, number: int, scope: str, times: int) -> None:
        """A user connects a client and it refreshes, so that there is something to go wrong."""
        self._connect_and_refresh(client_id, number, scope, times)

    def _connect_and_refresh(self, client_id: str, number: int, scope: str, times: int) -> None:
        person = self.cast.people[number]
        self._make_ready(client_id, person)
        self._connect(client_id, person, scope)
        for _ in range(times if self.model.grants[-1].tokens else 0):
            self.requests.refresh(self.model.grants[-1], 0, resource=API)

    def _make_ready(self, client_id: str, person: Person) -> None:
        """Client and user can connect, and the process that answers knows it."""
        if person.disabled:
            self.operators.disable(person, False)
        if self.model.now_is(client_id).gone:
            self.operators.bring_back_client(client_id)
        if len(self.cast.possible(client_id)) > 1:
            self.cast.restart()
        self.cast.forward(
            model.SIGN_IN_WINDOW if self.model.hears_no_more(person.name, self.cast.now) else 1
        )

    def _connect(
        self,
        client_id: str,
        person: Person,
        scope: str,
        jar: Jar | None = None,
        *,
        redeemed: bool = True,
        jkt: str | None = None,
    ) -> bool:
        """Sign in, consent, redeem; whether there was a code."""
        jar = jar or self._jar_of(person)
        there = jar.living(self.cast.now)
        prompt = "login" if there is not None and there.person is not person else None
        named = (API, FILES) if client_id == "thirdweb" and "write" in scope else (API,)
        wish = Wish(client_id, tuple(scope.split()), named, (person,), prompt, jkt=jkt)
        pushed = push(self.cast, wish) if self.model.now_is(client_id).pushes else None
        given = Walk(self.cast, jar, wish, pushed).go()
        if given and redeemed:
            self.requests.redeem(self.model.grants[-1], "", API)
        return given

    def _jar_of(self, person: Person) -> Jar:
        """The browser where somebody is signed in; else one where nobody is, or any."""
        living = [(jar, jar.living(self.cast.now)) for jar in self.cast.jars]
        theirs = [jar for jar, session in living if session and session.person is person]
        empty = [jar for jar, session in living if session is None]
        return [*theirs, *empty, *self.cast.jars][0]

    def _jar(self, place: int | str, which: int) -> Jar:
        """A browser of choices.PLACE."""
        if isinstance(place, int):
            return self.cast.jars[place]
        if place == "cookie" and self.model.sessions:
            return Jar.with_cookie_of(pick(self.model.sessions, which))
        return Jar()

    def _pick(self, which: int, *, refreshable: bool = False) -> Grant:
        """A grant, of those that have a refresh token where it needs one; the living come first."""
        grants = [grant for grant in self.model.grants if grant.tokens or not refreshable]
        return pick(sorted(grants, key=self._lives), which)

    def _living(self, which: int, client_id: str | None = None, scope: str = "read write") -> Grant:
        """A living grant with a refresh token, of one client if it is named; made if need be.

        With a scope that begins with openid, it has that scope too."""
        grants = [
            grant
            for grant in self.model.grants
            if grant.tokens and self._lives(grant) and client_id in (None, grant.client_id)
            if "openid" in grant.scope or not scope.startswith("openid")
        ]
        if grants:
            return pick(grants, which)
        self.connect(client_id or "demoweb", which % 2, scope, 1)
        return self.model.grants[-1]

    def _lives(self, grant: Grant) -> bool:
        apps = self.cast.possible(grant.client_id)
        return any(grant.stands(app, self.cast.now) for app in apps)

    def _id_token(self, kind: str, which: int, person: Person, client_id: str) -> IDToken:
        """An ID token of choices.HINTS, for this person and client; the nearest there is."""
        found = self.model.id_tokens
        if not found:
            self.connect("demoweb", 0, "openid read write", 0)
        if kind == "oldest":
            return found[0]
        theirs, its = kind != "another user", kind != "another client"
        fitting = [
            token
            for token in found
            if (token.grant.person is person) == theirs
            and (token.grant.client_id == client_id) == its
        ]
        return pick(found if kind == "any" else fitting or found, which)

    def _hint(self, kind: str | None, which: int, person: Person, client_id: str) -> Hint | None:
        """A hint of choices.HINT."""
        if kind is None:
            return None
        token = self._id_token(kind, which, person, client_id)
        if kind in ("access token", "code"):
            texts = [one.text for one in self.model.access_tokens]
            text = pick(texts, which) if kind == "access token" else token.grant.code
            return Hint(text, None)
        if kind in choices.NO_HINTS:
            others = [one.subject for one in self.cast.people if one is not token.grant.person]
            return Hint(id_tokens.forged(token.text, kind, others[0]), None)
        return Hint(token.text, token)
