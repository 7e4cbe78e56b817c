"""The life of grants as a random story, against an oracle of plain facts.

Two users, three clients, several processes, a clock that moves, keys that rotate, a table that is
swept at random. Each answer is predicted (model.py); whatever a request may not touch stays as it
was. The invariants are those of docs/storage.md, "A grant", and of RFC 6749, 7009, 7662 and 9700.

A long run: STATEFUL_EXAMPLES=2000 STATEFUL_STEPS=60 python -m pytest tests/stateful
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from infra import bootstrap
from infra.stage import aws_client
from tests.emulated_aws import Recorder
from tests.stateful import model
from tests.stateful.actors import WRONG, Cast, Keys
from tests.stateful.model import API, DAY, FILES, HOUR, ISSUER, OK, App, Grant, Verdict
from tests.stateful.operators import ALGORITHMS, Operators
from tests.stateful.sign_in import Walk, Wish
from tests.world import VERIFIER

T = TypeVar("T")

LENGTHS = (1, 5, 30, 59, 60, 61, 599, 600, 601, HOUR, 2 * HOUR, 12 * HOUR, DAY, 29 * DAY)
LENGTHS += (30 * DAY, 31 * DAY, 200 * DAY, 366 * DAY)
SCOPES = ("read write", "read", "openid read write", "openid", "read list", "openid read list")
SCOPES += ("write", "list", "openid offline_access read", "admin", "read admin")
PICK = st.integers(0, 3) | st.integers(0, 40)  # 0: the latest
CLIENTS = st.sampled_from(("demoweb", "thirdweb", "demospa"))
RESOURCES = st.sampled_from((None, None, API, FILES, ISSUER))
PERSON = st.integers(0, 1)


def pick(things: Sequence[T], number: int) -> T:
    """One of several; 0 is the last."""
    return things[-1 - number % len(things)]


class Story(RuleBasedStateMachine):
    """Requests of clients and people, in any order."""

    def __init__(self, endpoint: str, aws: Recorder, keys: Keys, spare_keys: Keys) -> None:
        super().__init__()
        self.cast = Cast(endpoint, aws, keys)
        self.model = self.cast.model
        self.operators = Operators(self.cast, spare_keys)

    def teardown(self) -> None:
        """At the end every token ever seen is what the model says."""
        for token in self.model.access_tokens:
            self._introspect_access_token(token, "thirdweb")
        for grant in self.model.grants:
            for text in grant.tokens:
                self._introspect_refresh_token(grant, text, "thirdweb")
        self.cast.world.close()

    @invariant()
    def keys_are_published(self) -> None:
        """Every access token that has not expired verifies with the JWKS."""
        if not self.cast.keys_may_have_changed:
            return
        self.cast.publish()
        _, keys = self.cast.published[-1]
        for token in self.model.access_tokens:
            if self.cast.now < token.issued_at + model.ACCESS_TOKEN:
                assert token.kid in keys

    # People and codes

    @rule(
        client_id=CLIENTS,
        scope=st.sampled_from(SCOPES[:4]) | st.sampled_from(SCOPES),
        named=st.sampled_from(((), (), (API,), (FILES,), (API, FILES))),
        prompt=st.sampled_from((None, None, None, "none", "login", "consent")),
        number=PERSON,
        right=st.sampled_from((True, True, True, True, False)),
        session=st.none() | PICK,
        ticked=st.sampled_from(("all", "all", "all", "first", "none", "deny")),
        port=st.sampled_from((8000, 49152)),
        meanwhile=st.sampled_from(("", "", "", "", "", "disable", "password", "switch", "wait")),
        pause=st.sampled_from((1, 61, 599, 600)),
    )
    def ask_for_a_code(
        self,
        client_id: str,
        scope: str,
        named: tuple[str, ...],
        prompt: str | None,
        number: int,
        right: bool,
        session: int | None,
        ticked: str,
        port: int,
        meanwhile: str,
        pause: int,
    ) -> None:
        """A browser, with any session cookie there ever was or none, goes to /authorize."""
        person = self.cast.people[number]
        asked = tuple(scope.split())
        boxes = {"all": asked, "first": asked[:1], "none": (), "deny": None}[ticked]
        wish = Wish(
            *(client_id, asked, named, prompt, person),
            person.password if right else "not the password",
            boxes,
            port,
        )
        sessions = self.model.sessions
        chosen = pick(sessions, session) if session is not None and sessions else None
        acts: dict[str, Callable[[], None]] = {
            "": lambda: None,
            "disable": lambda: self.operators.disable(person, True),
            "password": lambda: self.operators.change_password(person),
            "switch": lambda: self.cast.switch(pause),
            "wait": lambda: self.cast.world.clock.forward(pause),
        }
        Walk(self.cast, chosen, wish).go(acts[meanwhile])

    @initialize(
        first=st.sampled_from(("demoweb", "demospa")), second=CLIENTS, scope=st.sampled_from(SCOPES[:4])
    )
    def begin(self, first: str, second: str, scope: str) -> None:
        """Two users have each connected a client."""
        for number, client_id in enumerate((first, second)):
            person, asked = self.cast.people[number], tuple(scope.split())
            named = (API, FILES) if client_id == "thirdweb" and "write" in scope else (API,)
            plain = Wish(client_id, asked, named, None, person, person.password, asked, 8000)
            Walk(self.cast, None, plain).go(lambda: None)
            self.redeem(0, "", API)

    @precondition(lambda self: self.model.grants)
    @rule(
        which=PICK,
        twist=st.sampled_from(
            ("", "", "", "", "verifier", "no verifier", "redirect", "no redirect", "client", "secret")
        ),
        resource=RESOURCES,
    )
    def redeem(self, which: int, twist: str, resource: str | None) -> None:
        """A code is presented, for the first time or again, rightly or not."""
        grant = pick(self.model.grants, which)
        client_id, secret = self._credentials(grant, twist)
        redirect = {"redirect": grant.redirect + "x", "no redirect": None}
        verifier = {"verifier": VERIFIER[::-1], "no verifier": None}
        verdicts = [
            model.redemption(
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
            self._new_leaf(grant, reply.json["refresh_token"])

    # Refreshing

    @precondition(lambda self: any(grant.tokens for grant in self.model.grants))
    @rule(
        which=PICK,
        behind=st.sampled_from((0, 0, 0, 0, 1, 1, 2, 3, None)),
        twist=st.sampled_from(("", "", "", "", "client", "secret")),
        scope=st.sampled_from((None, None, None, "read", "write", "openid", "read write list")),
        resource=RESOURCES,
    )
    def refresh(
        self,
        which: int,
        behind: int | None,
        twist: str,
        scope: str | None,
        resource: str | None,
    ) -> None:
        """A refresh token is presented: the current one, an older one, or a forged one."""
        grant = pick([grant for grant in self.model.grants if grant.tokens], which)
        if behind is not None:
            behind = min(behind, len(grant.tokens) - 1)
        token = _forged(grant.tokens[-1]) if behind is None else grant.tokens[-1 - behind]
        client_id, secret = self._credentials(grant, twist)
        asked = tuple(scope.split()) if scope else None
        verdicts = [
            model.refreshing(
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
            self.cast.issued(reply, grant, audience, asked or grant.narrowed(audience))
            if behind == 0:
                grant.renew(self.cast.now)
                self._new_leaf(grant, reply.json["refresh_token"])
            else:
                assert reply.json["refresh_token"] == grant.tokens[-1]

    @precondition(lambda self: any(grant.tokens for grant in self.model.grants))
    @rule(which=PICK, kind=st.sampled_from(("code", "refresh token", "access token")))
    def take_one_type_for_another(self, which: int, kind: str) -> None:
        """A token of one type is refused as every other."""
        grant = pick([grant for grant in self.model.grants if grant.tokens], which)
        issued = [token.text for token in self.model.access_tokens if token.grant is grant]
        text = {"code": grant.code, "refresh token": grant.tokens[-1], "access token": issued[-1]}
        client_id, secret = self._credentials(grant, "")
        forms = [{"grant_type": "refresh_token", "refresh_token": text[kind]}]
        if kind != "code":
            code = {"code": text[kind], "code_verifier": VERIFIER, "redirect_uri": grant.redirect}
            forms = [{"grant_type": "authorization_code", **code}]
        if kind == "access token":
            forms.append({"grant_type": "refresh_token", "refresh_token": text[kind]})
        gone = any(app.gone for app in self.cast.possible(client_id))
        for form in forms:
            with self.cast.touching():
                reply = self.cast.post("/token", client_id, secret, **form)
            answer = reply.json["error"]
            assert answer == "invalid_grant" or (gone and answer == "invalid_client")

    # Revoking and looking

    @precondition(lambda self: self.model.grants)
    @rule(
        which=PICK,
        kind=st.sampled_from(("leaf", "leaf", "older", "forged", "code", "access token")),
        twist=st.sampled_from(("", "", "", "client", "secret")),
    )
    def revoke(self, which: int, kind: str, twist: str) -> None:
        """A client revokes a token: its own ends, another's does not."""
        grant = pick(self.model.grants, which)
        issued = [token for token in self.model.access_tokens if token.grant is grant]
        kind = kind if grant.tokens else "code"
        text = {
            "leaf": lambda: grant.tokens[-1],
            "older": lambda: pick(grant.tokens, which),
            "forged": lambda: _forged(grant.tokens[-1]),
            "code": lambda: grant.code,
            "access token": lambda: pick(issued, which).text,
        }[kind]()
        client_id, secret = self._credentials(grant, twist)
        now = self.cast.now
        if kind == "access token":
            known = now < pick(issued, which).issued_at + model.ACCESS_TOKEN
        else:
            known = kind in ("leaf", "older") and now < grant.ends and not grant.person.deleted
        foreign = model.INVALID_GRANT if known and twist == "client" else OK
        verdicts = [
            foreign if app.proves(secret, now) else model.INVALID_CLIENT
            for app in self.cast.possible(client_id)
        ]
        self.cast.aws.reset()
        with self.cast.changing_nothing() if twist else nullcontext():
            reply = self.cast.post("/revoke", client_id, secret, token=text)
        written = self.cast.written() - {grant.key}
        assert all(pk.startswith("J#at#") for pk, _ in written)
        if self.cast.settle(reply, verdicts, grant) == "ok" and known:
            if kind == "access token":
                pick(issued, which).revoked = True
            else:
                grant.dead = True

    @precondition(lambda self: self.model.access_tokens)
    @rule(which=PICK, asker=st.sampled_from(("thirdweb", "thirdweb", "demoweb")))
    def introspect(self, which: int, asker: str) -> None:
        """Introspection knows what became of any token ever seen."""
        token = pick(self.model.access_tokens, which)
        self._introspect_access_token(token, asker)
        if token.grant.tokens:
            self._introspect_refresh_token(token.grant, pick(token.grant.tokens, which), asker)

    # Operators, time, processes

    @rule(
        number=PERSON,
        act=st.sampled_from(("disable", "enable", "enable", "password", "revoke", "grants", "replace")),
    )
    def act_on_a_user(self, number: int, act: str) -> None:
        """An operator acts on a user."""
        person = self.cast.people[number]
        acts: dict[str, Callable[[], None]] = {
            "disable": lambda: self.operators.disable(person, True),
            "enable": lambda: self.operators.disable(person, False),
            "password": lambda: self.operators.change_password(person),
            "revoke": lambda: self.operators.revoke_user(person),
            "grants": lambda: self.operators.revoke_grants(person),
            "replace": lambda: self.operators.replace_user(number),
        }
        acts[act]()

    @rule(client_id=CLIENTS, act=st.sampled_from(("revoke", "secret", "delete")), restart=st.booleans())
    def act_on_a_client(self, client_id: str, act: str, restart: bool) -> None:
        """An operator acts on a client; other processes may not know it for a minute."""
        app = self.model.now_is(client_id)
        if app.gone:
            self.operators.bring_back_client(client_id)
        elif act == "delete":
            self.operators.delete_client(client_id)
        elif act == "revoke" or app.public:
            self.operators.revoke_client(client_id)
        else:
            self.operators.rotate_secret(client_id)
        if restart:
            self.cast.restart()

    @rule(alg=st.sampled_from(ALGORITHMS), patient=st.booleans())
    def rotate_keys(self, alg: str, patient: bool) -> None:
        """An operator moves the keys of one algorithm on."""
        self.operators.rotate_keys(alg, patient=patient)

    @rule(seed=st.integers(0, 3))
    def sweep(self, seed: int) -> None:
        """DynamoDB removes what has expired, or some of it."""
        self.operators.sweep(seed)

    @rule(length=st.sampled_from(LENGTHS))
    def wait(self, length: int) -> None:
        """Time passes."""
        self.cast.world.clock.forward(length)
        self.cast.keys_may_have_changed = True

    @rule(number=st.integers(0, 2))
    def move_to_another_process(self, number: int) -> None:
        """A new process answers, or one that is there."""
        if number == 0:
            self.cast.restart()
        else:
            self.cast.switch(number)

    # What the rules share

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
        with self.cast.touching(*((grant.key,) if may_write else ())):
            if twist == "secret":
                with self.cast.changing_nothing():
                    yield
            else:
                yield

    def _new_leaf(self, grant: Grant, text: str) -> None:
        assert text not in self.cast.seen
        self.cast.seen.add(text)
        grant.tokens.append(text)

    def _introspect_access_token(self, token: model.AccessToken, asker: str) -> None:
        expected = {
            model.access_token_is_active(token, one, owner, self.cast.now)
            for one in self._askers(asker)
            for owner in self.cast.possible(token.grant.client_id)
        }
        self._look(token.text, asker, expected)

    def _introspect_refresh_token(self, grant: Grant, text: str, asker: str) -> None:
        expected = {
            model.refresh_token_is_active(grant, text, one, owner, self.cast.now)
            for one in self._askers(asker)
            for owner in self.cast.possible(grant.client_id)
        }
        self._look(text, asker, expected)

    def _askers(self, asker: str) -> list[App]:
        return self.cast.possible(asker)

    def _look(self, text: str, asker: str, expected: set[bool]) -> None:
        secret = self.model.now_is(asker).secret
        with self.cast.touching():
            reply = self.cast.post("/introspect", asker, secret, token=text)
        if reply.status == 401:
            assert not all(app.proves(secret, self.cast.now) for app in self._askers(asker))
            return
        assert any(app.proves(secret, self.cast.now) for app in self._askers(asker))
        assert reply.json["active"] in expected, reply.text
        if not reply.json["active"]:
            assert reply.json == {"active": False}


def _forged(token: str) -> str:
    """The same grant, another secret."""
    return token[:24] + token[24:].swapcase()


@pytest.fixture(scope="session")
def spare_keys(emulated: tuple[str, Recorder, Keys]) -> Keys:
    """KMS keys to rotate to: two an algorithm, so that one is free whenever one is dropped."""
    environ = {
        "STAGE": "spare",
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": emulated[0],
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    kms = aws_client("kms", environ)
    arns = [bootstrap.create_key(environ, alg) for alg in ALGORITHMS for _ in range(2)]
    keys = {arn: bootstrap.public_jwk(kms, arn) for arn in arns}
    kms.close()
    return keys


def test_the_story_goes_as_the_model_says(
    emulated: tuple[str, Recorder, Keys], spare_keys: Keys
) -> None:
    """Random stories of grants, users, clients, keys, processes and time hold every invariant."""
    run_state_machine_as_test(
        lambda: Story(*emulated, spare_keys),
        settings=settings(
            max_examples=int(os.environ.get("STATEFUL_EXAMPLES", "40")),
            stateful_step_count=int(os.environ.get("STATEFUL_STEPS", "30")),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
