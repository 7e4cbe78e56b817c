"""One call in a process of its own. Imported by that process: it starts nothing."""

from __future__ import annotations

import io
import threading
from contextlib import closing
from functools import partial
from typing import Any
from urllib.parse import urlencode

from chalicelib.aws.log import Log
from chalicelib.function import handler
from chalicelib.services import Services
from chalicelib.settings import Settings
from infra.local.gateway import API, Gateway
from infra.local.wire import Call
from tests.emulated_aws import Recorder
from tests.on_ministack import RecordingClient
from tests.races.starting_line import all_at_once

# Given to the process when it starts: a barrier is inherited, it cannot be sent.
_line: Any = None


def at_the_line(line: Any) -> None:
    """The process starts; `line` is where every thread of every process waits."""
    global _line
    _line = line


def redeem(endpoint: str, settings: Settings, now: int, form: dict[str, str], racers: int) -> Any:
    """What so many threads of this process were answered: (status, body) each."""
    acts = [partial(_redeem, endpoint, settings, now, form) for _ in range(racers)]
    return all_at_once(acts)


def send(
    endpoint: str,
    settings: Settings,
    now: int,
    call: tuple[str, str, list[tuple[str, str]], bytes],
    racers: int,
) -> Any:
    """What so many threads of this process were answered to one call: (status, body) each."""
    return all_at_once([partial(_send, endpoint, settings, now, Call(*call))] * racers)


def _send(endpoint: str, settings: Settings, now: int, call: Call) -> tuple[int, bytes]:
    client = RecordingClient(endpoint, Recorder())
    with closing(
        Services(settings, lambda: client, now=lambda: now, log=Log(io.StringIO()))
    ) as services:
        gateway = Gateway(handler(lambda: services), API, settings.issuer, lock=threading.Lock())
        _line.wait(timeout=60)
        answer = gateway(call)
        return answer.status, answer.body


def _redeem(endpoint: str, settings: Settings, now: int, form: dict[str, str]) -> tuple[int, bytes]:
    client = RecordingClient(endpoint, Recorder())
    with closing(
        Services(settings, lambda: client, now=lambda: now, log=Log(io.StringIO()))
    ) as services:
        gateway = Gateway(handler(lambda: services), API, settings.issuer, lock=threading.Lock())
        # "demoweb:demowebsecret", the demo seeds' HTTP Basic credentials.
        headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Authorization", "Basic ZGVtb3dlYjpkZW1vd2Vic2VjcmV0"),
        ]
        _line.wait(timeout=60)
        answer = gateway(Call("POST", "/token", headers, urlencode(form).encode()))
        return answer.status, answer.body
