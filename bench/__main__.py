"""`make bench`: cold start, CPU per token and AWS calls per flow. A table, and JSON with --json."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping

from bench.calls import count
from infra import bootstrap, seeds
from infra.local.emulator import Emulator
from infra.stage import aws_client
from tests.emulated_aws import Recorder
from tests.world import World

RUNS = 11  # odd, so that the median is a run
WARM = 200

COLD = (
    ("bare interpreter", "bare", "/token"),
    ("naive: chalice + boto3 + PyJWT, first token", "naive", "/token"),
    ("postern: first client_credentials token", "postern", "/token"),
    ("postern: first metadata", "postern", "/.well-known/openid-configuration"),
    ("postern: first JWKS", "postern", "/.well-known/jwks.json"),
)


def cold(environ: Mapping[str, str]) -> dict[str, float]:
    """Median milliseconds of a fresh process for each row, the rows taking turns."""
    taken: dict[str, list[float]] = {name: [] for name, _, _ in COLD}
    for _ in range(RUNS):
        for name, who, path in COLD:
            started = time.perf_counter()
            command = [sys.executable, "-m", "bench.cold", who, path]
            subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)
            taken[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def warm(environ: Mapping[str, str]) -> dict[str, float]:
    """Microseconds of CPU per client_credentials token."""
    found = {}
    for who in ("naive", "postern"):
        command = [sys.executable, "-m", "bench.warm", who, str(WARM)]
        said = subprocess.run(command, env=environ, check=True, stdout=subprocess.PIPE, text=True)
        found[who] = float(said.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Measure, then print."""
    recorder = Recorder()
    with Emulator(recorder.wrap) as emulator:
        environ = {
            **os.environ,
            "AWS_ENDPOINT_URL": emulator.url,
            "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "TABLE_NAME": "postern-bench",
            "ISSUER": "http://127.0.0.1:8000",
            "STAGE": "local",
            "LOG_FILE": os.devnull,
        }
        bootstrap.prepare(environ)
        seeds.plant(environ)
        kms = aws_client("kms", environ)
        arn = kms.describe_key(KeyId=bootstrap.key_alias("local", "RS256"))["KeyMetadata"]["Arn"]
        environ["BENCH_KEY"] = arn
        figures = {"cold_ms": cold(environ), "warm_cpu_us": warm(environ)}
        world = World(emulator.url, recorder, {arn: bootstrap.public_jwk(kms, arn)})
        calls = dict(count(world, recorder))
        world.close()
        kms.close()
    if "--json" in sys.argv:
        print(json.dumps({**figures, "calls": calls}, indent=2))
        return
    show(figures, calls)


def show(
    figures: Mapping[str, Mapping[str, float]], calls: Mapping[str, Mapping[str, int]]
) -> None:
    """The table; the last column is the ratio to the naive baseline, net of the interpreter."""
    times = figures["cold_ms"]
    bare, naive = times[COLD[0][0]], times[COLD[1][0]]
    print(f"\nCold start: whole process, median of {RUNS}, rows taking turns")
    for name, milliseconds in times.items():
        share = f"{(milliseconds - bare) / (naive - bare):6.2f}" if name != COLD[0][0] else "     -"
        whole = f"{milliseconds / naive:6.2f}"
        print(f"  {name:<46} {milliseconds:7.0f} ms {whole} of naive, {share} without bare")
    cpu = figures["warm_cpu_us"]
    print("\nWarm: CPU per client_credentials token")
    for name, microseconds in cpu.items():
        print(f"  {name:<46} {microseconds:7.0f} us {microseconds / cpu['naive']:6.2f} of naive")
    print("\nAWS calls of a warm request")
    for name, actions in calls.items():
        words = ", ".join(f"{number} {action}" for action, number in actions.items()) or "none"
        print(f"  {name:<46} {words}")


if __name__ == "__main__":
    main()
