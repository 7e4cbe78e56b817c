"""A person at a browser gets a code, as far as they get; each page is compared with the model."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import event

from tests.stateful import details, lapsing, openid
from tests.stateful.actors import Cast
from tests.stateful.browsers import COOKIE, Jar
from tests.stateful.errands import Errand
from tests.stateful.model import Grant, Lineage, Person, Session
from tests.stateful.openid import ACCOUNT, CONSENT, SIGN_IN, Progress
from tests.stateful.pushing import Pushed
from tests.stateful.rules import asked_for, by_audience, given
from tests.stateful.wishes import Wish


class Walk(Errand):
    """One walk through the pages, to a code, an error, or a page where it ends."""

    def __init__(
        self, cast: Cast, jar: Jar, wish: Wish, pushed: Pushed | None = None, named: str = ""
    ) -> None:
        super().__init__(cast, jar, wish, pushed, named)
        self.asked = openid.implied(wish.scope, wish.claims)
        self.resources: tuple[str, ...] = ()
        self.chosen = self.asked
        self.kept: details.Numbers = ()
        self.taken: list[str] = []
        self.shown_to: Person | None = None  # whom the page of the last step named
        prompt = frozenset((wish.prompt or "").split())
        known = cast.hints_are_known() if wish.hint else ()
        whom = openid.expected(wish.hint, self.app, known)
        self.progress = Progress(prompt, wish.max_age, whom)

    def go(self, meanwhile: Callable[[], None] = lambda: None, page: str = CONSENT) -> bool:
        """Walk; `meanwhile` happens while that page is shown. Whether a code is given."""
        cast = self.cast
        cast.aws.reset()
        waiting = [self._waits(app) for app in self._apps()]
        self.browser.open(self.url)
        if self._refused(waiting):
            return False
        plain = self.app.signs and self.object is None
        if (self.app.pushes or plain) and self.pushed is None:
            event("a request that was not pushed, or not signed")
            assert self._arrived()["error"] == "invalid_request"
            return False
        problem, self.resources = asked_for(self.app, self.wish.scope, self.wish.named)
        if not details.may_ask(self.app, self.wish.details):
            problem = "invalid_authorization_details"
        if problem:
            assert self._arrived()["error"] == problem
            return False
        while (step := self._next()) is not None:
            if "none" in self.progress.prompt:
                event(f"no page: {openid.REFUSAL[step]}")
                assert self._arrived()["error"] == openid.REFUSAL[step]
                return False
            assert list(self.browser.page.forms) == [step], self.browser.page.text
            if step in self.taken[-1:] or len(self.taken) > 5:
                return False  # the same page again: it said no
            self.taken.append(step)
            self._check_name(step)
            self.shown_to = self._who()
            if page == step and self.taken.count(step) == 1:
                meanwhile()
                cast.aws.reset()
                if step != self._next():
                    event(f"{step} page, out of turn when it is sent")
            if not self._take(step):
                return False
        self._receive()
        whom = self.progress.expected
        hint = "no hint" if whom.anybody else "a hint" if whom.person else "a useless hint"
        event(f"code: prompt {self.wish.prompt}, {hint}, {' '.join(self.taken) or 'no page'}")
        return True

    def _next(self) -> str | None:
        """The step that has to come now; every way there leaves the cookie that it should."""
        self.jar.check()
        now = self.cast.now
        session = self.jar.living(now)
        unknown = session is not None and self._is_unknown(session.person)
        return self.progress.next_step(session, unknown=unknown, now=now)

    def _is_unknown(self, person: Person) -> bool:
        if self.app.public or self.wish.details:
            return True  # nobody agrees to every payment by one
        asked = by_audience(self.asked, self.resources)
        mine = (self.app.client_id, self.app.generation)
        return any(words - person.consents.get((*mine, uri), set()) for uri, words in asked.items())

    def _take(self, shown: str) -> bool:
        """Send the form that is shown; whether the walk goes on.

        A page may have become the wrong one meanwhile: then its form changes nothing.
        """
        in_turn = shown == self._next()
        if shown != SIGN_IN:
            # A page that names somebody else than who is signed in by now answers for nobody.
            in_turn = in_turn and self._who() is self.shown_to
        match shown:
            case openid.SIGN_IN:
                return self._sign_in(in_turn)
            case openid.ACCOUNT:
                return self._choose_account(in_turn)
        return self._consent(in_turn)

    def _who(self) -> Person | None:
        session = self.jar.living(self.cast.now)
        return session.person if session is not None else None

    def _check_name(self, step: str) -> None:
        """A page names who is signed in here, or whom the client means, and nobody else."""
        session = self.jar.living(self.cast.now)
        name = session.person.name if session is not None else ""
        page = self.browser.page
        if step == SIGN_IN:
            there = session is not None and self.progress.expected.fits(session.person)
            shown = dict(page.forms[SIGN_IN].fields)["username"]
            assert shown == (self.wish.login_hint or (name if there else ""))
        else:
            assert name in page.text
        others = {person.name for person in self.cast.people} - {name}
        assert not any(other in page.text for other in others)

    def _sign_in(self, in_turn: bool) -> bool:
        cast, jar, wish = self.cast, self.jar, self.wish
        times = self.taken.count(SIGN_IN)
        person = wish.people[min(times, len(wish.people)) - 1]
        password = person.password if wish.right else "not the password"
        self.browser.sign_in(person.name, password)
        refused = self._refused()
        # It may have been the last step for a request that another browser has finished.
        if refused and jar.cookies.get(COOKIE) in (None, *cast.seen):
            return False
        if not in_turn:
            return True
        if not cast.model.may_sign_in(person, password, cast.now):
            assert SIGN_IN in self.browser.page.forms
            jar.check()
            return False
        if not self.progress.expected.may_sign_in(person):
            event("sign-in of another than the hint's")
            jar.check()
            return self._answered("login_required")
        jar.session = self._new_session(person)
        self.progress.signed_in = jar.session
        return not refused

    def _new_session(self, person: Person) -> Session:
        cast, before = self.cast, self.jar.session
        # A session that died with a new password or a disabled user is none to go on with.
        goes_on = before is not None and before.valid(cast.now) and before.person is person
        lineage = before.lineage if before is not None and goes_on else Lineage(person)
        event(f"sign-in {'goes on with a session' if goes_on else 'begins one'}")
        if before is not None:
            before.over = True
        cookie = self.jar.cookies[COOKIE]
        assert cookie not in cast.seen
        cast.seen.add(cookie)
        keys = {key for key in cast.written() if key[1].startswith("S#")}
        (key,) = keys - {session.key for session in cast.model.sessions}
        session = Session(lineage, cast.now, cookie, key)
        cast.model.sessions.append(session)
        return session

    def _choose_account(self, in_turn: bool) -> bool:
        session = self.jar.session
        self.browser.submit(ACCOUNT, self.wish.account)
        if self._refused():
            return False
        if in_turn and session is not None:
            event(f"account: {self.wish.account}")
            if self.wish.account == "continue":
                self.progress.chosen = session
            else:
                session.over = True
                self.jar.forget()
        return True

    def _consent(self, in_turn: bool) -> bool:
        session, wish = self.jar.session, self.wish
        ticked = "all" if self.taken.count(CONSENT) > 1 else wish.ticked
        boxes = {"all": self.asked, "first": self.asked[:1]}.get(ticked, ())
        places = tuple(range(len(wish.details)))
        kept = places if wish.kept is None else tuple(p for p in places if p in wish.kept)
        if ticked in ("deny", "switch"):
            self.browser.submit(CONSENT, ticked)
        else:
            places = [str(place) for place in kept]
            form = {"scope": list(boxes), "authorization_detail": places}
            self.browser.submit(CONSENT, "allow", **form)
        refused = self._refused()
        counts = self._finished_elsewhere and in_turn and not self._late
        if refused and not counts:
            return False
        if not in_turn or session is None:
            return True
        if ticked == "switch":
            event("consent: another account")
            session.over = True
            self.jar.forget()
            return True
        declinable = set(self.asked) - {"openid"}
        nothing = bool(declinable or wish.details) and not (declinable & set(boxes) or kept)
        if ticked == "deny" or (nothing and "openid" not in self.asked):
            return not refused and self._answered("access_denied")
        self.chosen = tuple(word for word in self.asked if word in {*boxes, "openid"})
        self.kept = tuple(wish.details[place] for place in kept)
        self.progress.consented = session.person
        if not self.app.public:
            consents = session.person.consents
            for uri, words in by_audience(self.asked, self.resources).items():
                key = (self.app.client_id, self.app.generation, uri)
                consents[key] = (consents.get(key, set()) - words) | (words & set(self.chosen))
        return not refused

    def _receive(self) -> None:
        cast, session = self.cast, self.jar.session
        assert session is not None
        code = self._arrived()["code"]
        self._finish()
        lapsing.use(cast.model, self.app.client_id, cast.now)
        if self.app.hears:
            session.lineage.hears.add(self.app.client_id)
        assert code not in cast.seen
        cast.seen.add(code)
        (key,) = {key for key in cast.written() if key[1].startswith("G#")}
        assert key[0] == session.key[0], "a grant of somebody who is not signed in here"
        wished = self.wish.scope
        chosen = self.chosen if self.progress.consented is session.person else self.asked
        scope = tuple(word for word in wished if word in chosen)
        cast.model.grants.append(
            Grant(
                person=session.person,
                client_id=self.app.client_id,
                scope=scope,
                resources=given(wished, scope, self.resources, self.wish.details, self.kept),
                details=self.kept,
                refreshes="offline_access" in scope or "offline_access" not in wished,
                redirect=self.redirect,
                nonce=self.nonce,
                issued_at=cast.now,
                code=code,
                key=key,
                lineage=session.lineage,
                auth_time=session.auth_time,
                generation=self.app.generation,
                by_name=openid.allowed(self.wish.claims, chosen),
                jkt=self.pushed.jkt if self.pushed else self.wish.jkt,
            )
        )
