"""The checkout, packaged once for all tests that look at the package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.deployment import sam as sam_template
from infra.deployment.package import package

from .packaged import ENVIRON, transformed


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """sam.json and deployment.zip of the checkout's dev stage."""
    directory = tmp_path_factory.mktemp("package")
    with pytest.MonkeyPatch.context() as environ:
        for name, value in ENVIRON.items():
            environ.setenv(name, value)
        package("dev", directory)
    return directory


@pytest.fixture(scope="session")
def sam(out: Path) -> dict[str, Any]:
    """The template as it is written."""
    document: dict[str, Any] = json.loads((out / "sam.json").read_text())
    return document


@pytest.fixture(scope="session")
def resources(sam: dict[str, Any]) -> dict[str, Any]:
    """What CloudFormation makes of it: the resources after the SAM transform."""
    return transformed(sam)


@pytest.fixture(scope="session")
def with_snapshots(sam: dict[str, Any]) -> dict[str, Any]:
    """The template of `--snapstart`, as a newer Python than this may be writes it."""
    newer = json.loads(json.dumps(sam))
    newer["Resources"]["APIHandler"]["Properties"]["Runtime"] = "python3.13"
    return sam_template.with_snapstart(newer)


@pytest.fixture(scope="session")
def published(with_snapshots: dict[str, Any]) -> dict[str, Any]:
    """What CloudFormation makes of that."""
    return transformed(with_snapshots)
