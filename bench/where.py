"""Where the time goes: each millisecond of a cold first token, each microsecond of a warm one.

Cold: the child of cold.py with `-X importtime`, which tells what each module took by itself, and
with marks around the calls to AWS. Warm: stopwatch.py in the server's process.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping

from bench.cloud import ROOT, WAYS
from bench.flows import TOKEN
from bench.processes import Server, fresh
from bench.report import Section
from bench.run import Figures, Run, median

CHILD = str(ROOT / "bench/children/marked.py")
BARE = str(ROOT / "bench/children/cold.py")
ROUNDS = 9
REQUESTS = 60
SLOWEST = 25
MOST_SHOWN = 8
WARM = tuple(f"{TOKEN}, {way.name}" for way in (WAYS[0], WAYS[2]))

# The first group that a module's name begins with; what is left is the rest of the library.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ours", ("chalicelib", "app", "marked")),
    ("cryptography", ("cryptography", "_cffi_backend")),
    ("http, email, sockets, TLS", ("http", "email", "socket", "_socket", "ssl", "_ssl", "select")),
    ("http, email, sockets, TLS", ("selectors", "quopri", "calendar", "urllib", "ipaddress")),
    ("json, re, enum", ("json", "re", "_json", "enum", "sre", "_sre", "copyreg", "functools")),
    ("dataclasses, inspect, typing", ("dataclasses", "inspect", "dis", "ast", "opcode", "token")),
    ("dataclasses, inspect, typing", ("typing", "collections", "abc", "contextlib", "types")),
    ("hashes, random", ("hashlib", "_hashlib", "hmac", "random", "secrets", "_blake2", "_sha")),
    ("dates", ("datetime", "_datetime", "_strptime", "locale", "time", "calendar")),
)


# What our modules do for a token, in its order; a step is the first that names the module.
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("event to request, response to answer", ("function", "http", "routes", "errors")),
    ("the client, its secret", ("client_authentication", "protocol/client_secret")),
    ("throttling of failures", ("throttling",)),
    ("client, resource and keys, kept in memory", ("aws/registry", "aws/keyring", "services")),
    ("scope, resource, grant type", ("endpoints", "grants", "protocol/scope", "protocol/target")),
    ("claims, JSON, base64url", ("tokens", "protocol/jwt", "settings")),
    ("the choice of the key", ("protocol/signing_keys", "protocol/key_schedule", "rotation")),
    ("the signature itself", ("aws/data_keys", "protocol/signature")),
    ("the request for a signature", ("aws/signer", "aws/client", "aws/failures")),
    ("its own signature (SigV4)", ("aws/signature_v4", "aws/credential", "aws/container")),
    ("HTTP to KMS", ("aws/connection", "aws/wire")),
    ("the log: two lines", ("aws/log",)),
)
OTHERS = "the rest"


def measure(run: Run) -> Figures:
    """Milliseconds by group of modules and by step; microseconds by module of ours."""
    rounds = run.times(ROUNDS)
    flow = f"{TOKEN}, {WAYS[0].name}"
    path = run.scratch / "profiled.json"
    with Server("postern", run.environ) as server:
        path.write_text(json.dumps(server.ask("fresh", flow=flow, count=1)[0]))
        warm = {}
        for name in WARM:
            count = run.times(REQUESTS, 2)
            server.ask("measure", flow=name, count=count)
            cpu = median(server.ask("measure", flow=name, count=count)["cpu"])
            warm[name] = {"cpu_us": cpu, "modules": server.ask("parts", flow=name, count=count)}
    fresh([CHILD, str(path)], run.environ)
    bare = [fresh([BARE, "bare", ""], run.environ).wall for _ in range(rounds)]
    steps = [_marks(str(path), run.environ) for _ in range(rounds)]
    loads = [_loads(str(path), run.environ) for _ in range(rounds)]
    modules = {
        name: median(load.get(name, 0) / 1000 for load in loads)
        for name in sorted({name for load in loads for name in load})
    }
    groups: Counter[str] = Counter()
    for name, milliseconds in modules.items():
        groups[_group(name)] += milliseconds
    return {
        "bare_ms": median(bare),
        "steps_ms": {name: median(step.get(name, 0.0) for step in steps) for name in steps[0]},
        "loading_ms": dict(groups.most_common()),
        "slowest_modules_ms": dict(Counter(modules).most_common(SLOWEST)),
        "warm": warm,
    }


def _marks(path: str, environ: Mapping[str, str]) -> dict[str, float]:
    """Milliseconds of each step, in order, as the child noted them."""
    command = [sys.executable, CHILD, path]
    said = subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE, text=True)
    steps: dict[str, float] = json.loads(said.stdout.splitlines()[-1])
    return steps


def _loads(path: str, environ: Mapping[str, str]) -> dict[str, int]:
    """Microseconds of each module by itself, without those that the bare interpreter loads."""
    command = [sys.executable, "-X", "importtime"]
    bare = _times([*command, BARE, "bare", ""], environ)
    mine = _times([*command, CHILD, path], environ)
    return {name: spent for name, spent in mine.items() if name not in bare}


def _times(command: list[str], environ: Mapping[str, str]) -> dict[str, int]:
    said = subprocess.run(command, env=environ, check=True, capture_output=True, text=True)
    lines = re.findall(r"^import time:\s+(\d+) \|\s+\d+ \| +(\S+)$", said.stderr, re.MULTILINE)
    return {name: int(microseconds) for microseconds, name in lines}


def _group(module: str) -> str:
    for name, beginnings in GROUPS:
        if module.split(".")[0].startswith(beginnings):
            return name
    return "the rest of the standard library"


def sections(found: Figures) -> list[Section]:
    """Cold by step and by what is loaded; warm by module."""
    steps = [("Python itself", found["bare_ms"]), *found["steps_ms"].items()]
    cold = [(name, f"{ms:.1f}") for name, ms in steps]
    parts = [
        Section("Where a cold first token goes", ("step", "ms"), cold),
        Section(
            "What is loaded for it",
            ("modules", "ms"),
            [(name, f"{ms:.1f}") for name, ms in found["loading_ms"].items()],
            ["By -X importtime, whose own cost is in it; what bare Python loads is left out."],
        ),
    ]
    slowest = list(found["slowest_modules_ms"].items())[:MOST_SHOWN]
    parts.append(
        Section(
            "The slowest of them", ("module", "ms"), [(name, f"{ms:.1f}") for name, ms in slowest]
        )
    )
    for name, warm in found["warm"].items():
        parts.append(_warm_section(name, warm))
    return parts


def _warm_section(flow: str, warm: Figures) -> Section:
    modules = warm["modules"]
    scale = warm["cpu_us"] / sum(modules.values())
    steps: Counter[str] = Counter()
    for name, us in modules.items():
        steps[_step(name)] += us * scale
    rows = [
        (name, f"{steps[name]:.0f}", f"{steps[name] / warm['cpu_us']:.0%}")
        for name in [*(step for step, _ in STEPS), OTHERS]
        if round(steps[name])
    ]
    rows.append(("in all", f"{warm['cpu_us']:.0f}", ""))
    notes = ["Scaled to the CPU time without the stopwatch; the wait for KMS is not in it."]
    return Section(f"Where a warm {flow.removeprefix('/')} goes", ("step", "us", ""), rows, notes)


def _step(module: str) -> str:
    return next((step for step, names in STEPS if module.startswith(names)), OTHERS)
