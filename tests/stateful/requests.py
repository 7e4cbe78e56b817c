"""The requests that clients send, right and wrong; each answer is what the model says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TypeVar

from hypothesis import event

from tests.stateful import model, openid, rules
from tests.stateful.actors import WRONG, Cast
from tests.stateful.model import ISSUER, AccessToken, Grant
from tests.stateful.rules import OK, Verdict
from tests.world import VERIFIER

T = TypeVar("T")


def pick(things: Sequence[T], number: int) -> T:
    """One of several; 0 is the last."""
    return things[-1 - number % len(things)]


def forged(token: str) -> str:
    """The same grant, another secret."""
    return token[:24] + token[24:].swapcase()


class Requests:
    """What a client does with a grant. `twist` names what is wrong about a request, if anything."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.model = cast.model

    def redeem(self, grant: Grant, twist: str, resource: str | None) -> None:
        """Present a code, for the first time or again."""
        client_id, secret = self._credentials(grant, twist)
        redirect = {"redirect": grant.redirect + "x", "no redirect": None}
        verifier = {"verifier": VERIFIER[::-1], "no verifier": None}
        verdicts = [
            rules.redemption(
                app,
                secret,
                grant,
                proves=twist not in ("verifier", "no verifier", "redirect"),
                resource=resource,
                now=self.cast.now,
            )
            for app in self.cast.possible(client_id)
        ]
        with self._guarded(grant, verdicts, twist):
            reply = self.cast.post(
                "/token",
                client_id,
                secret,
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
            self.cast.issued(reply, grant, audience, grant.narrowed(audience))
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
    ) -> None:
        """Present a refresh token that is so many rotations old; None: a forged one."""
        if behind is not None:
            behind = min(behind, len(grant.tokens) - 1)
        token = forged(grant.tokens[-1]) if behind is None else grant.tokens[-1 - behind]
        client_id, secret = self._credentials(grant, twist)
        asked = tuple(scope.split()) if scope else None
        verdicts = [
            rules.refreshing(
                app,
                secret,
                grant,
                behind=behind,
                scope=asked,
                resource=resource,
                now=self.cast.now,
            )
            for app in self.cast.possible(client_id)
        ]
        with self._guarded(grant, verdicts, twist):
            reply = self.cast.post(
                "/token",
                client_id,
                secret,
                grant_type="refresh_token",
                refresh_token=token,
                scope=scope,
                resource=resource,
            )
        if self.cast.settle(reply, verdicts, grant) == "ok":
            audience = grant.audience(resource)
            assert audience is not None
            self.cast.issued(reply, grant, audience, grant.narrowed(audience, asked))
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
        assert all(pk.startswith("J#at#") for pk, _ in written)
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
        self._look(token.text, asker, expected)

    def look_at_refresh_token(self, grant: Grant, text: str, asker: str) -> None:
        """Introspect a refresh token."""
        expected = {
            rules.refresh_token_is_active(grant, text, one, owner, self.cast.now)
            for one in self.cast.possible(asker)
            for owner in self.cast.possible(grant.client_id)
        }
        self._look(text, asker, expected)

    def ask_who(self, token: AccessToken, *, form: bool = False) -> None:
        """Ask /userinfo with an access token, in the header or in a form."""
        grant, now = token.grant, self.cast.now
        expected = [
            openid.userinfo(token, owner, now) for owner in self.cast.possible(grant.client_id)
        ]
        with self.cast.touching():
            reply = self.cast.userinfo(token.text, form=form)
        if reply.status == 200:
            told = reply.json
            self.cast.call(grant, told.pop("sub"))
            assert told in expected, expected
        else:
            (answer,) = {str(reply.json["error"])}
            assert answer in expected or "openid" not in token.scope, f"{answer}: {expected}"
        event(f"userinfo: {reply.status} {'audience is the issuer' * (token.audience == ISSUER)}")

    def _look(self, text: str, asker: str, expected: set[bool]) -> None:
        secret = self.model.now_is(asker).secret
        proved = {app.proves(secret, self.cast.now) for app in self.cast.possible(asker)}
        with self.cast.touching():
            reply = self.cast.post("/introspect", asker, secret, token=text)
        assert (reply.status == 200) in proved, reply.text
        if reply.status == 200:
            assert reply.json["active"] in expected, reply.text

    def _credentials(self, grant: Grant, twist: str) -> tuple[str, str | None]:
        """The right client and secret, or wrong ones."""
        client_id = grant.client_id
        if twist == "client":
            client_id = "demoweb" if client_id != "demoweb" else "thirdweb"
        return client_id, WRONG if twist == "secret" else self.model.now_is(client_id).secret

    @contextmanager
    def _guarded(self, grant: Grant, verdicts: list[Verdict], twist: str) -> Iterator[None]:
        """A request that is refused writes nothing; any other writes its own grant only."""
        may_write = any(verdict.kills or verdict is OK for verdict in verdicts)
        unchanged = self.cast.changing_nothing() if twist == "secret" else nullcontext()
        with unchanged, self.cast.touching(*((grant.key,) if may_write else ())):
            yield

    def _new_leaf(self, grant: Grant, text: str) -> None:
        assert text not in self.cast.seen
        self.cast.seen.add(text)
        grant.tokens.append(text)
