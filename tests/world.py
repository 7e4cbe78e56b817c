"""A whole server for one test: its table, keys, clock, log, and API Gateway in front of it."""

from __future__ import annotations

import base64
import copy
import io
import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from chalice.app import Chalice

from chalicelib import routes
from chalicelib.administration import clients, resources, users
from chalicelib.authentication.password import Cost
from chalicelib.aws import keyring
from chalicelib.aws.client import AWSClient
from chalicelib.aws.credentials import Credentials
from chalicelib.aws.log import Log
from chalicelib.encoding import base64url, sha256
from chalicelib.protocol import signing_keys
from chalicelib.protocol.signing_keys import SigningKey
from chalicelib.services import Services
from chalicelib.settings import Lifetimes, Settings
from infra import bootstrap, seeds
from infra.local.gateway import Gateway
from infra.local.wire import Answer, Call
from tests import invariants
from tests.browser import Browser, Page
from tests.emulated_aws import Recorder

CHEAPEST = Cost(memory=8, iterations=1, lanes=1)  # only for tests
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636 appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
REDIRECT = "http://127.0.0.1:8000/demo/callback"
START = 1_800_000_000


class Clock:
    """A clock that moves only when it is told to; called, it gives epoch seconds."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> int:
        return self.time

    def forward(self, seconds: int) -> None:
        """Let time pass."""
        self.time += seconds


@dataclass(frozen=True)
class Reply:
    """What came back."""

    answer: Answer

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status

    @property
    def text(self) -> str:
        """The body."""
        return self.answer.body.decode()

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        document = json.loads(self.text)
        assert isinstance(document, dict)
        return document

    @property
    def is_page(self) -> bool:
        """Whether people see it."""
        return (self.header("Content-Type") or "").startswith("text/html")

    @property
    def page(self) -> Page:
        """The page, read."""
        return Page(self.text)

    def header(self, name: str) -> str | None:
        """The one value of a header, or None."""
        values = self.headers_of(name)
        assert len(values) < 2, f"{name} stands twice"
        return values[0] if values else None

    def headers_of(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for given, value in self.answer.headers if given.lower() == name.lower()]


class World:
    """One stage. `restart` forgets what is in memory, as a new Lambda environment does.

    public_keys: the ARN of each KMS key to sign with, and its public JWK.
    """

    def __init__(
        self,
        endpoint: str,
        aws: Recorder,
        public_keys: Mapping[str, Mapping[str, str]],
        *,
        issuer: str = "https://id.example.com",
        lifetimes: Lifetimes | None = None,
    ) -> None:
        self.aws = aws
        self.endpoint = endpoint
        self.issuer = issuer
        self.clock = Clock()
        self.log = io.StringIO()
        self.logs = [self.log]
        # What must never stand in a log: see invariants.py.
        self.secrets: set[str] = set()
        self.public: set[str] = set()
        self.table_name = f"postern-{secrets.token_hex(8)}"
        self.settings = Settings(
            issuer=issuer,
            stage="local",
            table_name=self.table_name,
            region="eu-west-1",
            lifetimes=lifetimes or Lifetimes(),
        )
        # A browser that is signed in already, for `code`; None: a new one each time.
        self.member: Browser | None = None
        self._opened: list[Services] = []
        self.environ = {
            "ISSUER": issuer,
            "STAGE": "local",
            "TABLE_NAME": self.table_name,
            "AWS_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }
        self.restart()
        self._create_table()
        self._fill_keyring(public_keys)
        resources.create(seeds.RESOURCE, self.services)
        users.create(*seeds.USER, seeds.CLAIMS, self.services, cost=CHEAPEST)
        for metadata in seeds.CLIENTS:
            clients.create(metadata, self.services)
        # Let what is issued next be later than what the set-up wrote.
        self.clock.forward(1)
        self.restart()
        aws.reset()

    def restart(self) -> None:
        """A new process: nothing cached, no suspects."""
        self.services = self.new_services()
        self.app = Chalice(app_name="postern")
        routes.mount(self.app, lambda: self.services)
        self.gateway = Gateway(self.app, self.app.routes, self.issuer, lock=threading.Lock())

    def new_services(self) -> Services:
        """The services of another process of the same stage."""
        client = AWSClient(
            "eu-west-1", lambda: Credentials("local", "local"), endpoint=self.endpoint
        )
        services = Services(self.settings, client, now=self.clock, log=Log(self.log))
        self._opened.append(services)
        return services

    def twin(self) -> World:
        """Another process of the same stage, for a thread of its own, with a log of its own."""
        other = copy.copy(self)
        other.log = io.StringIO()
        self.logs.append(other.log)
        other.restart()
        return other

    def next_test(self) -> None:
        """Look for secrets in the log; forget it, the calls and every window of throttling."""
        for log in self.logs:
            invariants.check_log(log.getvalue(), self.secrets - self.public)
            log.seek(0)
            log.truncate()
        self.secrets.clear()
        self.public.clear()
        self.aws.reset()
        self.clock.forward(15 * 60)
        if self.member is not None:
            # Eleven hours of its session are left, or it signs in anew.
            self.member.open(self.authorize_url(prompt="none", max_age="3600"))
            if "error" in (self.member.arrived or {}):
                self.code(prompt="login")
            self.aws.reset()

    def close(self) -> None:
        """Close every connection that was opened, and look for secrets in the log."""
        for services in self._opened:
            services.close()
        for log in self.logs:
            invariants.check_log(log.getvalue(), self.secrets - self.public)

    def _create_table(self) -> None:
        keys = (("pk", "HASH"), ("sk", "RANGE"))
        self.services.client.call(
            "dynamodb",
            "CreateTable",
            {
                "TableName": self.table_name,
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [
                    {"AttributeName": name, "AttributeType": "S"} for name, _ in keys
                ],
                "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            },
        )

    def _fill_keyring(self, public_keys: Mapping[str, Mapping[str, str]]) -> None:
        keyring.create(self.services.table, secrets.token_bytes(32))
        keys: tuple[SigningKey, ...] = ()
        for arn, jwk in public_keys.items():
            keys = signing_keys.announce(keys, arn, jwk, self.clock())
        keyring.save(self.services.table, bootstrap.read_keyring(self.services), keys)

    def request(
        self,
        method: str,
        target: str,
        *,
        headers: list[tuple[str, str]] | None = None,
        body: bytes = b"",
        address: str = "203.0.113.7",
    ) -> Reply:
        """Send one request through the gateway; the reply is held against the invariants."""
        reply = Reply(self.gateway(Call(method, target, headers or [], body, address)))
        carried = invariants.carried_by(headers or [], body)
        self.secrets |= carried.held | invariants.secrets_of_reply(reply)
        self.public |= carried.public
        invariants.check(self, method, target, reply)
        invariants.check_not_given_back(reply, carried.sent)
        return reply

    def get(self, target: str, **query: str) -> Reply:
        """GET with a query."""
        return self.request("GET", f"{target}?{urlencode(query)}" if query else target)

    def post(
        self,
        path: str,
        form: Mapping[str, str] | list[tuple[str, str]],
        *,
        auth: tuple[str, str] | None = None,
        headers: list[tuple[str, str]] | None = None,
    ) -> Reply:
        """POST a form, with HTTP Basic where `auth` is given."""
        sent = [("Content-Type", "application/x-www-form-urlencoded"), *(headers or [])]
        if auth is not None:
            token = base64.b64encode(":".join(auth).encode()).decode()
            sent.append(("Authorization", f"Basic {token}"))
        return self.request("POST", path, headers=sent, body=urlencode(form).encode())

    def browser(self, address: str = "203.0.113.7") -> Browser:
        """A new browser."""
        return Browser(self, address)

    def authorize_url(self, **changes: str | None) -> str:
        """The URL of a good authorization request of demoweb; None leaves a parameter out."""
        parameters = {
            "response_type": "code",
            "client_id": "demoweb",
            "redirect_uri": REDIRECT,
            "scope": "read write",
            "state": "af0ifjsldkj",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        changed = {**parameters, **changes}
        kept = {name: value for name, value in changed.items() if value is not None}
        return f"{self.issuer}/authorize?{urlencode(kept)}"

    def code(self, browser: Browser | None = None, **changes: str | None) -> str:
        """A fresh code: signs in and consents as far as it is asked to."""
        browser = browser or self.member or self.browser()
        browser.open(self.authorize_url(**changes))
        if browser.arrived is None and "sign-in" in browser.page.forms:
            browser.sign_in()
        if browser.arrived is None and "consent" in browser.page.forms:
            browser.allow()
        if browser.arrived is None and "form-post" in browser.page.forms:
            browser.submit("form-post")
        assert browser.arrived is not None
        assert "code" in browser.arrived, browser.arrived
        return browser.arrived["code"]

    def redeem(
        self,
        code: str,
        *,
        auth: tuple[str, str] | None = ("demoweb", "demowebsecret"),
        **changes: str,
    ) -> Reply:
        """Trade a code; `auth=None` with `client_id=` for a public client."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.post("/token", form, auth=auth)

    def refresh(
        self,
        token: str,
        *,
        auth: tuple[str, str] | None = ("demoweb", "demowebsecret"),
        **changes: str,
    ) -> Reply:
        """Trade a refresh token."""
        form = {"grant_type": "refresh_token", "refresh_token": token, **changes}
        return self.post("/token", form, auth=auth)

    def tokens(self, browser: Browser | None = None, **changes: str | None) -> dict[str, Any]:
        """A whole code flow of demoweb, to its tokens."""
        reply = self.redeem(self.code(browser, **changes))
        assert reply.status == 200, reply.text
        return reply.json

    def introspect(
        self, token: str, auth: tuple[str, str] = ("demoweb", "demowebsecret")
    ) -> dict[str, Any]:
        """What introspection says of a token."""
        reply = self.post("/introspect", {"token": token}, auth=auth)
        assert reply.status == 200, reply.text
        return reply.json

    def revoke(self, token: str, auth: tuple[str, str] = ("demoweb", "demowebsecret")) -> Reply:
        """Revoke a token."""
        return self.post("/revoke", {"token": token}, auth=auth)

    def events(self, name: str | None = None) -> list[dict[str, Any]]:
        """The audit events so far, of one name if given."""
        lines = [json.loads(line) for line in self.log.getvalue().splitlines()]
        return [
            line for line in lines if line["kind"] == "audit" and name in (None, line.get("event"))
        ]

    def writes(self) -> list[str]:
        """The keys written since the recorder was reset, but for counters of failed attempts."""
        keys = [
            call.payload.get("Key") or call.payload["Item"]
            for call in self.aws.calls
            if call.action in ("PutItem", "UpdateItem", "DeleteItem")
        ]
        names = [f"{key['pk']['S']} {key['sk']['S']}" for key in keys]
        return [name for name in names if not name.startswith("Q#")]

    def set_counters(self, what: str, count: int) -> None:
        """Let each counter of `what` that stand at `count`, as if it had failed so often."""
        found = [item for item in self.items() if item["pk"]["S"].startswith(f"Q#{what}#")]
        assert found, f"nothing was counted as {what}"
        for item in found:
            changed = {**item, "n": {"N": str(count)}}
            request = {"TableName": self.table_name, "Item": changed}
            self.services.client.call("dynamodb", "PutItem", request)

    def items(self) -> list[dict[str, Any]]:
        """Everything in the table, as DynamoDB holds it; the test's right, not the server's."""
        answer = self.services.client.call("dynamodb", "Scan", {"TableName": self.table_name})
        found: list[dict[str, Any]] = answer["Items"]
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def challenge(verifier: str) -> str:
    """The S256 challenge of a verifier, computed here."""
    return base64url(sha256(verifier))


def claims(jwt: str) -> dict[str, Any]:
    """The claims of a JWT, unproved."""
    part = jwt.split(".")[1]
    document = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    assert isinstance(document, dict)
    return document
