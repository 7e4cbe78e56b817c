"""Stands between a function and the emulated AWS, and notes each call: its size, and its units."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, Self
from urllib.parse import urlsplit

from bench.capacity import read_units, write_units
from infra.local.server import Server
from infra.local.wire import Answer, Call


@dataclass(frozen=True, slots=True)
class Noted:
    """One call; sizes in bytes, of the bodies. `algorithm`: of a signature by KMS."""

    action: str
    sent: int
    received: int
    reads: float
    writes: float
    algorithm: str


PATIENCE = 300  # seconds: whoever asks knows how long to wait


class Recorder:
    """`with Recorder(emulator.url) as recorder:` and AWS is at `recorder.url`."""

    def __init__(self, emulator: str) -> None:
        self._emulator = urlsplit(emulator).netloc
        self._server = Server()
        self._calls: list[Noted] = []
        self.url = self._server.url

    def __enter__(self) -> Self:
        self._server.start(self._forward)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def take(self) -> list[Noted]:
        """The calls since the last time."""
        taken, self._calls = self._calls, []
        return taken

    def _forward(self, call: Call) -> Answer:
        action = (call.header("X-Amz-Target") or "").rpartition(".")[2]
        status, body = self._send(call)
        asked: dict[str, Any] = json.loads(call.body)
        said: dict[str, Any] = json.loads(body) if body else {}
        self._calls.append(
            Noted(
                action,
                len(call.body),
                len(body),
                read_units(action, asked, said) if status == 200 else 0,
                write_units(action, asked, said),
                asked.get("SigningAlgorithm", ""),
            )
        )
        return Answer(status, (("Content-Type", "application/x-amz-json-1.1"),), body)

    def _send(self, call: Call) -> tuple[int, bytes]:
        # A connection of its own each time: nobody measures this.
        connection = HTTPConnection(self._emulator, timeout=PATIENCE)
        ours = ("connection", "content-length", "transfer-encoding")
        headers = {name: value for name, value in call.headers if name.lower() not in ours}
        try:
            connection.request("POST", "/", call.body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()
