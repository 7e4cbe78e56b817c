"""Vectors from the specifications: each file names its source. `load("rfc7636")` reads one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def load(name: str) -> Any:
    """The document of one file."""
    return json.loads(Path(__file__).with_name(f"{name}.json").read_text(encoding="utf-8"))
