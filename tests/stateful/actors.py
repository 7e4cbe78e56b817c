"""The server, its processes, and who talks to it; each answer is compared with the model."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import jwt

from chalicelib.administration import clients, resources, users
from infra import seeds
from tests.flows import assertions
from tests.reply import Reply
from tests.stage import CHEAPEST
from tests.stateful import id_tokens, lapsing
from tests.stateful.apps import FILES_RESOURCE, FREE, PLANTED, metadata
from tests.stateful.browsers import Jar
from tests.stateful.ears import Ears
from tests.stateful.holders import Holders, jkt
from tests.stateful.model import (
    ACCESS_TOKEN,
    API,
    FILES,
    AccessToken,
    App,
    Grant,
    IDToken,
    Model,
    Person,
)
from tests.stateful.possession import ISSUER, JKT, NOTHING, Assertion, Credential, Held, Shown
from tests.stateful.rules import Verdict
from tests.stateful.watching import Watching
from tests.world import World

PROOF_MARK, ASSERTION_MARK = "J#dpop#", "J#assertion#"
WRONG = "wrong-secret"


class Cast(Watching):
    """The server with its clients and users, and the model that knows what it must say."""

    def __init__(self, world: World, apps: tuple[App, ...] = FREE, listed: str = "") -> None:
        super().__init__(world)
        self.ears = world.fetcher = Ears()
        world.restart()
        self.apps = apps
        self.listed = listed  # the resource whose tokens have a place in a status list
        self.model = Model()
        self.holders = Holders(world)
        self.requests = 0
        self.published: list[tuple[int, dict[str, jwt.PyJWK]]] = []
        self.jars = [Jar() for _ in range(3)]
        self.seen: set[str] = set()
        services = self.world.services
        resources.create(FILES_RESOURCE, services)
        for app in apps:
            if app.client_id not in PLANTED:
                clients.create(metadata(app), services)
        if listed:
            resources.update(listed, {"status_list": True}, services)
        first = users.find(seeds.USER[0], services)
        self.people = [
            Person(*seeds.USER, first.subject, seeds.CLAIMS, first.user_id),
            self.new_person("second@example.com", "second-password"),
        ]
        for app in apps:
            self.model.change(app, self.now)
        # A process has what it read; the number is its place among the changes.
        self.processes = [(self._process(), self.model.order)]
        self.current = 0
        self.world.clock.forward(1)
        self.publish()

    def new_person(self, name: str, password: str) -> Person:
        """Make a user."""
        claims: dict[str, str | bool] = {
            "nickname": f"Number {self.requests}",
            "email": name,
            "email_verified": False,
        }
        user = users.create(name, password, claims, self.world.services, cost=CHEAPEST)
        return Person(name, password, user.subject, claims, user.user_id)

    @property
    def now(self) -> int:
        """The time, for everyone."""
        return self.world.clock()

    def forward(self, seconds: int) -> None:
        """Time passes."""
        self.world.clock.forward(seconds)
        lapsing.let_lapse(self.model, self.now)
        self.keys_may_have_changed = True

    def _process(self) -> tuple[Any, Any]:
        return self.world.services, self.world.gateway

    def restart(self) -> None:
        """A new process takes over; the older ones stay ready."""
        self.world.restart()
        self.processes = [*self.processes[-2:], (self._process(), self.model.order)]
        self.current = len(self.processes) - 1
        self.keys_may_have_changed = True

    def switch(self, number: int) -> None:
        """Another process answers from now on."""
        self.current = number % len(self.processes)
        self.keys_may_have_changed = True
        world = self.world
        world.services, world.gateway = self.processes[self.current][0]

    def possible(self, client_id: str) -> list[App]:
        """A client, as the process that answers may know it."""
        return self.model.possible(client_id, self.processes[self.current][1], self.now)

    def address(self) -> str:
        """A new address for each request: throttling by address is another test's subject."""
        self.requests += 1
        return f"198.51.{self.requests // 250 % 250}.{self.requests % 250}"

    def credential(self, app: App) -> Credential:
        """What proves a client, fresh where it has to be."""
        return self.holders.assertion(app) if app.keyed else app.secret

    def ask_for_nonce(self, app: App) -> None:
        """A client that needs a nonce, and has none that is good, gets one by a request without."""
        if not app.nonces or self.holders.nonces.latest(self.now):
            return
        self.aws.reset()
        certified = any(one.certified for one in self.possible(app.client_id))
        about = replace(app, certified=certified)
        shown = self.holders.shown("no nonce", about, {JKT: jkt("alice")}, "/token")
        secret = self.credential(app)
        form = {"grant_type": "refresh_token", "refresh_token": "none"}
        # Before it is sent: an assertion that was used up proves nothing any more.
        answers = {
            "use_dpop_nonce" if one.nonces else "invalid_grant"
            for one in self.possible(app.client_id)
            if one.proves(secret, self.now)
        }
        reply = self.post("/token", app.client_id, secret, shown, **form)
        assert reply.json["error"] in (answers or {"invalid_client"})

    def post(
        self,
        path: str,
        client_id: str,
        secret: Credential,
        shown: Shown = NOTHING,
        repeated: Iterable[tuple[str, str]] = (),
        **form: str | None,
    ) -> Reply:
        """POST a form as a client; None leaves a field out."""
        fields = {name: value for name, value in form.items() if value is not None}
        headers = [("Content-Type", "application/x-www-form-urlencoded")]
        if secret is None:
            fields["client_id"] = client_id
        elif isinstance(secret, Assertion):
            fields |= assertions.proof(secret.text)
        else:
            token = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
            headers.append(("Authorization", f"Basic {token}"))
        reply = self._send("POST", path, headers, [*fields.items(), *repeated], shown)
        if isinstance(secret, Assertion):
            # It is spent with what is honoured, and with what is refused after it was looked at.
            spent = any(pk.startswith(ASSERTION_MARK) for pk, _ in self.written())
            secret.used |= spent or reply.status in (200, 201)
        return reply

    def userinfo(self, token: str, shown: Shown = NOTHING, *, form: bool = False) -> Reply:
        """Ask /userinfo, with the token in the header or in a form."""
        if form:
            headers = [("Content-Type", "application/x-www-form-urlencoded")]
            return self._send("POST", "/userinfo", headers, [("access_token", token)], shown)
        headers = [("Authorization", f"{shown.scheme} {token}")]
        return self._send("GET", "/userinfo", headers, [], shown)

    def _send(
        self,
        method: str,
        path: str,
        headers: list[tuple[str, str]],
        fields: list[tuple[str, str]],
        shown: Shown,
    ) -> Reply:
        reply = self.world.request(
            method,
            path,
            headers=[*headers, *(("DPoP", proof.text) for proof in shown.proofs)],
            body=urlencode(fields).encode(),
            address=self.address(),
            certificate=shown.certificate.pem if shown.certificate else None,
        )
        nonce = reply.header("DPoP-Nonce")
        if nonce is not None:
            self.holders.nonces.learn(nonce, self.now)
        assert nonce or '"use_dpop_nonce"' not in reply.text, "a nonce is asked for, not given"
        # What was honoured is used up, and what ended a grant: that shows in the table alone.
        ignored = path == "/userinfo" and shown.scheme == "Bearer"
        honoured = reply.status in (200, 201) and not ignored
        for proof in shown.proofs:
            proof.used |= honoured or any(pk.startswith(PROOF_MARK) for pk, _ in self.written())
        return reply

    def settle(self, reply: Reply, verdicts: Iterable[Verdict], grant: Grant) -> str:
        """The answer, if it is one that the model allows; its effect is taken over."""
        answer = "ok" if reply.status == 200 else str(reply.json["error"])
        fitting = [verdict for verdict in verdicts if verdict.answer == answer]
        assert fitting, f"{reply.status} {reply.text}: the model says {list(verdicts)}"
        grant.dead |= any(verdict.kills for verdict in fitting)
        return answer

    def publish(self) -> None:
        """A resource server reads the JWKS, and keeps it for two hours."""
        document = self.world.get("/.well-known/jwks.json").json
        keys = {key["kid"]: jwt.PyJWK.from_dict(key) for key in document["keys"]}
        self.published = [(at, old) for at, old in self.published if at > self.now - 2 * 60 * 60]
        self.published.append((self.now, keys))
        self.keys_may_have_changed = False
        for token in self.model.access_tokens:
            if self.now < token.issued_at + ACCESS_TOKEN:
                assert token.kid in keys, "a living token cannot be verified"

    def hints_are_known(self) -> set[str]:
        """The keys with which the process that answers can check a hint: those it publishes."""
        if self.keys_may_have_changed:
            self.publish()
        return set(self.published[-1][1])

    def issued(
        self, reply: Reply, grant: Grant, audience: str, scope: tuple[str, ...], held: list[Held]
    ) -> Held:
        """Check a token response, and remember its tokens. Returns what they are bound to, of what
        they may be bound to."""
        answer = reply.json
        text = answer["access_token"]
        claims = self.verified(text, audience, grant)
        bound: Held = claims.get("cnf", {})
        assert bound in held
        assert answer["token_type"] == ("DPoP" if JKT in bound else "Bearer")
        assert answer.get("scope", "") == " ".join(scope)
        assert claims["client_id"] == grant.client_id
        assert claims.get("scope") == answer.get("scope")
        assert claims.get("authorization_details") == answer.get("authorization_details")
        self.call(grant, claims["sub"])
        assert (claims["iat"], claims["exp"]) == (self.now, self.now + answer["expires_in"])
        assert text not in self.seen
        self.seen.add(text)
        kid, place = jwt.get_unverified_header(text)["kid"], None
        assert ("status" in claims) == (audience == self.listed)
        if "status" in claims:
            named = claims["status"]["status_list"]
            place = (named["uri"], named["idx"])
            assert self.model.places.setdefault(place, grant) is grant
        token = AccessToken(text, grant, self.now, audience, scope, kid, bound, place=place)
        self.model.access_tokens.append(token)
        assert ("id_token" in answer) == ("openid" in grant.scope and not grant.tokens)
        if "id_token" in answer:
            told = self.verified(answer["id_token"], grant.client_id, grant)
            self.call(grant, told["sub"])
            id_tokens.check(told, text, grant, self.now)
            self.model.sids.learn(told["sid"], grant.lineage, grant.client_id)
            kid = jwt.get_unverified_header(answer["id_token"])["kid"]
            self.model.id_tokens.append(IDToken(answer["id_token"], grant, kid))
        return bound

    def call(self, grant: Grant, name: str) -> None:
        """A client is told who the user is: the public name, or one for its sector alone."""
        sector = self.model.now_is(grant.client_id).sector
        assert (name == grant.person.subject) == (sector is None)
        assert grant.person.key not in name
        self.model.subjects.learn(name, grant.person, sector)

    def verified(self, text: str, audience: str, grant: Grant | None = None) -> dict[str, Any]:
        """The claims, by every JWKS that a resource server may hold now. grant: of the token."""
        fapi = grant is not None and self.model.now_is(grant.client_id).fapi
        alg = "ES256" if audience == FILES or (fapi and audience != API) else "RS256"
        header = jwt.get_unverified_header(text)
        claims: dict[str, Any] = {}
        for _, keys in self.published:
            assert header["kid"] in keys, "a verifier does not know the key"
            claims = jwt.decode(
                text,
                keys[header["kid"]],
                algorithms=[alg],
                audience=audience,
                issuer=ISSUER,
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        return claims
