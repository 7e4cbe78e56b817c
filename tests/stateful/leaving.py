"""The rules about logout: a browser leaves, and what belonged to its session is tried."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stateful import choices
from tests.stateful.around import Around
from tests.stateful.browsers import Jar
from tests.stateful.model import API, Person, Session
from tests.stateful.openid import Hint
from tests.stateful.requests import pick
from tests.stateful.sign_in import Walk
from tests.stateful.sign_out import Farewell, SignOut
from tests.stateful.wishes import Wish


class Leaving(Around):
    """What ends with a session, and what does not."""

    @rule(
        place=choices.PLACE,
        number=choices.PERSON,
        client_id=choices.CLIENTS,
        given=st.sampled_from(("a code", "a grant", "a grant", "offline")),
        again=st.sampled_from((False, False, True)),
        pause=st.sampled_from((0, 1, 61, 601)),
        uri=st.sampled_from(choices.GOOD_URIS),
        foreign=st.booleans(),
    )
    def leave_an_application(
        self,
        place: int | str,
        number: int,
        client_id: str,
        given: str,
        again: bool,
        pause: int,
        uri: str | None,
        foreign: bool,
    ) -> None:
        """A client is connected in a browser, and sends it to /logout with what it was told."""
        jar, person = self._jar(place, 0), self.cast.people[number]
        self._make_ready(client_id, person)
        scope = "openid offline_access read" if given == "offline" else "openid read"
        self._connect(client_id, person, scope, jar, redeemed=given != "a code")
        self.cast.forward(pause)
        if again:
            self._sign_in_again(jar, person)
        hint = self._hint_of(jar.session) or self._hint("right", 0, person, client_id)
        self._leave(jar, Farewell(hint, self._uri(uri, hint), foreign=foreign))

    @rule(
        place=choices.PLACE,
        number=choices.PERSON,
        hint=st.sampled_from((None, None, *choices.GOOD_HINTS, *choices.GOOD_HINTS)) | choices.HINT,
        which=choices.PICK,
        uri=st.sampled_from(choices.GOOD_URIS * 2 + choices.BAD_URIS),
        named=st.sampled_from((None, None, None, "right", "wrong")),
        foreign=st.booleans(),
        confirmed=st.sampled_from((True, True, False)),
    )
    def sign_out(
        self,
        place: int | str,
        number: int,
        hint: str | None,
        which: int,
        uri: str | None,
        named: str | None,
        foreign: bool,
        confirmed: bool,
    ) -> None:
        """Any browser, or what has its cookie, goes to /logout with anything."""
        jar, person = self._jar(place, which), self.cast.people[number]
        if isinstance(place, int) and jar.living(self.cast.now) is None:
            self._make_ready("demoweb", person)
            self._sign_in_again(jar, person)
        sent = self._hint(hint, which, person, "demoweb")
        self._leave(
            jar, Farewell(sent, self._uri(uri, sent), self._named(named, sent), foreign, confirmed)
        )

    @rule(
        which=choices.PICK,
        number=choices.PERSON,
        clients=st.lists(choices.CLIENTS, max_size=2),
        how=st.sampled_from(("leave", "leave", "session", "sessions", "disable", "replace")),
        answers=st.lists(st.sampled_from((200, 204, 202, 503, None)), min_size=1, max_size=3),
        overtaken=st.booleans(),
    )
    def tell_clients(
        self,
        which: int,
        number: int,
        clients: list[str],
        how: str,
        answers: list[int | None],
        overtaken: bool,
    ) -> None:
        """Somebody is signed out of several clients, by themselves or by an operator. A message is
        brought, again and again, also when it was taken already; its first call may take so long
        that another is faster."""
        person = self.cast.people[number]
        for client_id in clients:
            self._make_ready(client_id, person)
            self._connect(client_id, person, "openid read", redeemed=which % 2 == 0)
        if clients and how == "leave":
            self._leave(self._jar_of(person), Farewell())
        elif clients:
            self.operators.act_on_user(number, how)
        letters = list(self.post.letters.values())
        for answer in answers if letters else ():
            self.post.bring(pick(letters, which), answer, overtaken=overtaken)
            overtaken = False

    def _leave(self, jar: Jar, farewell: Farewell) -> None:
        """Go to /logout; then all that belongs to the session is tried."""
        session = jar.session
        ended = SignOut(self.post, jar, farewell).go()
        for letter in [one for one in self.post.letters.values() if not one.tries][-2:]:
            self.post.bring(letter, None, overtaken=farewell.foreign)
        if session is not None:
            self._present([one for one in self.model.grants if self._is_of(one, session)][-2:])
            self._is_over(session)
        assert ended in (session, None)

    def _sign_in_again(self, jar: Jar, person: Person) -> None:
        """In another tab of the same browser."""
        Walk(self.cast, jar, Wish("demoweb", ("read",), (API,), (person,), "login")).go()

    def _is_over(self, session: Session) -> None:
        """The cookie of a session, in a browser of its own: the model says whether it counts."""
        wish = Wish("demoweb", ("openid", "read"), (API,), (session.person,), "none")
        Walk(self.cast, Jar.with_cookie_of(session), wish).go()

    def _hint_of(self, session: Session | None) -> Hint | None:
        """The latest ID token that was issued in a session."""
        tokens = [
            one for one in self.model.id_tokens if session and self._is_of(one.grant, session)
        ]
        return Hint(tokens[-1].text, tokens[-1]) if tokens else None

    def _uri(self, kind: str | None, hint: Hint | None) -> str | None:
        """A post_logout_redirect_uri of choices.URIS."""
        owner = hint.token.grant.client_id if hint and hint.token else "demoweb"
        mine = self.model.now_is(owner).after_logout
        other = self.model.now_is("pairweb" if owner != "pairweb" else "thirdweb").after_logout
        uris = {"registered": mine[-1], "another's": other[0], "longer": f"{mine[0]}/"}
        return None if kind is None else uris.get(kind, choices.EVIL)

    def _named(self, kind: str | None, hint: Hint | None) -> str | None:
        """A client_id to send along, right or not."""
        owner = hint.token.grant.client_id if hint and hint.token else "demoweb"
        wrong = "thirdweb" if owner != "thirdweb" else "demoweb"
        return None if kind is None else owner if kind == "right" else wrong
