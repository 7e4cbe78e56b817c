"""The authorization scenarios of MCP's own conformance runner, of npm."""

from __future__ import annotations

import re
import subprocess
import urllib.request
from urllib.parse import urlencode

import pytest

from infra.local.server import Server
from tests.mcp.conftest import NODE
from tests.mcp.remote import Person
from tests.mcp.servers import Notes
from tests.needed import program
from tests.real import install

pytestmark = pytest.mark.node

RUNNER = NODE / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
OLDEST = 22
SECONDS = 60


@pytest.fixture(scope="module")
def node() -> str:
    """Node.js that the runner starts on: this machine's, or where that is too old npm's own."""
    found = program("node")
    install(program("npm"), NODE)
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.strip().lstrip("v").split(".")[0]) >= OLDEST:
        return found
    for path in (NODE / "node_modules").glob("node-linux-*/bin/node"):
        return str(path)
    pytest.skip(
        f"MCP's conformance runner needs Node.js {OLDEST} or newer on the PATH, this is"
        f" {version.stdout.strip()}, and npm has brought none for this kind of machine"
    )


def free_port() -> int:
    """A port that nobody listens on."""
    with Server() as server:
        return server.port


def test_every_authorization_scenario_passes(node: str, notes: Notes, person: Person) -> None:
    """Metadata, and the code grant with PKCE, state and iss; the person goes where it says."""
    port = free_port()
    redirect = f"http://127.0.0.1:{port}/callback"
    client_id = notes.client(
        redirect_uris=[redirect], token_endpoint_auth_method="none", default_scope="notes:read"
    )
    arguments = ["--url", notes.issuer.url, "--client-id", client_id, "--resource", notes.url]
    with subprocess.Popen(
        [node, str(RUNNER), "authorization", *arguments, "--port", str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        said = ""
        try:
            assert process.stdout is not None
            for line in process.stdout:
                said += line
                if re.match(rf"{re.escape(notes.issuer.url)}/authorize\?", line):
                    answer = urlencode(person.authorize(line.strip()))
                    with urllib.request.urlopen(f"{redirect}?{answer}", timeout=SECONDS) as page:
                        assert page.status == 200
            process.wait(SECONDS)
        finally:
            process.kill()
    assert process.returncode == 0, said
    assert "Total: 3 passed, 0 failed" in said
