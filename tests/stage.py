"""One stage on the emulated AWS: its table, keys, clock and log, and the server in one process."""

from __future__ import annotations

import io
import json
import secrets
import threading
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from chalicelib.administration import clients, resources, users
from chalicelib.authentication.password import Cost
from chalicelib.aws import keyring
from chalicelib.aws.client import AWSClient
from chalicelib.aws.credentials import Credentials
from chalicelib.aws.log import Log
from chalicelib.fetching import Fetcher
from chalicelib.function import handler
from chalicelib.protocol import signing_keys
from chalicelib.protocol.signing_keys import SigningKey
from chalicelib.services import Services
from chalicelib.settings import Lifetimes, Settings
from infra import bootstrap, seeds
from infra.local.gateway import API, Gateway
from tests.emulated_aws import Recorder

CHEAPEST = Cost(memory=8, iterations=1, lanes=1)  # only for tests
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


class Stage:
    """A stage with the demo seeds. `restart` forgets what is in memory, as a new Lambda does.

    public_keys: the ARN of each KMS key to sign with, and its public JWK.
    """

    # Who calls others; None: as the stage does.
    fetcher: Fetcher | None = None

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
        self._opened: list[Services] = []
        self.queue_url = self._create_queue()
        self.settings = Settings(
            issuer=issuer,
            stage="local",
            table_name=self.table_name,
            region="eu-west-1",
            logout_queue_url=self.queue_url,
            registration="open",
            lifetimes=lifetimes or Lifetimes(),
        )
        self.environ = {
            "ISSUER": issuer,
            "STAGE": "local",
            "TABLE_NAME": self.table_name,
            "LOGOUT_QUEUE_URL": self.queue_url,
            "REGISTRATION": "open",
            "AWS_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }
        self.restart()
        self._create_table()
        self._fill_keyring(public_keys)
        resources.create(seeds.RESOURCE, self.services)
        users.create(*seeds.USER, seeds.CLAIMS, self.services, CHEAPEST, seeds.ROLES)
        for metadata in seeds.CLIENTS:
            clients.create(metadata, self.services)
        # Let what is issued next be later than what the set-up wrote.
        self.clock.forward(1)
        self.restart()
        aws.reset()

    def restart(self) -> None:
        """A new process: nothing cached, no suspects."""
        self.services = self.new_services()
        function = handler(lambda: self.services)
        self.gateway = Gateway(function, API, self.issuer, lock=threading.Lock())

    def new_services(self) -> Services:
        """The services of another process of the same stage."""
        client = self.new_client()
        services = Services(
            self.settings,
            lambda: client,
            now=self.clock,
            log=Log(self.log),
            fetcher=self.fetcher,
        )
        self._opened.append(services)
        return services

    def new_client(self) -> AWSClient:
        """A client of the emulated AWS."""
        return AWSClient(
            "eu-west-1",
            lambda: Credentials("local", "local"),
            endpoint=self.endpoint,
            timeout=20,  # a busy machine is no fault of AWS
        )

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

    def _create_queue(self) -> str:
        with closing(self.new_client()) as client:
            named = {"QueueName": f"{self.table_name}-logout"}
            return str(client.call("sqs", "CreateQueue", named)["QueueUrl"])

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
