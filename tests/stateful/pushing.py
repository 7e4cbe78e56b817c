"""Clients push their requests before they send a browser with their name. RFC 9126, RFC 9449 10.1.

docs/decisions/0033: brought within 90 seconds, as often as it is, and finished once.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from hypothesis import event

from tests.stateful import bound
from tests.stateful.actors import ASSERTION_MARK, PROOF_MARK, Cast
from tests.stateful.model import App
from tests.stateful.possession import ISSUER, NOTHING, Credential, RequestObject, Shown
from tests.stateful.rules import asked_for
from tests.stateful.wishes import Wish

BROUGHT = 90


@dataclass(eq=False)
class Pushed:
    """A request that was pushed. jkt: what its code will be bound to; spent: it was finished."""

    uri: str
    wish: Wish
    redirect: str
    nonce: str
    jkt: str | None
    pushed_at: int
    generation: int  # of the client
    spent: bool = False

    def url(self, client_id: str) -> str:
        """Where the browser is sent with it."""
        query = urlencode({"client_id": client_id, "request_uri": self.uri})
        return f"{ISSUER}/authorize?{query}"

    def waits_for(self, client_id: str, app: App, now: int) -> bool:
        """Whether a browser may bring it now, in the name of a client."""
        mine = client_id == self.wish.client_id and app.generation == self.generation
        in_time = now < self.pushed_at + BROUGHT and self.pushed_at > app.ended_at
        return mine and in_time and not self.spent


def answer(
    app: App,
    secret: Credential,
    wish: Wish,
    shown: Shown,
    signed: RequestObject | None,
    now: int,
) -> str:
    """What /par must say: "ok", or the error."""
    if not app.proves(secret, now):
        return "invalid_client"
    if problem := bound.refusal(app, shown, "/par", now, compulsory=False):
        return problem
    if app.signs and signed is None:
        return "invalid_request"
    if signed is not None and not signed.holds(app.client_id, app.holder, now):
        return "invalid_request_object"
    if problem := asked_for(app, wish.scope, wish.named)[0]:
        return problem
    if wish.jkt and any(proof.jkt != wish.jkt for proof in shown.proofs):
        return "invalid_request"
    return bound.BAD_PROOF.answer if shown.is_used else "ok"


def push(
    cast: Cast, wish: Wish, shown: Shown = NOTHING, *, secret: Credential | None = None
) -> Pushed | None:
    """Push a request; None where it is refused. secret: another one than the client's own."""
    app, now = cast.model.now_is(wish.client_id), cast.now
    secret = secret or cast.credential(app)
    redirect, nonce = app.redirect.replace(":8000", f":{wish.port}"), f"n-{cast.requests}"
    # Who has proved itself need not say who it is.
    pairs = [pair for pair in wish.pairs(redirect, nonce) if pair[0] != "client_id"]
    signed: RequestObject | None = None
    if app.signs and wish.signed != "plain":
        signed = cast.holders.request_object(app, pairs, wish.signed)
        pairs = [("request", signed.text), ("state", "outside")]
    apps = cast.possible(wish.client_id)
    expected = {answer(one, secret, wish, shown, signed, now) for one in apps}
    kinds = [ASSERTION_MARK] if app.keyed and expected != {bound.USE_NONCE.answer} else []
    if "ok" in expected:
        kinds.append("P#")
    if "ok" in expected or shown.is_used:
        kinds.append(PROOF_MARK)
    with cast.touching(kinds=tuple(kinds)):
        reply = cast.post("/par", wish.client_id, secret, shown, pairs)
    told = "ok" if reply.status == 201 else str(reply.json["error"])
    event(f"pushed: {told}")
    assert told in expected, f"{reply.text}: the model says {expected}"
    if told != "ok":
        return None
    uri = str(reply.json["request_uri"])
    assert uri not in cast.seen
    cast.seen.add(uri)
    assert reply.json["expires_in"] == BROUGHT
    jkt = next((proof.jkt for proof in shown.proofs), wish.jkt)
    return Pushed(uri, wish, redirect, nonce, jkt, now, app.generation)
