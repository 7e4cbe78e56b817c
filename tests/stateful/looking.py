"""What introspection and /userinfo say of tokens; each answer is what the model says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import event

from tests.stateful import bound, details, openid, rules
from tests.stateful.actors import PROOF_MARK, Cast
from tests.stateful.model import ISSUER, AccessToken, App, Grant
from tests.stateful.possession import JKT, Shown


class Looking:
    """Requests that change nothing, but for the proofs that they use up."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.model = cast.model

    def look_at_access_token(self, token: AccessToken, asker: str) -> None:
        """Introspect an access token."""
        expected = {
            rules.access_token_is_active(token, one, owner, self.cast.now)
            for one in self.cast.possible(asker)
            for owner in self.cast.possible(token.grant.client_id)
        }
        told = self._look(token.text, asker, expected)
        if told["active"]:
            assert told.get("cnf", {}) == token.bound
            assert told["token_type"] == ("DPoP" if JKT in token.bound else "Bearer")
            assert told.get("authorization_details", []) == details.objects(token.details)

    def look_at_refresh_token(self, grant: Grant, text: str, asker: str) -> None:
        """Introspect a refresh token."""
        expected = {
            rules.refresh_token_is_active(grant, text, one, owner, self.cast.now)
            for one in self.cast.possible(asker)
            for owner in self.cast.possible(grant.client_id)
        }
        told = self._look(text, asker, expected)
        if told["active"]:
            assert told.get("authorization_details", []) == details.objects(grant.details)

    def ask_who(
        self, token: AccessToken, shown: Shown | None = None, *, form: bool = False
    ) -> None:
        """Ask /userinfo with an access token, in the header or in a form."""
        grant = token.grant
        owners = self.cast.possible(grant.client_id)
        shown = shown or self.right_with(token)
        if form:
            shown = replace(shown, scheme="Bearer")
        expected = [self._opened(token, owner, shown, form=form) for owner in owners]
        spends = shown.is_used or any(isinstance(told, dict) for told in expected)
        with self.cast.touching(kinds=(PROOF_MARK,) if spends else ()):
            reply = self.cast.userinfo(token.text, shown, form=form)
        if reply.status == 200:
            told = reply.json
            self.cast.call(grant, told.pop("sub"))
            assert told in expected, expected
        else:
            (answer,) = {str(reply.json["error"])}
            assert answer in expected, f"{answer}: {expected}"
        event(f"userinfo: {reply.status} {'audience is the issuer' * (token.audience == ISSUER)}")

    def right_with(self, token: AccessToken) -> Shown:
        """What has to be shown with an access token."""
        app = self.model.now_is(token.grant.client_id)
        self.cast.ask_for_nonce(app)
        return self.cast.holders.shown("right", app, token.bound, "/userinfo", token.text)

    def _opened(
        self, token: AccessToken, owner: App, shown: Shown, *, form: bool
    ) -> dict[str, object] | str:
        """What /userinfo says."""
        now = self.cast.now
        if problem := bound.opening(token, owner, shown, "POST" if form else "GET", now):
            return problem
        told = openid.userinfo(token, owner, now)
        is_replayed = shown.scheme == "DPoP" and shown.is_used and not isinstance(told, str)
        return bound.BAD_PROOF.answer if is_replayed else told

    def _look(self, text: str, asker: str, expected: set[bool]) -> dict[str, Any]:
        secret = self.model.now_is(asker).secret
        proved = {app.proves(secret, self.cast.now) for app in self.cast.possible(asker)}
        with self.cast.touching():
            reply = self.cast.post("/introspect", asker, secret, token=text)
        assert (reply.status == 200) in proved, reply.text
        if reply.status != 200:
            return {"active": False}
        assert reply.json["active"] in expected, reply.text
        return reply.json
