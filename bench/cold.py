"""Cold starts: a fresh process loads the function, answers one event and ends.

The rows take turns, and each event is made just before it is answered. `bare` is the same child,
which does nothing: what Python itself takes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.cloud import ROOT, WAYS
from bench.flows import BEARER, EXCHANGE, NAIVE, TOKEN
from bench.processes import Server, Took, fresh
from bench.report import Section, ratio
from bench.run import Figures, Run, median
from bench.without_byte_code import tree

CHILD = str(ROOT / "bench/children/cold.py")
ROUNDS = 15
BARE = "bare Python"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: who answers which flow, with its modules compiled beforehand or not."""

    name: str
    who: str
    flow: str
    compiled: bool = True


PROVED = (  # by what is good once, and not for long
    Row("first token, private_key_jwt", "postern", f"{NAIVE}, private_key_jwt"),
    Row("first token, DPoP", "postern", f"{NAIVE}, DPoP"),
    Row("first token, jwt-bearer", "postern", BEARER),
    Row("first token, token-exchange", "postern", EXCHANGE),
)
ROWS = (
    Row(BARE, "bare", "/healthz"),
    Row("naive, first token", "naive", NAIVE),
    *(Row(f"first token, {way.name}", "postern", f"{TOKEN}, {way.name}") for way in WAYS[:3]),
    Row("metadata", "postern", "metadata"),
    Row("JWKS", "postern", "JWKS"),
    Row("/healthz", "postern", "/healthz"),
    Row("/authorize, sign-in page", "postern", "/authorize, sign-in page"),
    Row("/authorize, signed in", "postern", "/authorize, signed in"),
    Row("/token, code", "postern", "/token, code"),
    Row("/token, refresh", "postern", "/token, refresh"),
    Row("/introspect", "postern", "/introspect"),
    Row("/revoke", "postern", "/revoke"),
    Row("/par", "postern", "/par"),
    *PROVED,
    Row("naive, first token, no byte code", "naive", NAIVE, compiled=False),
    Row("first token, kms RS256, no byte code", "postern", NAIVE, compiled=False),
)
QUICK = (*ROWS[:3], *PROVED)


def measure(run: Run) -> Figures:
    """Milliseconds of wall time and CPU time of each row, and the memory it needed."""
    rows, rounds = (QUICK, 1) if run.quick else (ROWS, ROUNDS)
    uncompiled = {**run.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    if not run.quick:
        uncompiled["PYTHONPATH"] = str(tree(run.scratch / "uncompiled"))
    environs = {row.name: run.environ if row.compiled else uncompiled for row in rows}
    taken: dict[str, list[Took]] = {row.name: [] for row in rows}
    with Server("postern", run.environ) as server:
        for row in rows:  # compiles what is not, and warms the machine's file cache
            fresh([CHILD, row.who, _event(run, server, row)], environs[row.name])
        for at in range(rounds):
            for row in rows[at % len(rows) :] + rows[: at % len(rows)]:
                child = [CHILD, row.who, _event(run, server, row)]
                taken[row.name].append(fresh(child, environs[row.name]))
        return {
            row.name: {
                "wall_ms": median(took.wall for took in taken[row.name]),
                "cpu_ms": median(took.cpu for took in taken[row.name]),
                "memory_mib": _memory(row.who, _event(run, server, row), environs[row.name]),
            }
            for row in rows
        }


def _event(run: Run, server: Server, row: Row) -> str:
    """A file with an event, made just now: it may be good once, and not for long."""
    path = run.scratch / "event.json"
    path.write_text(json.dumps(server.ask("fresh", flow=row.flow, count=1)[0]))
    return str(path)


def _memory(who: str, event: str, environ: Mapping[str, str]) -> float | None:
    """The most that the process held, in MiB; None where the system does not tell."""
    if not Path("/proc/self/status").exists():
        return None
    command = [sys.executable, CHILD, who, event, "memory"]
    said = subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE, text=True)
    # The log of a request goes elsewhere; this is the one line.
    return round(int(said.stdout.split()[-1]) / 1024, 1)


def sections(found: Figures) -> list[Section]:
    """The table: ratios to the baseline, of the whole process and without bare Python."""
    naive = found["naive, first token"]
    bare = found[BARE]
    rows = [
        (
            name,
            f"{each['wall_ms']:.0f}",
            f"{each['cpu_ms']:.0f}",
            ratio(each["wall_ms"], naive["wall_ms"]),
            ratio(each["wall_ms"] - bare["wall_ms"], naive["wall_ms"] - bare["wall_ms"]),
            ratio(each["cpu_ms"], naive["cpu_ms"]),
            "-" if each["memory_mib"] is None else f"{each['memory_mib'] - bare['memory_mib']:.1f}",
        )
        for name, each in found.items()
    ]
    heads = ("cold start", "wall ms", "CPU ms", "of naive", "net of bare", "CPU of naive", "MiB")
    notes = ["MiB: the most memory that was held, over bare Python's."]
    return [Section("Cold start: fresh process, first answer", heads, rows, notes)]
