"""ministack as a child process, on the loopback address only."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

REGION = "eu-west-1"
# The emulator's root: with AUTH, every other key is held to its policies.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}

# The emulator starts its Lambda workers with sys.executable: it is given an environment without
# packages, so that what the zip forgot is missing here as it is on Lambda.
_LAUNCH = "import sys; sys.executable = {worker!r}; from ministack.app import main; main()"
_SECONDS_TO_START = 60


class EmulatorError(Exception):
    """The emulator did not start, or ended by itself."""


class Ministack:
    """`with Ministack() as aws:` and talk to `aws.url`. Its log is `aws.log`."""

    def __init__(self) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="postern-ministack-")
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.log = Path(self._scratch.name) / "log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environ(self) -> dict[str, str]:
        """What makes an AWS client, boto3's or our own, talk to this emulator only."""
        return {
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": REGION,
        }

    def __enter__(self) -> Self:
        environ = {
            **CREDENTIALS,
            "AUTH": "true",  # hold the function to its role's policy
            "BIND_HOST": "127.0.0.1",  # 0.0.0.0 unless told
            "GATEWAY_PORT": str(self._port),
            "HOME": self._scratch.name,  # no profile of the operator's
            "IOT_MTLS_ENABLED": "0",  # no MQTT port
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "MINISTACK_REGION": REGION,
            "PATH": os.environ.get("PATH", ""),
            "SFTP_ENABLED": "0",
            "TMPDIR": self._scratch.name,
        }
        worker = Path(self._scratch.name) / "worker"
        venv.create(worker, symlinks=True)
        launch = _LAUNCH.format(worker=str(worker / "bin" / "python"))
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", launch],
                cwd=self._scratch.name,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process and forget its files; a second call does nothing."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._scratch.cleanup()

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise EmulatorError(f"ministack ended:\n{self.log.read_text(errors='replace')}")
            try:
                with urlopen(f"{self.url}/_ministack/health", timeout=5):
                    return
            except (URLError, OSError):
                time.sleep(0.2)
        raise EmulatorError("ministack did not start in time")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
