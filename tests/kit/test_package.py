"""The kit as a package: what is in it, what it brings along, what its README promises."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import postern_verifier
from infra.deployment import checkout
from tests.running import ROOT

KIT = ROOT / "postern_verifier"
README = (KIT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((KIT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_folder_is_in_the_package() -> None:
    """And nothing else but the mark that says it has types."""
    folders = {path.parent.relative_to(KIT) for path in KIT.rglob("*.py")} - {Path("build")}
    names = {".".join(("postern_verifier", *folder.parts)) for folder in folders}
    assert set(PROJECT["tool"]["setuptools"]["packages"]) == names
    assert (KIT / "py.typed").exists()


def test_it_needs_cryptography_only() -> None:
    """On every Python that Postern runs on."""
    project = PROJECT["project"]
    assert [re.split(r"[<>=]", one)[0] for one in project["dependencies"]] == ["cryptography"]
    own = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == own["requires-python"]
    assert project["license"] == own["license"]


@pytest.mark.parametrize("adapter", ["", "adapters.asgi", "adapters.wsgi", "adapters.aws_lambda"])
def test_nothing_else_is_loaded(adapter: str) -> None:
    """No framework, no AWS, nothing of the server; and the kit alone does not load asyncio."""
    module = f"postern_verifier.{adapter}".rstrip(".")
    program = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(run.stdout.split())
    assert not loaded & {"chalice", "chalicelib", "boto3", "botocore", "jwt", "requests", "infra"}
    assert adapter == "adapters.asgi" or "asyncio" not in loaded


def test_the_entrance_is_all_that_is_needed() -> None:
    """Each name is there, and the README shows it."""
    for name in postern_verifier.__all__:
        assert getattr(postern_verifier, name).__doc__ or name.isupper()
        assert re.search(rf"\b{name}\b", README), name


def test_the_examples_in_the_readme_are_python() -> None:
    """Whoever copies one gets no error of syntax."""
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(examples) >= 5
    for text in examples:
        compile(text, "README.md", "exec")


def test_it_does_not_travel_to_lambda(tmp_path: Path) -> None:
    """The server's package holds the server only."""
    with checkout.copied(ROOT) as tree:
        travelled = {path.name for path in tree.iterdir()}
    assert not travelled & {"postern_verifier", "examples", "tests"}
