"""The requests that clients send, right and wrong; each answer is what the model says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TypeVar

from hypothesis import event

from tests.reply import Reply
from tests.stateful import bound, details, lapsing, model, rules
from tests.stateful.actors import ASSERTION_MARK, PROOF_MARK, WRONG
from tests.stateful.looking import Looking
from tests.stateful.model import AccessToken, App, Grant
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


class Requests(Looking):
    """What a client does with a grant. `twist` names what is wrong about a request, if anything.

    shown: what it shows to hold; None: just what it must.
    """

    def redeem(
        self,
        grant: Grant,
        twist: str,
        resource: str | None,
        shown: Shown | None = None,
        *,
        asked_details: details.Numbers | None = None,
    ) -> None:
        """Present a code, for the first time or again."""
        client_id, secret = self._credentials(grant, twist)
        shown = shown or self.right_for(grant)
        apps = self.cast.possible(client_id)
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
                    details=asked_details,
                ),
                app,
                shown,
                needed(grant),
                self.cast.now,
                exactly=True,
            )
            for app in apps
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
                authorization_details=None
                if asked_details is None
                else details.text(asked_details),
            )
        if self.cast.settle(reply, verdicts, grant) == "ok":
            grant.used = True
            grant.renew(self.cast.now)
            audience = grant.audience(resource)
            assert audience is not None
            held = self._held(apps, verdicts, shown, reply)
            grant.bound = self.cast.issued(reply, grant, audience, grant.narrowed(audience), held)
            self._check_details(apps, verdicts, asked_details, reply)
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
        *,
        asked_details: details.Numbers | None = None,
    ) -> None:
        """Present a refresh token that is so many rotations old; None: a forged one."""
        if behind is not None:
            behind = min(behind, len(grant.tokens) - 1)
        token = forged(grant.tokens[-1]) if behind is None else grant.tokens[-1 - behind]
        client_id, secret = self._credentials(grant, twist)
        asked = tuple(scope.split()) if scope else None
        shown = shown or self.right_for(grant)
        apps = self.cast.possible(client_id)
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
                    details=asked_details,
                ),
                app,
                shown,
                grant.bound,
                self.cast.now,
                exactly=app.public,
            )
            for app in apps
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
                authorization_details=None
                if asked_details is None
                else details.text(asked_details),
            )
        if self.cast.settle(reply, verdicts, grant) == "ok":
            audience = grant.audience(resource)
            assert audience is not None
            held = self._held(apps, verdicts, shown, reply)
            narrowed = grant.narrowed(audience, asked)
            proved = self.cast.issued(reply, grant, audience, narrowed, held)
            self._check_details(apps, verdicts, asked_details, reply)
            grant.bound = grant.bound or proved  # from the first time on
            if behind == 0:
                grant.renew(self.cast.now)
            if self.model.now_is(client_id).fapi:
                assert "refresh_token" not in reply.json
            elif behind == 0:
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

    def _held(
        self, apps: list[App], verdicts: list[Verdict], shown: Shown, reply: Reply
    ) -> list[Held]:
        """What the tokens may be bound to, by each client that is let through."""
        fitting = [app for app, verdict in zip(apps, verdicts, strict=True) if verdict is OK]
        if shown.proofs and all(app.nonces for app in fitting):
            assert reply.header("DPoP-Nonce"), "the next nonce is not told"
        return [bound.held(app, shown) for app in fitting]

    def _check_details(
        self,
        apps: list[App],
        verdicts: list[Verdict],
        asked: details.Numbers | None,
        reply: Reply,
    ) -> None:
        """The new token carries what it must, by a client that is let through. That was used."""
        token = self.model.access_tokens[-1]
        fitting = [app for app, verdict in zip(apps, verdicts, strict=True) if verdict is OK]
        may = [details.carried(app, token.grant, token.audience, asked) for app in fitting]
        told = reply.json.get("authorization_details", [])
        found = [numbers for numbers in may if numbers is not None]
        (token.details, *_) = [numbers for numbers in found if details.objects(numbers) == told]
        if token.grant.details:
            event(f"details: {len(token.details)} of {len(token.grant.details)}")
        lapsing.use(self.model, token.grant.client_id, self.cast.now)

    def right_for(self, grant: Grant) -> Shown:
        """What a token request with a grant has to show."""
        app = self.model.now_is(grant.client_id)
        self.cast.ask_for_nonce(app)
        return self.cast.holders.shown("right", app, needed(grant), "/token")

    def _credentials(self, grant: Grant, twist: str) -> tuple[str, Credential]:
        """The right client and credential, or wrong ones."""
        client_id = grant.client_id
        if twist == "client":
            client_id = "demoweb" if client_id != "demoweb" else "thirdweb"
        app = self.model.now_is(client_id)
        if app.keyed and twist in WRONG_ASSERTIONS:
            return client_id, self.cast.holders.assertion(app, twist)
        return client_id, WRONG if twist == "secret" else self.cast.credential(app)

    @contextmanager
    def _guarded(
        self, grant: Grant, verdicts: list[Verdict], twist: str, shown: Shown
    ) -> Iterator[None]:
        """A request that is refused writes nothing; any other writes its own grant only, and
        what it has used up."""
        may_write = any(verdict.kills or verdict is OK for verdict in verdicts)
        keyed = self.model.now_is(grant.client_id).keyed
        # Who is told to bring a nonce has spent nothing, and may send the rest again.
        spends = any(verdict != bound.USE_NONCE for verdict in verdicts)
        kinds = [ASSERTION_MARK] if keyed and spends else []
        if shown.proofs and (may_write or shown.is_used):
            kinds.append(PROOF_MARK)
        if may_write and self.cast.listed:
            kinds += PLACES
        if may_write and grant.client_id in self.model.lapses:
            kinds += (f"A#{grant.client_id}", "I#self-registered client")
        unchanged = self.cast.changing_nothing() if twist == "secret" else nullcontext()
        allowed = (grant.key,) if may_write else ()
        with unchanged, self.cast.touching(*allowed, kinds=tuple(kinds)):
            yield

    def _new_leaf(self, grant: Grant, text: str) -> None:
        assert text not in self.cast.seen
        self.cast.seen.add(text)
        grant.tokens.append(text)
