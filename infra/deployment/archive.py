"""The zip that Lambda unpacks: Chalice's, without what never runs there, and with byte code.

Lambda's /var/task is read-only and Chalice packs no byte code, so that every cold start would
compile every module again. The same input gives the same bytes: sorted names, one date, one mode.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from .names import DeploymentError

# Where Lambda unpacks the zip: what the byte code calls its files, and a traceback shows.
TASK_ROOT = "/var/task"

# What never runs on Lambda, by name in the zip. The rest of each *.dist-info stays: vulnerability
# scanners know a package by it, and it holds the licence.
UNNEEDED = {
    "*.pyc": "made for another place, or for another Python; written anew here",
    "*.pyi": "for type checkers",
    "*/py.typed": "for type checkers",
    "*.c": "the source of what is compiled beside it",
    "*.h": "for building extensions",
    "*.dist-info/RECORD": "lists the files of the wheel, which are no longer all there",
    "cffi/*": "builds bindings; cryptography's are built and need _cffi_backend alone",
    "pycparser/*": "used by cffi alone, to build",
    "pycparser-*": "goes with it",
}

_ANY_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can say
_PLAIN_FILE = 0o100644 << 16


def this_runtime() -> str:
    """What Lambda calls the Python that runs this, which is the one Chalice packs for."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def check_runtimes(runtimes: Iterable[str]) -> None:
    """DeploymentError unless Lambda's `runtimes` all read the byte code of this very Python."""
    cache_tag = sys.implementation.cache_tag
    for runtime in sorted(set(runtimes)):
        if cache_tag != runtime.replace("python", "cpython-").replace(".", ""):
            raise DeploymentError(
                f"byte code for {runtime} cannot be made by {cache_tag}: deploy with {runtime}"
            )


def precompile(path: Path) -> None:
    """Rewrite the zip at `path` with byte code for this Python and without UNNEEDED.

    The sources stay: a traceback shows their lines. Done twice it changes nothing. DeploymentError
    when a module does not compile.
    """
    with tempfile.TemporaryDirectory(prefix="postern-archive-") as scratch:
        tree = Path(scratch) / "tree"
        _unpack(path, tree)
        _compile(tree)
        written = path.with_name(f"{path.name}.new")
        _pack(tree, written)
    # A run that is stopped half-way leaves the old zip whole.
    written.replace(path)


def _unpack(path: Path, tree: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not any(fnmatchcase(name, pattern) for pattern in UNNEEDED):
                archive.extract(name, tree)


def _compile(tree: Path) -> None:
    """Byte code that Python loads without a look at the source's date, which the zip loses.

    In a process of its own: what this one has interned would show in the bytes.
    """
    options = ["-q", "-s", str(tree), "-p", TASK_ROOT, "--invalidation-mode", "unchecked-hash"]
    finished = subprocess.run(
        [sys.executable, "-P", "-S", "-m", "compileall", *options, str(tree)],
        env={"PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": "0"},
        stdin=subprocess.DEVNULL,
        stdout=2,
        check=False,
    )
    if finished.returncode:
        raise DeploymentError("a module of the package does not compile (see above)")


def _pack(tree: Path, path: Path) -> None:
    files = {file.relative_to(tree).as_posix(): file for file in tree.rglob("*") if file.is_file()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _ANY_DATE)
            entry.create_system = 3  # Unix: the mode below counts
            entry.external_attr = _PLAIN_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name].read_bytes(), compresslevel=9)
