"""What clients are told of logouts: by messages that are brought to them, and by frames.

Whenever sessions are signed out, each client that was given something in one and wants to hear is
told of it exactly once, by its own names for the user and the session, and nobody else is.
What a client has taken stays delivered. Back-Channel Logout 1.0, Front-Channel Logout 1.0.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from hypothesis import event

from chalicelib import logout_delivery
from chalicelib.logout_delivery import MOST_TRIES, NotDelivered
from chalicelib.records.logout_delivery import LogoutDelivery, deliveries_partition
from tests.flows.logouts import received
from tests.reply import Reply
from tests.stateful.actors import Cast
from tests.stateful.model import DAY, ISSUER, Lineage, Session

TAKEN = (200, 204)
KEPT = 14 * DAY
EVENT = "http://schemas.openid.net/event/backchannel-logout"
_FRAME = re.compile(r'<iframe src="([^"]*)"')


@dataclass(eq=False)
class Letter:
    """A message in the queue. state: what operators must be shown; "" before it was tried."""

    record: dict[str, Any]
    body: dict[str, Any]
    lineage: Lineage
    tries: int = 0
    noted: int = 0  # the try that `state` is of
    noted_at: int = 0
    state: str = ""


class Post:
    """The queue, and who carries its messages."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.ears = cast.ears
        self.letters: dict[str, Letter] = {}

    def ended(self, sessions: Iterable[Session]) -> None:
        """These sessions, and no others, were signed out since it was asked last."""
        due = [(one.lineage, client_id) for one in sessions for client_id in one.lineage.hears]
        waiting = list(due)
        while found := received(self.cast.world):
            for record in found:
                body = json.loads(record["body"])
                if body["delivery_id"] not in self.letters:
                    whose = self._whose(body, waiting)
                    waiting.remove(whose)
                    self.letters[body["delivery_id"]] = Letter(record, body, whose[0])
                    event("logout: a client is told")
        for _, client_id in waiting:
            assert not all(self._hears(client_id)), f"{client_id} was not told"

    def _whose(
        self, body: Mapping[str, Any], due: list[tuple[Lineage, str]]
    ) -> tuple[Lineage, str]:
        """Whom a message is for, and of which session, of those that are due; it names both so."""
        names = self.cast.model.sids.of
        mine = [pair for pair in due if pair[1] == body["client_id"]]
        assert any(self._hears(body["client_id"])), "told who does not want to hear"
        known = [pair for pair in mine if names.get(pair) == body["sid"]]
        (*_, pair) = known or [pair for pair in mine if pair not in names] or [None]
        assert pair is not None, f"{body['client_id']} was told of it twice, or without a reason"
        self.cast.model.sids.learn(body["sid"], *pair)
        sector = self.cast.model.now_is(body["client_id"]).sector
        self.cast.model.subjects.learn(body["sub"], pair[0].person, sector)
        return pair

    def _hears(self, client_id: str) -> set[bool]:
        """Whether a client has an endpoint, as far as the process that answers may know."""
        apps = self.cast.possible(client_id)
        return {app.told_at is not None and not app.gone for app in apps}

    def framed(self, session: Session, page: Reply) -> None:
        """The page at the end loads just the frames of the session's clients."""
        sids, told = self.cast.model.sids, {}
        for url in map(html.unescape, _FRAME.findall(page.text)):
            query = parse_qs(urlsplit(url).query)
            assert query["iss"] == [ISSUER]
            told[url.partition("?")[0]] = query["sid"]
        for client_id in session.lineage.hears:
            apps = self.cast.possible(client_id)
            framed = {None if app.gone else app.framed_at for app in apps}
            found = [uri for uri in framed if uri in told]
            assert found or None in framed, f"{client_id} has no frame"
            for uri in found:
                (sid,) = told.pop(uri or "")
                sids.learn(sid, session.lineage, client_id)
                event("logout: a client has a frame")
        assert not told, "a frame of nobody"

    def bring(self, letter: Letter, answer: int | None, *, overtaken: bool = False) -> None:
        """The consumer gets a message; its endpoint answers so. overtaken: while this call is
        under way the message comes once more, and is taken then."""
        letter.tries = min(letter.tries + 1, MOST_TRIES)
        number, before = letter.tries, len(self.ears.heard)
        hears = self._hears(letter.body["client_id"])
        uris = {app.told_at for app in self.cast.possible(letter.body["client_id"])}
        if overtaken:
            self.ears.meanwhile = lambda: self.bring(letter, 200)
        self.ears.answer = answer
        goes = self._handled(letter, number)
        heard = self.ears.heard[before:]
        self.ears.meanwhile = lambda: None
        assert bool(heard) in hears
        if not heard:
            assert goes, "nobody is there to hear it, and it comes again"
            event("logout: a message was dropped")
            return
        assert len(heard) == 1 + overtaken
        assert heard[0][0] in uris
        self._check_token(letter, heard[0][1])
        self._settle(letter, number, taken=answer in TAKEN)
        assert goes == (letter.state == "delivered")
        self.check(letter)
        event(f"logout: a message is {letter.state}{', overtaken' if overtaken else ''}")

    def _handled(self, letter: Letter, number: int) -> bool:
        counted = {**letter.record["attributes"], "ApproximateReceiveCount": str(number)}
        record = {**letter.record, "attributes": counted}
        try:
            logout_delivery.handle({"Records": [record]}, self.cast.world.services)
        except NotDelivered:
            return False
        return True

    def _settle(self, letter: Letter, number: int, *, taken: bool) -> None:
        if taken:
            letter.state, letter.noted, letter.noted_at = "delivered", number, self.cast.now
        elif letter.state != "delivered" and number >= letter.noted:
            letter.state = "waiting" if number < MOST_TRIES else "undelivered"
            letter.noted, letter.noted_at = number, self.cast.now

    def check(self, letter: Letter) -> None:
        """What operators are shown of a message is what became of it."""
        client_id, known = letter.body["client_id"], self.cast.world.services.table
        noted = known.query(LogoutDelivery, deliveries_partition(client_id))
        found = [one for one in noted if one.delivery_id == letter.body["delivery_id"]]
        kept = self.cast.now < letter.noted_at + KEPT
        expected = [(letter.state, letter.noted)] if kept else []
        assert [(one.state, one.tries) for one in found] == expected
        assert all((one.reason is None) == (one.state == "delivered") for one in found)

    def _check_token(self, letter: Letter, text: str) -> None:
        told = self.cast.verified(text, letter.body["client_id"])
        assert jwt.get_unverified_header(text)["typ"] == "logout+jwt"
        members = {"iss", "sub", "aud", "iat", "exp", "jti", "events", "sid"}
        assert told.keys() == members
        assert told["events"] == {EVENT: {}}
        assert (told["iat"], told["exp"]) == (self.cast.now, self.cast.now + 120)
        assert told["sub"] == letter.body["sub"]
        sids = self.cast.model.sids.of
        assert told["sid"] == sids[(letter.lineage, letter.body["client_id"])]
        assert told["jti"] not in self.cast.seen
        self.cast.seen.add(told["jti"])
