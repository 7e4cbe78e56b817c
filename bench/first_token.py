"""From the start of a process to its first token over HTTP, beside oidc-provider.

All of them answer over HTTP here; ours behind the local gateway, which no Lambda has. The emulated
AWS runs already, as AWS does.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection

from bench.cloud import ROOT, SECRET, WAYS, Way
from bench.oidc_provider import Provider, check, without
from bench.report import Section, ratio
from bench.run import Figures, Run, median

ROUNDS = 9
CHILD = str(ROOT / "bench/children/listening.py")
OTHER = "oidc-provider"


def measure(run: Run) -> Figures:
    """Milliseconds from start to token, taking turns."""
    reason = without()
    taken: dict[str, list[float]] = {}
    ways = WAYS[:1] if run.quick else WAYS[:3]
    for at in range(run.times(ROUNDS) + 1):  # the first round warms the machine's file cache
        for way in ways:
            milliseconds = _ours(way, run.environ)
            if at:
                taken.setdefault(f"postern, {way.name}", []).append(milliseconds)
        if reason is None:
            with Provider() as provider:
                answer = provider.token()
                milliseconds = (time.perf_counter() - provider.started) * 1000
                check(answer["access_token"], provider.jwks())
            if at:
                taken.setdefault(OTHER, []).append(milliseconds)
    found = {name: median(each) for name, each in taken.items()}
    return {"ms": found, "without_oidc_provider": reason}


def _ours(way: Way, environ: Mapping[str, str]) -> float:
    started = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, CHILD],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        connection = HTTPConnection("127.0.0.1", int(child.stdout.readline()), timeout=30)
        basic = base64.b64encode(f"{way.client_id}:{SECRET}".encode()).decode()
        headers = {
            "Authorization": f"Basic {basic}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request("POST", "/token", b"grant_type=client_credentials&scope=read", headers)
        answer = json.loads(connection.getresponse().read())
        taken = (time.perf_counter() - started) * 1000
        connection.close()
    finally:
        child.stdin.close()
        child.wait(timeout=30)
        child.stdout.close()
    if "access_token" not in answer:
        raise RuntimeError(f"no token: {answer}")
    return taken


def sections(figures: Figures) -> list[Section]:
    """Beside oidc-provider."""
    found = figures["ms"]
    other = found.get(OTHER, 0)
    rows = [(name, f"{ms:.0f}", ratio(ms, other)) for name, ms in found.items()]
    reason = figures["without_oidc_provider"]
    notes = [f"oidc-provider was left out: {reason}"] if reason else []
    heads = ("start to first token, over HTTP", "wall ms", "of oidc-provider")
    return [Section("From start to first token", heads, rows, notes)]
