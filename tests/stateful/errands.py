"""One request in one browser: where the browser is with it, and whether that is the end."""

from __future__ import annotations

from urllib.parse import urlencode

from hypothesis import event

from tests.stateful.actors import Cast
from tests.stateful.browsers import Jar
from tests.stateful.model import ISSUER, WAITING, App
from tests.stateful.possession import RequestObject
from tests.stateful.pushing import Pushed
from tests.stateful.wishes import Wish


class Errand:
    """A browser with a request.

    pushed: what it brings in the place of the request itself; named: as whose that is brought.
    """

    def __init__(
        self, cast: Cast, jar: Jar, wish: Wish, pushed: Pushed | None = None, named: str = ""
    ) -> None:
        self.cast = cast
        self.wish = wish
        self.pushed = pushed
        self.named = named or wish.client_id
        self.jar = jar
        self.browser = jar.open(cast.world, cast.address())
        self.app = cast.model.now_is(wish.client_id)
        self.redirect = self.app.redirect.replace(":8000", f":{wish.port}")
        self.nonce = f"n-{cast.requests}"
        self.url = wish.url(self.redirect, self.nonce)
        self.object: RequestObject | None = None
        if self.app.signs and not self.app.pushes and wish.signed != "plain":
            pairs = wish.pairs(self.redirect, self.nonce)
            self.object = cast.holders.request_object(self.app, pairs, wish.signed)
            # What stands outside of the object counts for nothing.
            outside = {"state": "outside", "scope": "openid write", "nonce": "outside"}
            named = {"client_id": self.app.client_id, "request": self.object.text}
            self.url = f"{ISSUER}/authorize?{urlencode({**named, **outside})}"
        if pushed is not None:
            self.redirect, self.nonce = pushed.redirect, pushed.nonce
            self.url = pushed.url(self.named)
        self.began = cast.now

    def _apps(self) -> list[App]:
        return self.cast.possible(self.wish.client_id)

    def _waits(self, app: App) -> bool:
        """Whether the request may be brought now."""
        if self.pushed is not None:
            return self.pushed.waits_for(self.named, app, self.cast.now)
        now = self.cast.now
        return self.object is None or self.object.holds(app.client_id, app.holder, now)

    @property
    def _late(self) -> bool:
        """Whether nothing can go on that began when this did."""
        return self.cast.now >= self.began + WAITING

    @property
    def _finished_elsewhere(self) -> bool:
        """Whether the request was pushed, and another browser was first."""
        return self.pushed is not None and self.pushed.spent

    def _refused(self, waiting: list[bool] | None = None) -> bool:
        """Whether a page says that it ends here: a client that is gone, or too late.

        waiting: of a request that is only brought now, what each client that may be known says. One
        that was finished elsewhere ends when it is to be finished, not before.
        """
        reply = self.browser.reply
        assert reply is not None
        here = self.browser.arrived is None
        ended = here and reply.status == 400 and not self.browser.page.forms
        waiting = waiting or [True]
        gone = [app.gone for app in self._apps()]
        if ended:
            assert self._late or any(gone) or not all(waiting) or self._finished_elsewhere
            event(f"ends with a page{', pushed' if self.pushed else ''}")
        else:
            assert not self._late
            assert not all(gone)
            assert any(waiting)
        return ended

    def _answered(self, error: str) -> bool:
        """A form has decided it; a pushed request is used up by that. There is no code."""
        assert self._arrived()["error"] == error
        self._finish()
        return False

    def _finish(self) -> None:
        if self.pushed is not None:
            assert not self.pushed.spent, "a pushed request was finished twice"
            self.pushed.spent = True

    def _arrived(self) -> dict[str, str]:
        arrived = self.browser.arrived
        assert arrived is not None, self.browser.page.text
        assert arrived["state"] == self.nonce
        assert arrived["iss"] == ISSUER
        return arrived
