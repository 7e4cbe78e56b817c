"""The local cloud as a program to start and stop, with `.local/env` in a folder of the test's.

Arguments: the folder, and `real` for the project's own parts instead of stand-ins.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from infra.local.cloud import Parts, run


def handle(event: Any, context: Any) -> dict[str, Any]:
    """Answer any request with the issuer that the environment names."""
    return {"statusCode": 200, "body": os.environ["ISSUER"]}


def nothing(environ: object) -> None:
    """In place of what makes the table and plants the seeds."""


if __name__ == "__main__":
    root = Path(sys.argv[1])
    parts = Parts(prepare=nothing, plant=nothing, load=lambda: handle, root=root)
    if sys.argv[2:] == ["real"]:
        parts = Parts(root=root)
    sys.exit(run(os.environ, sys.stdout, sys.stderr, parts))
