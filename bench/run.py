"""What every section is given: the emulated AWS, a stage on it, and how long to take."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.emulate.ministack import Ministack

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `quick` proves that everything works and measures next to nothing.

    environ: the function's environment. scratch: a folder that goes with the run. package: a
    deployment.zip that is there already.
    """

    cloud: Ministack
    environ: Mapping[str, str]
    scratch: Path
    quick: bool
    package: Path | None

    def times(self, usual: int, quick: int = 1) -> int:
        """How often to do something."""
        return quick if self.quick else usual


def median(values: Iterable[float]) -> float:
    """The middle one, rounded for reading."""
    return round(statistics.median(values), 3)
