"""A client's redirection endpoint on a loopback port: takes what comes and remembers it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

from infra.local.server import Server
from infra.local.wire import Answer, Call

PAGE = b"<!doctype html><html lang=en><title>Received</title><h1>Received</h1>"


class Receiver:
    """Answers every call with the same page; the calls to `/callback` are in `calls`."""

    def __init__(self, url: str) -> None:
        self.redirect_uri = f"{url}/callback"
        self.calls: list[Call] = []

    def __call__(self, call: Call) -> Answer:
        """The application."""
        if call.path != "/callback":
            return Answer(204, (), b"")
        self.calls.append(call)
        return Answer(200, (("Content-Type", "text/html; charset=utf-8"),), PAGE)

    @property
    def answer(self) -> dict[str, str]:
        """The parameters of the one answer that came, from its query or its form."""
        (call,) = self.calls
        sent = call.body.decode() if call.method == "POST" else call.query
        return {name: value for name, (value,) in parse_qs(sent).items()}

    @property
    def url(self) -> str:
        """The address that the one answer was sent to, with its query."""
        (call,) = self.calls
        return f"{self.redirect_uri}?{call.query}"


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver on a free port."""
    with Server() as server:
        receiver = Receiver(server.url)
        server.start(receiver)
        yield receiver
