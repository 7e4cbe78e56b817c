"""Postern with both shapes of issuer, and the example MCP server that trusts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from chalicelib.administration import resources
from examples.mcp.protected import READ, WRITE
from infra.local.server import Server
from infra.local.wire import Answer, Application, Call
from tests.document_host import certificate
from tests.interop.secure import SecureServer
from tests.running import ROOT, Running, started

SECONDS = 60
STAGE = "/dev"
SCOPES = {READ: "Read your notes", WRITE: "Write notes for you"}


@contextmanager
def at_a_stage_path(folder: Path, **settings: str) -> Iterator[Running]:
    """A server as behind an execute-api URL: outside of its stage API Gateway answers 403."""
    with Server() as gateway:
        issuer = gateway.url + STAGE
        with started(folder, ISSUER=issuer, **settings) as inner:
            gateway.start(_stage(inner.url))
            yield replace(inner, url=issuer)


def _stage(url: str) -> Application:
    authority = urlsplit(url).netloc

    def forward(call: Call) -> Answer:
        path = call.target.removeprefix(STAGE)
        if path == call.target or path[:1] not in ("", "/", "?"):
            return Answer(403, (("Content-Type", "application/json"),), b'{"message":"Forbidden"}')
        connection = HTTPConnection(authority, timeout=SECONDS)
        try:
            connection.request(call.method, path or "/", call.body, dict(call.headers))
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        dropped = ("connection", "content-length", "date", "transfer-encoding")
        kept = ((n, v) for n, v in answer.getheaders() if n.lower() not in dropped)
        return Answer(answer.status, tuple(kept), body)

    return forward


@dataclass(frozen=True)
class Notes:
    """The example MCP server at `url`, which is its resource as well, and the issuer it trusts."""

    url: str
    issuer: Running

    def client(self, **metadata: object) -> str:
        """Register a client that may name this server."""
        return self.issuer.client(allowed_resources=[self.url], **metadata)


@contextmanager
def notes(issuer: Running) -> Iterator[Notes]:
    """The example, run by its one command, with its resource registered."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "examples.mcp"],
        cwd=ROOT,
        env={**os.environ, "ISSUER": issuer.url, "MCP_PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("ready "), process.communicate(timeout=SECONDS)[1]
            url = line.removeprefix("ready ").strip()
            metadata = {
                "resource": url,
                "name": "Notes",
                "scopes": SCOPES,
                "self_registered_clients": True,
            }
            resources.create(metadata, issuer.services)
            yield Notes(url, issuer)
        finally:
            process.send_signal(signal.SIGINT)
            _, complaints = process.communicate(timeout=SECONDS)
    assert (process.returncode, "Traceback" in complaints) == (0, False), complaints


class Documents:
    """Somebody's web server for client ID metadata documents, with TLS."""

    def __init__(self, server: SecureServer, certificate: Path) -> None:
        self._server = server
        self.certificate = certificate
        self._documents: dict[str, bytes] = {}

    def publish(self, name: str, **metadata: object) -> str:
        """The URL of a document, which is the client's identifier."""
        url = f"https://localhost:{self._server.port}/{name}"
        self._documents[f"/{name}"] = json.dumps({"client_id": url, **metadata}).encode()
        return url

    def __call__(self, call: Call) -> Answer:
        """The document, or 404."""
        found = self._documents.get(call.path)
        headers = (("Content-Type", "application/json"),)
        return Answer(404, headers, b"{}") if found is None else Answer(200, headers, found)


@contextmanager
def documents(folder: Path) -> Iterator[Documents]:
    """The web server, running."""
    held = certificate(folder, "localhost")
    with SecureServer(held) as server:
        made = Documents(server, held)
        server.start(made)
        yield made
