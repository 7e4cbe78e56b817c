"""A browser goes to /logout; whatever it shows, the model knows what has ended and what has not.

OpenID Connect RP-Initiated Logout 1.0, docs/decisions/0022 and 0023.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from hypothesis import event

from tests.stateful import openid
from tests.stateful.browsers import Jar
from tests.stateful.model import ISSUER, Session
from tests.stateful.openid import Hint
from tests.stateful.post import Post

QUESTION = "logout"


@dataclass(frozen=True)
class Farewell:
    """What is sent to /logout, and what the person does.

    foreign: a form on the client's own page sends it, so without our cookies; confirmed: whether
    the question, if there is one, is answered.
    """

    hint: Hint | None = None
    uri: str | None = None
    client_id: str | None = None
    foreign: bool = False
    confirmed: bool = True


class SignOut:
    """One browser's way to /logout."""

    def __init__(self, post: Post, jar: Jar, farewell: Farewell) -> None:
        self.post = post
        self.cast = cast = post.cast
        self.jar = jar
        self.farewell = farewell
        self.state = f"s-{cast.requests}"
        self.browser = jar.open(cast.world, cast.address())

    def go(self) -> Session | None:
        """Go, and answer what is asked. Returns the session that was ended."""
        session = self.jar.living(self.cast.now)
        possible = self._verdicts(session)
        self.cast.aws.reset()
        self._start()
        shown = self._shown()
        fitting = possible & ({"end", "nobody"} if shown == "done" else {shown})
        assert fitting, f"{self.browser.page.text}: the model says {possible}"
        (verdict,) = fitting
        event(f"logout: {verdict}, {'a hint' if self.farewell.hint else 'no hint'}")
        if verdict == "ask" and self.farewell.confirmed:
            assert not self.cast.written()
            self.browser.submit(QUESTION)
            assert self._shown() == "done"
            verdict = "end"
        if verdict in ("error", "ask"):
            assert not self.cast.written()
            assert self.browser.arrived is None
            self.jar.check()
            return None
        self._check_destination()
        self.jar.forget()
        if verdict == "nobody" or session is None:
            assert not self.cast.written()
            return None
        session.sign_out()
        self._check_writes(session)
        assert self.browser.reply is not None
        self.post.framed(session, self.browser.reply)
        self.post.ended([session])
        return session

    def _verdicts(self, session: Session | None) -> set[str]:
        farewell, token = self.farewell, self.farewell.hint and self.farewell.hint.token
        clients = self.cast.possible(token.grant.client_id) if token else [None]
        known = self.cast.hints_are_known()
        return {
            openid.logout(session, farewell.hint, client, farewell.uri, farewell.client_id, known)
            for client in clients
        }

    def _start(self) -> None:
        farewell = self.farewell
        sent = {
            "id_token_hint": farewell.hint.text if farewell.hint else None,
            "post_logout_redirect_uri": farewell.uri,
            "client_id": farewell.client_id,
            "state": self.state,
        }
        query = urlencode({name: value for name, value in sent.items() if value is not None})
        url = f"{ISSUER}/logout?{query}"
        if farewell.foreign:
            reply = self.cast.world.request(
                "POST",
                "/logout",
                headers=[
                    ("Content-Type", "application/x-www-form-urlencoded"),
                    ("Sec-Fetch-Site", "cross-site"),
                ],
                body=query.encode(),
                address=self.cast.address(),
            )
            assert reply.status == 303
            url = reply.header("Location") or ""
            assert url.startswith(f"{ISSUER}/logout?")
        self.browser.open(url)

    def _shown(self) -> str:
        """What the browser ended up with."""
        reply = self.browser.reply
        assert reply is not None
        if self.browser.arrived is None and QUESTION in self.browser.page.forms:
            return "ask"
        return "error" if reply.status == 400 else "done"

    def _check_destination(self) -> None:
        """Back to where the hint's client registered, or nowhere at all."""
        reply = self.browser.reply
        assert reply is not None
        left_for = reply.header("Location") or (reply.page.refresh if reply.is_page else None)
        uri = self.farewell.uri if self.farewell.hint else None
        if uri is None:
            assert left_for is None
        else:
            event("logout: led back")
            assert left_for == f"{uri}{'&' if '?' in uri else '?'}state={self.state}"

    def _check_writes(self, session: Session) -> None:
        """Only this session's item and its user's are touched, whatever other marks are made."""
        for pk, sk in self.cast.written():
            if pk.startswith("U#") or sk.startswith(("S#", "G#", "C#")):
                assert (pk, sk) in (session.key, (session.key[0], "U"))
