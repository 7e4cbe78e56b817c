"""A copy of the checkout for Chalice to work in: what travels to Lambda, and nothing else.

Chalice packs whatever lies in chalicelib, the byte code of this machine's own runs too.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TRAVELS = ("app.py", "chalicelib", "vendor", "requirements.txt")


@contextmanager
def copied(project: Path) -> Iterator[Path]:
    """A copy of `project` with an empty `.chalice`, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="postern-checkout-") as scratch:
        tree = Path(scratch)
        for name in _TRAVELS:
            _copy(project / name, tree / name)
        (tree / ".chalice").mkdir()
        yield tree


@contextmanager
def linked(project: Path) -> Iterator[Path]:
    """A copy whose configuration, policies and records are the ones of `project`.

    Linked, not copied: the record of a deployment must not be lost if this process ends. What
    Chalice packed earlier is not among them.
    """
    own = project.resolve() / ".chalice"
    (own / "deployed").mkdir(exist_ok=True)
    with copied(project) as tree:
        for entry in own.iterdir():
            if entry.name != "deployments":
                (tree / ".chalice" / entry.name).symlink_to(entry)
        yield tree


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    elif source.exists():
        shutil.copy2(source, target)
