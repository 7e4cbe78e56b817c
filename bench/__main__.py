"""`make bench`, or `python -m bench`: measure, and print tables (or --json)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    aims,
    calls,
    cloud,
    cold,
    cost,
    document,
    first_token,
    growth,
    size,
    warm,
    where,
    whole,
)
from bench.report import Section
from bench.run import Figures, Run
from infra.emulate.ministack import Ministack

PARTS = {
    "cold": cold,
    "first-token": first_token,
    "warm": warm,
    "calls": calls,
    "size": size,
    "growth": growth,
    "profile": where,
}
# What is computed, and what from.
COMPUTED = {"whole": whole, "cost": cost}
FROM = ("warm", "calls")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for, then print it."""
    asked = _parser().parse_args(arguments)
    chosen = asked.only.split(",") if asked.only else list(PARTS)
    unknown = set(chosen) - set(PARTS)
    if unknown:
        raise SystemExit(f"--only: {', '.join(unknown)} is none of {', '.join(PARTS)}")
    figures = measure(chosen, quick=asked.quick, package=asked.package)
    if asked.json:
        print(json.dumps(figures, indent=2))
        return
    tables = sections(figures)
    if asked.write:
        document.write(asked.write, "\n".join(section.markdown() for section in tables))
    print("\n".join(section.text() for section in tables))


def measure(chosen: Sequence[str], *, quick: bool = False, package: Path | None = None) -> Figures:
    """Every figure of the chosen parts, in one run on one emulated AWS."""
    found: Figures = {"run": _about(quick)}
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as scratch, Ministack() as aws:
        run = Run(aws, cloud.stage(aws, "bench"), Path(scratch), quick, package)
        for name in chosen:
            started = time.monotonic()
            found[name] = PARTS[name].measure(run)
            print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    if set(FROM) <= set(chosen):
        for name, computed in COMPUTED.items():
            found[name] = computed.measure(found["warm"], found["calls"])
    return found


def sections(figures: Figures) -> list[Section]:
    """The tables of what was measured."""
    modules = {**PARTS, **COMPUTED}
    about = [(name, str(value)) for name, value in figures["run"].items()]
    tables = [Section("This run", ("", ""), about), *aims.sections(figures)]
    for name, found in figures.items():
        if name in modules:
            tables += modules[name].sections(found)
    return tables


def _about(quick: bool) -> Figures:
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "quick": quick,
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", metavar="PARTS", help=f"of {','.join(PARTS)}, with commas")
    parser.add_argument("--quick", action="store_true", help="prove that it runs; measure nothing")
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into a page")
    parser.add_argument("--package", type=Path, metavar="ZIP", help="a deployment.zip to look at")
    return parser


if __name__ == "__main__":
    main()
