"""What these tests share: a running server and the programs that call it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.document_host import certificate
from tests.real import chromium, node, people, person, receiver, running

__all__ = ["chromium", "node", "people", "person", "receiver", "running"]


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine, with its key."""
    return certificate(tmp_path_factory.mktemp("tls"), "127.0.0.1")
