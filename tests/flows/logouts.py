"""Clients that hear of a logout, and the queue between: the test does what SQS and Lambda do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

from chalicelib import logout_delivery
from chalicelib.administration import clients
from infra.local.server import Server
from infra.local.wire import Answer, Call
from tests.browser import Browser
from tests.reply import claims
from tests.world import REDIRECT, World

SECRET = "listener-secret"


class Listener:
    """A client's back-channel endpoint: answers each call by the next status, the last for ever."""

    def __init__(self, url: str) -> None:
        self.url = f"{url}/logout?from=op"
        self.statuses = [200]
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> Answer:
        """The application."""
        self.calls.append(call)
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return Answer(status, (), b"")

    @property
    def tokens(self) -> list[str]:
        """The logout tokens that came."""
        return [parse_qs(call.body.decode())["logout_token"][0] for call in self.calls]

    @property
    def told(self) -> list[dict[str, Any]]:
        """What they say."""
        return [claims(token) for token in self.tokens]


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener on a free port."""
    with Server() as server:
        listener = Listener(server.url)
        server.start(listener)
        yield listener


def add(world: World, client_id: str, **metadata: Any) -> str:
    """A client that signs people in; `metadata` says how it hears of a logout."""
    clients.create(
        {
            "client_id": client_id,
            "client_secret": SECRET,
            "redirect_uris": [REDIRECT],
            "grant_types": ["authorization_code", "refresh_token"],
            **metadata,
        },
        world.services,
    )
    return client_id


def enter(world: World, browser: Browser, client_id: str, **changes: str) -> dict[str, Any]:
    """Sign in to a client; its tokens."""
    asked = {"scope": "openid", **changes}
    code = world.code(browser, client_id=client_id, **asked)
    answer = world.redeem(code, auth=(client_id, SECRET))
    assert answer.status == 200, answer.json
    return dict(answer.json)


def sign_out(browser: Browser) -> Browser:
    """By the page of the server itself."""
    return browser.open(f"{browser.world.issuer}/logout").submit("logout")


def received(world: World) -> list[dict[str, Any]]:
    """The messages that are to be seen now, as Lambda gets them."""
    answer = world.services.client.call(
        "sqs",
        "ReceiveMessage",
        {"QueueUrl": world.queue_url, "MaxNumberOfMessages": 10, "AttributeNames": ["All"]},
    )
    return [
        {
            "body": message["Body"],
            "receiptHandle": message["ReceiptHandle"],
            "attributes": message["Attributes"],
        }
        for message in answer.get("Messages", ())
    ]


def deliver(world: World) -> list[Exception | None]:
    """What SQS and Lambda do with the messages to be seen: call, and remove what went well."""
    results: list[Exception | None] = []
    for record in received(world):
        receipt = {"QueueUrl": world.queue_url, "ReceiptHandle": record["receiptHandle"]}
        try:
            logout_delivery.handle({"Records": [record]}, world.services)
        except Exception as problem:
            results.append(problem)
            # Its next try is not waited for.
            hidden = {**receipt, "VisibilityTimeout": 0}
            world.services.client.call("sqs", "ChangeMessageVisibility", hidden)
        else:
            results.append(None)
            world.services.client.call("sqs", "DeleteMessage", receipt)
    return results
