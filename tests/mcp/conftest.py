"""What these tests share: the example MCP server, behind both shapes of issuer."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.mcp.remote import Person
from tests.mcp.servers import Documents, Notes, at_a_stage_path
from tests.mcp.servers import documents as hosting
from tests.mcp.servers import notes as serving
from tests.needed import program
from tests.real import install, start
from tests.running import ROOT, started

NODE = ROOT / "tests/mcp/node"

SHAPES = {"at a root": started, "at a stage path": at_a_stage_path}


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documents]:
    """A web server that the issuers trust."""
    with hosting(tmp_path_factory.mktemp("documents")) as made:
        yield made


@pytest.fixture(scope="session", params=SHAPES)
def notes(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    documents: Documents,
) -> Iterator[Notes]:
    """The example MCP server, and the issuer that it trusts."""
    folder, trusted = tmp_path_factory.mktemp("server"), str(documents.certificate)
    with (
        SHAPES[request.param](folder, SSL_CERT_FILE=trusted) as issuer,
        serving(issuer) as made,
    ):
        yield made


@pytest.fixture
def person(notes: Notes) -> Person:
    """A user of their own, who has agreed to nothing yet."""
    return Person(notes.issuer.url, notes.issuer.user())


@pytest.fixture(scope="session")
def client_script() -> Callable[[], subprocess.Popen[str]]:
    """Starts the clients of npm, installed as the lock file has them."""
    node = program("node")
    install(program("npm"), NODE)
    return partial(start, node, "client.mjs", NODE)
