"""What `make mcp` registers is what the example serves."""

from __future__ import annotations

import json

from chalicelib.registration import resource_metadata
from examples.mcp.protected import READ, WRITE
from tests.running import ROOT


def test_the_resource_of_the_example_can_be_registered() -> None:
    """On stage local, with the scopes that its tools need, for clients that register themselves."""
    document = json.loads((ROOT / "examples/mcp/resource.json").read_text())
    resource = resource_metadata.read(document, allow_http=True)
    assert set(resource.scopes) == {READ, WRITE}
    assert resource.self_registered_clients
    assert "-m examples.mcp" in (ROOT / "Makefile").read_text()


def test_lock_file_names_no_registry() -> None:
    """Every package of the clients has a version and a hash, and none an address to fetch it."""
    lock_file = json.loads((ROOT / "tests/mcp/node/package-lock.json").read_text())
    fetched = [package for path, package in lock_file["packages"].items() if path]
    assert len(fetched) == 126
    for package in fetched:
        assert "resolved" not in package
        assert package["integrity"].startswith("sha512-")
