"""A client that acts for itself. RFC 6749 section 4.4, docs/decisions/0034.

Its tokens have nobody's grant, nothing of a user and no refresh token. They are good until they end
or are revoked, and for no longer than their client: what was issued up to its end stays dead.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import event

from tests.stateful.actors import Cast
from tests.stateful.model import API, HOUR, App

SCOPE = "read"


@dataclass(eq=False)
class Token:
    """One of its tokens."""

    text: str
    issued_at: int
    revoked: bool = False

    def is_active(self, owner: App, now: int) -> bool:
        """Whether it counts, by what is known of its client."""
        alive = not self.revoked and now < self.issued_at + HOUR
        return alive and not owner.gone and self.issued_at > owner.ended_at


class Machine:
    """One such client."""

    def __init__(self, cast: Cast, client_id: str) -> None:
        self.cast = cast
        self.client_id = client_id
        self.tokens: list[Token] = []

    def act(self, details: str | None = None) -> None:
        """Get a token. details: authorization details, which it was not given by name."""
        cast, app = self.cast, self.cast.model.now_is(self.client_id)
        form = {"grant_type": "client_credentials", "scope": SCOPE}
        with cast.touching():
            reply = cast.post(
                "/token", app.client_id, app.secret, authorization_details=details, **form
            )
        proved = {one.proves(app.secret, cast.now) for one in cast.possible(app.client_id)}
        good = "invalid_authorization_details" if details else "ok"
        answer = "ok" if reply.status == 200 else reply.json["error"]
        assert answer in {good if right else "invalid_client" for right in proved}, reply.text
        event(f"a machine: {answer}")
        if answer != "ok":
            return
        assert reply.json.keys() == {"access_token", "token_type", "expires_in", "scope"}
        claims = cast.verified(reply.json["access_token"], API)
        assert (claims["sub"], claims["client_id"]) == (app.client_id, app.client_id)
        assert (claims["scope"], claims["exp"]) == (SCOPE, cast.now + HOUR)
        self.tokens.append(Token(reply.json["access_token"], cast.now))

    def look(self, token: Token) -> None:
        """Introspection says whether it counts; /userinfo knows nobody behind it."""
        cast, seer = self.cast, self.cast.model.now_is("thirdweb")
        with cast.touching():
            reply = cast.post("/introspect", seer.client_id, seer.secret, token=token.text)
            assert cast.userinfo(token.text).status == 401
        if reply.status == 200:
            owners = cast.possible(self.client_id)
            assert reply.json["active"] in {token.is_active(one, cast.now) for one in owners}
            event(f"a machine's token: {'active' if reply.json['active'] else 'dead'}")

    def revoke(self, token: Token) -> None:
        """Revoke one."""
        cast, app = self.cast, self.cast.model.now_is(self.client_id)
        reply = cast.post("/revoke", app.client_id, app.secret, token=token.text)
        token.revoked |= reply.status == 200
