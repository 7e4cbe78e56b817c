"""oidc-provider (npm), to measure beside: client_credentials, JWT access tokens signed with ES256
by a key in memory, everything stored in memory. bench/node/server.mjs is it.

Its CPU time is that of its whole process while it answers over HTTP, so parsing HTTP is in it. For
the function API Gateway does that; to tell them apart, `nothings` are the same HTTP exchanges that
never reach oidc-provider.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import time
from http.client import HTTPConnection
from types import TracebackType
from typing import Any, Self

import jwt

from bench.cloud import ROOT

FOLDER = ROOT / "bench/node"
LEFT_OUT = "POSTERN_WITHOUT_BROWSER"
_BODY = b"grant_type=client_credentials&scope=read"
_HEADERS = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Authorization": "Basic " + base64.b64encode(b"bench:benchsecret").decode(),
}


def without() -> str | None:
    """Why it cannot be measured on this machine, or None."""
    if os.environ.get(LEFT_OUT) == "1":
        return f"{LEFT_OUT}=1: this machine does without Node.js"
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    return f"{' and '.join(missing)} not installed" if missing else None


def install() -> None:
    """Its packages as the lock file has them; nothing when they are there."""
    lock, installed = FOLDER / "package-lock.json", FOLDER / "node_modules/.package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=FOLDER, check=True, timeout=300, capture_output=True)


def check(token: str, jwks: dict[str, Any]) -> None:
    """It is a JWT with a true ES256 signature; else what is measured would be something else."""
    key = jwt.PyJWKSet.from_dict(jwks).keys[0]
    jwt.decode(token, key, algorithms=["ES256"], audience="https://api.example.com")


class Provider:
    """Running once entered. `started` is when its process was made (perf_counter)."""

    def __init__(self) -> None:
        install()
        environ = {**os.environ, "NODE_ENV": "production"}
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            ["node", "server.mjs"],
            cwd=FOLDER,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it warns that its store forgets
            text=True,
        )
        self._connection: HTTPConnection | None = None

    def __enter__(self) -> Self:
        try:
            self._connection = HTTPConnection("127.0.0.1", self._line()["port"], timeout=30)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def token(self, path: str = "/token") -> dict[str, Any]:
        """The answer to one request, on a connection that is kept."""
        assert self._connection is not None
        self._connection.request("POST", path, _BODY, _HEADERS)
        response = self._connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError(f"oidc-provider said {response.status}: {content!r}")
        document: dict[str, Any] = json.loads(content)
        return document

    def tokens(self, count: int) -> float:
        """Microseconds of CPU a token."""
        return self._each("/token", count)

    def nothings(self, count: int) -> float:
        """Microseconds of CPU a like HTTP exchange in which oidc-provider has no part."""
        return self._each("/nothing", count)

    def jwks(self) -> dict[str, Any]:
        """Its public keys."""
        assert self._connection is not None
        self._connection.request("GET", "/jwks")
        document: dict[str, Any] = json.loads(self._connection.getresponse().read())
        return document

    def _each(self, path: str, count: int) -> float:
        before = self._cpu()
        for _ in range(count):
            self.token(path)
        return (self._cpu() - before) / count

    def _cpu(self) -> float:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        used = self._line()
        return float(used["user"] + used["system"])

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(
                "oidc-provider ended by itself: run bench/node/server.mjs to see why"
            )
        document: dict[str, Any] = json.loads(line)
        return document

    def _stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
