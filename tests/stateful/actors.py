"""The server, its processes, and who talks to it; each answer is compared with the model."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import jwt

from chalicelib.administration import clients, resources, users
from infra import seeds
from tests.reply import Reply
from tests.stage import CHEAPEST
from tests.stateful import id_tokens
from tests.stateful.browsers import Jar
from tests.stateful.model import (
    ACCESS_TOKEN,
    API,
    FILES,
    ISSUER,
    AccessToken,
    App,
    Grant,
    IDToken,
    Model,
    Person,
)
from tests.stateful.rules import Verdict
from tests.world import World

WRITES = ("PutItem", "UpdateItem", "DeleteItem")
WRONG = "wrong-secret"

AFTER = (seeds.AFTER_LOGOUT,)
APPS = (
    App("demoweb", "demowebsecret", seeds.REDIRECT, (API,), after_logout=AFTER),
    App("demospa", None, seeds.REDIRECT, (API,), after_logout=AFTER),
    App(
        "thirdweb",
        "thirdwebsecret",
        "https://app.example.net/cb",
        (API, FILES),
        sees_all=True,
        after_logout=("https://app.example.net/bye", "https://app.example.net/bye?x=y"),
    ),
    App(
        "pairweb",
        "pairwebsecret",
        "https://pair.example.org/cb",
        (API,),
        after_logout=("https://pair.example.org/",),
        sector="pair.example.org",
    ),
)
_MADE_HERE = APPS[2:]
_FILES = {
    "resource": FILES,
    "name": "Files",
    "scopes": {"read": "Read your files", "list": "List your files"},
    "signing_alg": "ES256",
}


class Cast:
    """The server with its clients and users, and the model that knows what it must say."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.aws = world.aws
        self.model = Model()
        self.requests = 0
        self.published: list[tuple[int, dict[str, jwt.PyJWK]]] = []
        self.jars = [Jar() for _ in range(3)]
        self.seen: set[str] = set()
        services = self.world.services
        resources.create(_FILES, services)
        for app in _MADE_HERE:
            clients.create(metadata(app), services)
        first = users.find(seeds.USER[0], services)
        self.people = [
            Person(*seeds.USER, first.subject, seeds.CLAIMS, first.user_id),
            self.new_person("second@example.com", "second-password"),
        ]
        for app in APPS:
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

    def post(self, path: str, client_id: str, secret: str | None, **form: str | None) -> Reply:
        """POST a form as a client; None leaves a field out."""
        fields = {name: value for name, value in form.items() if value is not None}
        headers = [("Content-Type", "application/x-www-form-urlencoded")]
        if secret is None:
            fields["client_id"] = client_id
        else:
            token = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
            headers.append(("Authorization", f"Basic {token}"))
        body = urlencode(fields).encode()
        return self.world.request("POST", path, headers=headers, body=body, address=self.address())

    def userinfo(self, token: str, *, form: bool = False) -> Reply:
        """Ask /userinfo, with the token in the header or in a form."""
        headers, body = [("Authorization", f"Bearer {token}")], b""
        if form:
            headers = [("Content-Type", "application/x-www-form-urlencoded")]
            body = urlencode({"access_token": token}).encode()
        method = "POST" if form else "GET"
        address = self.address()
        return self.world.request(method, "/userinfo", headers=headers, body=body, address=address)

    def written(self) -> set[tuple[str, str]]:
        """The keys that writes were tried on since the last reset, without counters."""
        keys = set()
        for call in self.aws.calls:
            if call.action in WRITES:
                key = call.payload.get("Key") or call.payload["Item"]
                keys.add((key["pk"]["S"], key["sk"]["S"]))
        return {key for key in keys if not key[0].startswith("Q#")}

    def items(self) -> list[dict[str, Any]]:
        """The table without counters."""
        return [item for item in self.world.items() if not item["pk"]["S"].startswith("Q#")]

    @contextmanager
    def touching(self, *allowed: tuple[str, str]) -> Iterator[None]:
        """Inside, writes go to these items only."""
        self.aws.reset()
        yield
        assert self.written() <= set(allowed)

    @contextmanager
    def changing_nothing(self) -> Iterator[None]:
        """Inside, the table stays as it is, but for counters."""
        before = self.items()
        yield
        assert self.items() == before

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

    def issued(self, reply: Reply, grant: Grant, audience: str, scope: tuple[str, ...]) -> None:
        """Check a token response, and remember its tokens."""
        answer = reply.json
        assert answer["token_type"] == "Bearer"
        assert answer["scope"] == " ".join(scope)
        text = answer["access_token"]
        claims = self.verified(text, audience)
        assert claims["client_id"] == grant.client_id
        assert claims["scope"] == answer["scope"]
        self.call(grant, claims["sub"])
        assert (claims["iat"], claims["exp"]) == (self.now, self.now + answer["expires_in"])
        assert text not in self.seen
        self.seen.add(text)
        kid = jwt.get_unverified_header(text)["kid"]
        self.model.access_tokens.append(AccessToken(text, grant, self.now, audience, scope, kid))
        assert ("id_token" in answer) == ("openid" in grant.scope and not grant.tokens)
        if "id_token" in answer:
            told = self.verified(answer["id_token"], grant.client_id)
            self.call(grant, told["sub"])
            id_tokens.check(told, text, grant, self.now)
            self.model.sids.learn(told["sid"], grant.lineage, grant.client_id)
            kid = jwt.get_unverified_header(answer["id_token"])["kid"]
            self.model.id_tokens.append(IDToken(answer["id_token"], grant, kid))

    def call(self, grant: Grant, name: str) -> None:
        """A client is told who the user is: the public name, or one for its sector alone."""
        sector = self.model.now_is(grant.client_id).sector
        assert (name == grant.person.subject) == (sector is None)
        assert grant.person.key not in name
        self.model.subjects.learn(name, grant.person, sector)

    def verified(self, text: str, audience: str) -> dict[str, Any]:
        """The claims, by every JWKS that a resource server may hold now."""
        header = jwt.get_unverified_header(text)
        claims: dict[str, Any] = {}
        for _, keys in self.published:
            assert header["kid"] in keys, "a verifier does not know the key"
            claims = jwt.decode(
                text,
                keys[header["kid"]],
                algorithms=["ES256" if audience == FILES else "RS256"],
                audience=audience,
                issuer=ISSUER,
                options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        return claims


def metadata(app: App) -> dict[str, object]:
    """What registers a client."""
    if app.secret is None:
        given: dict[str, object] = {"token_endpoint_auth_method": "none"}
    else:
        given = {"client_secret": app.secret}
    return {
        **given,
        "client_id": app.client_id,
        "client_name": app.client_id,
        "redirect_uris": [app.redirect],
        "grant_types": seeds.CODE_FLOW,
        "allowed_resources": list(app.resources),
        "introspection": "all" if app.sees_all else "own",
        "post_logout_redirect_uris": list(app.after_logout),
        "subject_type": "pairwise" if app.sector else "public",
    }
