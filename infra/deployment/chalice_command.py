"""Chalice's own command line, run as a child of this interpreter.

Not called as a library: Chalice offers none, and an import of the application must not stay behind.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from .names import DeploymentError

# `python -m chalice` does not exist, and a console script may not be on the path.
_MAIN = "import sys; from chalice.cli import main; sys.exit(main())"


def run(project: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> None:
    """Run `chalice <arguments>` in `project`; what it prints goes to standard error.

    DeploymentError when it fails: Chalice has then said why.
    """
    finished = subprocess.run(
        [sys.executable, "-c", _MAIN, *arguments],
        cwd=project,
        # Byte code of the application would be packed, and name the zip.
        env={**os.environ, **(environ or {}), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=2,
        check=False,
    )
    if finished.returncode:
        raise DeploymentError(f"chalice {' '.join(arguments)} failed (see above)")
