"""The packages from npm are pinned, and their lock file belongs to no registry."""

from __future__ import annotations

import json

from tests.real import NODE


def test_lock_file_names_no_registry() -> None:
    """Every package has a version and a hash, and none an address to fetch it from."""
    packages = json.loads((NODE / "package-lock.json").read_text())["packages"]
    fetched = [package for path, package in packages.items() if path]
    assert len(fetched) == 6
    for package in fetched:
        assert "resolved" not in package
        assert package["integrity"].startswith("sha512-")
