"""What the bench takes from npm is pinned, and its lock file belongs to no registry."""

from __future__ import annotations

import json

from bench.oidc_provider import FOLDER


def test_lock_file_names_no_registry() -> None:
    """Every package has a version and a hash, and none an address to fetch it from."""
    packages = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    fetched = [package for path, package in packages.items() if path]
    assert len(fetched) == 40
    for package in fetched:
        assert "resolved" not in package
        assert package["version"]
        assert package["integrity"].startswith("sha512-")
