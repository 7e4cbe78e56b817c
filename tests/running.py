"""The real server, as `make run` starts it, in a process of its own with a folder of its own."""

from __future__ import annotations

import io
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import requests

from chalicelib.administration import clients, resources, users
from chalicelib.aws.log import Log
from chalicelib.records.record import Value
from chalicelib.services import Services
from infra import seeds
from infra.stage import environment, open_services
from tests.world import VERIFIER

ROOT = Path(__file__).resolve().parents[1]
# `python -m infra.local` itself, but for the folder: `.local` belongs to the developer's own run.
PROGRAM = (str(ROOT / "tests/infra/local/stand_in.py"),)
SECONDS = 60
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Running:
    """A server that answers at `url`, and the operator's way to it."""

    url: str
    services: Services

    def client(self, **metadata: object) -> str:
        """Register a client under a name of its own; its secret is its name and `secret`."""
        client_id = f"c{secrets.token_hex(6)}"
        document = {
            "client_id": client_id,
            "client_name": "Interop",
            "grant_types": seeds.CODE_FLOW,
            "allowed_resources": [seeds.RESOURCE["resource"]],
            **metadata,
        }
        if str(document.get("token_endpoint_auth_method", "client_secret")).startswith("client_s"):
            document["client_secret"] = f"{client_id}secret"
        clients.create(document, self.services)
        return client_id

    def user(self, **claims: Value) -> str:
        """Make a user under a name of their own, with PASSWORD; nothing of theirs is shared."""
        username = f"{secrets.token_hex(6)}@example.com"
        users.create(username, PASSWORD, claims, self.services)
        return username

    def redeem(self, client_id: str, code: str, redirect_uri: str) -> dict[str, Any]:
        """What a client of `client` gets for a code of tests/chromium.py's requests."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": VERIFIER,
        }
        auth = (client_id, f"{client_id}secret")
        with requests.post(f"{self.url}/token", form, auth=auth, timeout=20) as response:
            answer: dict[str, Any] = response.json()
        return answer

    def resource(self, **metadata: object) -> str:
        """Register a resource under a name of its own."""
        uri = f"https://{secrets.token_hex(6)}.example.com"
        resources.create({**seeds.RESOURCE, "resource": uri, **metadata}, self.services)
        return uri


@contextmanager
def started(folder: Path, **settings: str) -> Iterator[Running]:
    """The server, ready; stopped by Ctrl-C, and then it must end with status 0 and no complaint.

    settings: variables of its environment.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    for name in ("ISSUER", "STAGE"):
        kept.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, *PROGRAM, str(folder), "real"],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT), "PORT": "0", **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        out, err = _Lines(process.stdout), _Lines(process.stderr)
        try:
            url = _ready(process, out, err)
            environ = environment("local", {}, folder)
            with closing(open_services(environ, Log(io.StringIO()))) as services:
                yield Running(url, services)
        except BaseException:
            process.kill()
            raise
        else:
            process.send_signal(signal.SIGINT)
            try:
                status = process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        finally:
            out.join()
            err.join()
    assert (status, err.text) == (0, "")


class _Lines(threading.Thread):
    """Reads a pipe to its end, so that it never fills."""

    def __init__(self, pipe: IO[str]) -> None:
        super().__init__(name="pipe")
        self._pipe = pipe
        self.lines: list[str] = []
        self.start()

    def run(self) -> None:
        """Until the other end closes."""
        for line in self._pipe:
            self.lines.append(line.rstrip("\n"))

    @property
    def text(self) -> str:
        """Everything so far."""
        return "\n".join(self.lines)


def _ready(process: subprocess.Popen[str], out: _Lines, err: _Lines) -> str:
    """The address of the line `ready`."""
    limit = time.monotonic() + SECONDS
    while time.monotonic() < limit:
        for line in out.lines:
            if line.startswith("ready "):
                return line.removeprefix("ready ")
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{out.text}\n{err.text}")
