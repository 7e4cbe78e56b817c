"""The requests that clients send, right and wrong; each answer is what the model says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import event

from tests.stateful import bound, model, openid, rules
from tests.stateful.actors import ASSERTION_MARK, PROOF_MARK, WRONG, Cast
from tests.stateful.model import ISSUER, AccessToken, App, Grant
from tests.stateful.possession import JKT, Credential, Held, Shown
from tests.stateful.rules import OK, Verdict
from tests.world import VERIFIER

T = TypeVar("T")
WRONG_ASSERTIONS = ("replayed", "expired", "audience", "signer")
PLACES = ("V#", "J#so#")  # in status lists, and where a session keeps those of its grants


def pick(things: Sequence[T], number: int) -> T:
    """One of several; 0 is the last."""
    return things[-1 - number % len(things)]


def forged(token: str) -> str:
    """The same grant, another secret."""
    return token[:24] + token[24:].swapcase()


def needed(grant: Grant) -> Held:
    """What a grant is bound to, as a code or as refresh tokens."""
    if grant.used:
        return grant.bound
    return {JKT: grant.jkt} if grant.jkt else {}


class Requests:
    """What a client does with a grant. `twist` names what is wrong about a request, if anything.

    shown: what it shows to hold; None: just what it must.
    """

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.model = cast.model

    def redeem(
        self, grant: Grant, twist: str, resource: str | None, shown: Shown | None = None
    ) -> None:
        """Present a code, for the first time or again."""
        client_id, secret = self._credentials(grant, twist)
        shown = shown or self.right_for(grant)
        redirect = {"redirect": grant.redirect + "x", "no redirect": None}
        verifier = {"verifier": VERIFIER[::-1], "no verifier": None}
        verdicts = [
            bound.judged(
                rules.redemption(
                    app,
                    secret,
                    grant,
                    proves=twist not in ("verifier", "no verifier", "redirect"),
                    resource=resource,
                    now=self.cast.now,
                ),
                app,
                shown,
                needed(grant),
                self.cast.now,
                exactly=True,
            )
            for app in self.cast.possible(client_id)
        ]
        with self._guarded(grant, verdicts, twist, shown):
            reply = self.cast.post(
                "/token",
                client_id,
                secret,
                shown,
                grant_type="authorization_code",
                code=grant.code,
                redirect_uri=redirect.get(twist, grant.redirect),
                code_verifier=verifier.get(twist, VERIFIER),
                resource=resource,
            )
        if self.cast.settle(reply, verdicts, grant) == "ok":
            grant.used = True
            grant.renew(self.cast.now)
            audience = grant.audience(resource)
            assert audience is not None
            grant.bound = bound.held(self.model.now_is(client_id), shown)
            self.cast.issued(reply, grant, audience, grant.narrowed(audience), grant.bound)
            assert ("refresh_token" in reply.json) == grant.refreshes
            if grant.refreshes:
                self._new_leaf(grant, reply.json["refresh_token"])

    def refresh(
        self,
        grant: Grant,
        behind: int | None,
        twist: str = "",
        scope: str | None = None,
        resource: str | None = None,
        shown: Shown | None = None,
    ) -> None:
        """Present a refresh token that is so many rotations old; None: a forged one."""
        if behind is not None:
            behind = min(behind, len(grant.tokens) - 1)
        token = forged(grant.tokens[-1]) if behind is None else grant.tokens[-1 - behind]
        client_id, secret = self._credentials(grant, twist)
        asked = tuple(scope.split()) if scope else None
        shown = shown or self.right_for(grant)
        verdicts = [
            bound.judged(
                rules.refreshing(
                    app,
                    secret,
                    grant,
                    behind=behind,
                    scope=asked,
                    resource=resource,
                    now=self.cast.now,
                ),
                app,
                shown,
                grant.bound,
                self.cast.now,
                exactly=app.public,
            )
            for app in self.cast.possible(client_id)
        ]
        with self._guarded(grant, verdicts, twist, shown):
            reply = self.cast.post(
                "/token",
                client_id,
                secret,
                shown,
                grant_type="refresh_token",
                refresh_token=token,
                scope=scope,
                resource=resource,
            )
        if self.cast.settle(reply, verdicts, grant) == "ok":
            audience = grant.audience(resource)
            assert audience is not None
            held = bound.held(self.model.now_is(client_id), shown)
            grant.bound = grant.bound or held  # from the first time on
            self.cast.issued(reply, grant, audience, grant.narrowed(audience, asked), held)
            if behind == 0:
                grant.renew(self.cast.now)
                self._new_leaf(grant, reply.json["refresh_token"])
            else:
                assert reply.json["refresh_token"] == grant.tokens[-1]

    def revoke(self, grant: Grant, kind: str, which: int, twist: str) -> None:
        """Revoke a token: a client's own ends, another's does not."""
        now = self.cast.now
        issued = [token for token in self.model.access_tokens if token.grant is grant]
        access_token: AccessToken | None = None
        if kind == "access token" and issued:
            access_token = pick(issued, which)
            text, known = access_token.text, now < access_token.issued_at + model.ACCESS_TOKEN
        elif not grant.tokens or kind in ("code", "access token"):
            text, known = grant.code, False
        elif kind == "forged":
            text, known = forged(grant.tokens[-1]), False
        else:
            text = grant.tokens[-1] if kind == "leaf" else pick(grant.tokens, which)
            known = now < grant.ends and not grant.person.deleted
        client_id, secret = self._credentials(grant, twist)
        answer = Verdict("invalid_grant") if known and twist == "client" else OK
        verdicts = [
            answer if app.proves(secret, now) else rules.INVALID_CLIENT
            for app in self.cast.possible(client_id)
        ]
        self.cast.aws.reset()
        with self.cast.changing_nothing() if twist else nullcontext():
            reply = self.cast.post("/revoke", client_id, secret, token=text)
        written = self.cast.written() - {grant.key}
        assert all(pk.startswith(("J#at#", "V#", ASSERTION_MARK)) for pk, _ in written)
        if self.cast.settle(reply, verdicts, grant) == "ok" and known:
            if access_token is not None:
                access_token.revoked = True
            else:
                grant.dead = True
            for token in issued[-2:]:
                self.look_at_access_token(token, "thirdweb")

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

    def look_at_refresh_token(self, grant: Grant, text: str, asker: str) -> None:
        """Introspect a refresh token."""
        expected = {
            rules.refresh_token_is_active(grant, text, one, owner, self.cast.now)
            for one in self.cast.possible(asker)
            for owner in self.cast.possible(grant.client_id)
        }
        self._look(text, asker, expected)

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

    def right_for(self, grant: Grant) -> Shown:
        """What a token request with a grant has to show."""
        app = self.model.now_is(grant.client_id)
        return self.cast.holders.shown("right", app, needed(grant), "/token")

    def right_with(self, token: AccessToken) -> Shown:
        """What has to be shown with an access token."""
        app = self.model.now_is(token.grant.client_id)
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

    def _credentials(self, grant: Grant, twist: str) -> tuple[str, Credential]:
        """The right client and credential, or wrong ones."""
        client_id = grant.client_id
        if twist == "client":
            client_id = "demoweb" if client_id != "demoweb" else "thirdweb"
        app = self.model.now_is(client_id)
        if app.keyed and twist in WRONG_ASSERTIONS:
            return client_id, self.cast.holders.assertion(client_id, twist)
        return client_id, WRONG if twist == "secret" else self.cast.credential(app)

    @contextmanager
    def _guarded(
        self, grant: Grant, verdicts: list[Verdict], twist: str, shown: Shown
    ) -> Iterator[None]:
        """A request that is refused writes nothing; any other writes its own grant only, and
        what it has used up."""
        may_write = any(verdict.kills or verdict is OK for verdict in verdicts)
        kinds = [ASSERTION_MARK] if self.model.now_is(grant.client_id).keyed else []
        if shown.proofs and (may_write or shown.is_used):
            kinds.append(PROOF_MARK)
        if may_write and self.cast.listed:
            kinds += PLACES
        unchanged = self.cast.changing_nothing() if twist == "secret" else nullcontext()
        allowed = (grant.key,) if may_write else ()
        with unchanged, self.cast.touching(*allowed, kinds=tuple(kinds)):
            yield

    def _new_leaf(self, grant: Grant, text: str) -> None:
        assert text not in self.cast.seen
        self.cast.seen.add(text)
        grant.tokens.append(text)
