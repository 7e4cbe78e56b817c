"""The deployment package: built as for a deployment, or one that is there already."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

from bench.cloud import ROOT
from bench.report import Section
from bench.run import Figures, Run

MOST_SHOWN = 6


def measure(run: Run) -> Figures:
    """Bytes of the zip, unzipped, and by what they are."""
    path = run.package or _built(run.scratch / "package")
    with zipfile.ZipFile(path) as archive:
        files = archive.infolist()
    parts: Counter[str] = Counter()
    zipped: Counter[str] = Counter()
    for file in files:
        parts[_part(file.filename)] += file.file_size
        zipped[_part(file.filename)] += file.compress_size
    return {
        "zip_bytes": path.stat().st_size,
        "unzipped_bytes": sum(parts.values()),
        "byte_code_files": sum(file.filename.endswith(".pyc") for file in files),
        "parts": {name: [size, zipped[name]] for name, size in parts.most_common()},
    }


def _built(out: Path) -> Path:
    out.mkdir()
    subprocess.run(
        [sys.executable, "-m", "infra.deployment", "package", "dev", "--out", str(out)],
        cwd=ROOT,
        env={"AWS_DEFAULT_REGION": "us-east-1", **os.environ},  # chalice wants to know one
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return out / "deployment.zip"


def _part(name: str) -> str:
    return name.split("/")[0]


def sections(found: Figures) -> list[Section]:
    """The whole, and its largest parts."""
    whole = ("deployment.zip", *map(_mega, (found["unzipped_bytes"], found["zip_bytes"])))
    parts = list(found["parts"].items())[:MOST_SHOWN]
    rows = [whole, *((f"  {name}", _mega(size), _mega(small)) for name, (size, small) in parts)]
    notes = [f"{found['byte_code_files']} files of byte code."]
    return [Section("Size", ("package", "MB unzipped", "MB zipped"), rows, notes)]


def _mega(size: float) -> str:
    return f"{size / 1e6:.2f}"
