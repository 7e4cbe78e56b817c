"""The run from the outside: a program that starts, says so, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).resolve().parents[3]
STAND_IN = (str(Path(__file__).with_name("stand_in.py")),)
REAL = (*STAND_IN, "real")


@contextmanager
def program(
    command: tuple[str, ...],
    folder: Path,
    environ: Mapping[str, str] | None = None,
    out: int | IO[bytes] = subprocess.PIPE,
) -> Iterator[subprocess.Popen[bytes]]:
    """A running program on a free port, killed at the end if it still lives."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    started = subprocess.Popen(
        [sys.executable, "-W", "error", "-X", "dev", command[0], str(folder), *command[1:]],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT), "PORT": "0", **(environ or {})},
        stdout=out,
        stderr=subprocess.PIPE,
    )
    with started:
        try:
            yield started
        finally:
            if started.poll() is None:
                started.kill()


def ready(started: subprocess.Popen[bytes]) -> str:
    """The address of the `ready` line."""
    assert started.stdout is not None
    for line in started.stdout:
        if line.startswith(b"ready "):
            return line.split()[1].decode()
    assert started.stderr is not None
    raise AssertionError(started.stderr.read().decode())


def fetch(url: str) -> bytes:
    """The body of a page."""
    with urllib.request.urlopen(url, timeout=10) as response:
        body: bytes = response.read()
    return body


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_everything_quietly(tmp_path: Path, number: signal.Signals) -> None:
    """Status 0, no word on standard error, no file left, and both ports free again."""
    with program(STAND_IN, tmp_path) as started:
        base = ready(started)
        lines = (tmp_path / ".local" / "env").read_text().splitlines()
        endpoint = dict(line.split("=", 1) for line in lines)["AWS_ENDPOINT_URL"]
        assert fetch(f"{base}/healthz") == base.encode()
        started.send_signal(number)
        _, err = started.communicate(timeout=20)
    assert (started.returncode, err) == (0, b"")
    assert list(tmp_path.iterdir()) == []
    for url in (base, endpoint):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))


def test_signal_while_starting_ends_it_too(tmp_path: Path) -> None:
    """Ctrl-C in the middle of the start leaves nothing and prints no trace."""
    with program(STAND_IN, tmp_path) as started:
        assert started.stdout is not None
        started.stdout.readline()
        time.sleep(0.3)
        started.send_signal(signal.SIGINT)
        _, err = started.communicate(timeout=20)
    assert (started.returncode, err) == (0, b"")
    assert list(tmp_path.iterdir()) == []


def test_issuer_of_the_environment_reaches_the_handler(tmp_path: Path) -> None:
    """ISSUER is set before the handler is loaded."""
    with program(STAND_IN, tmp_path, {"ISSUER": "https://id.example"}) as started:
        assert fetch(f"{ready(started)}/healthz") == b"https://id.example"


def test_output_to_a_file_ends_with_the_ready_line(tmp_path: Path) -> None:
    """With output to a file every line is plain and the last one is there at once."""
    with (tmp_path / "log").open("w+b") as log, program(STAND_IN, tmp_path, out=log) as started:
        limit = time.monotonic() + 30
        while b"\nready http" not in (text := (tmp_path / "log").read_bytes()):
            assert time.monotonic() < limit
            assert started.poll() is None
            time.sleep(0.05)
    assert b"\33" not in text
    assert text.splitlines()[-1].startswith(b"ready http://127.0.0.1:")


def test_busy_port_is_refused_with_advice(tmp_path: Path) -> None:
    """A port in use ends the run with status 1 and names the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with program(STAND_IN, tmp_path, {"PORT": str(port)}) as started:
            _, err = started.communicate(timeout=20)
    assert started.returncode == 1
    assert f"port {port} on 127.0.0.1 cannot be used" in err.decode()
    assert b"Traceback" not in err


@pytest.mark.parametrize(
    ("environ", "reason"),
    [
        ({"STAGE": "prod"}, "only runs as stage local"),
        ({"PORT": "eight"}, "PORT must be a number"),
        ({"ISSUER": "http://id.example"}, "ISSUER must be an https URL"),
    ],
)
def test_refusal_is_one_sentence(tmp_path: Path, environ: dict[str, str], reason: str) -> None:
    """What cannot run says why on standard error, with status 1 and no trace."""
    with program(STAND_IN, tmp_path, environ) as started:
        _, err = started.communicate(timeout=20)
    assert started.returncode == 1
    assert reason in err.decode()
    assert err.count(b"\n") == 1


def test_the_curl_line_works_when_pasted(tmp_path: Path) -> None:
    """The real server starts, the printed line gets a token, and Ctrl-C ends it."""
    with program(REAL, tmp_path) as started:
        assert started.stdout is not None
        lines = []
        for line in started.stdout:
            lines.append(line.decode().strip())
            if lines[-1].startswith("ready "):
                break
        curl = next(line for line in lines if line.startswith("curl "))
        answer = subprocess.run(["sh", "-c", curl], capture_output=True, check=True, timeout=30)
        started.send_signal(signal.SIGINT)
        started.communicate(timeout=20)
    assert b'"access_token"' in answer.stdout
    assert started.returncode == 0
    assert list(tmp_path.iterdir()) == []
