"""Warm requests: the CPU time that one takes in the server's process. AWS is another process, so
neither its work nor the wait for it counts. Rounds take turns; oidc-provider is among them."""

from __future__ import annotations

from contextlib import ExitStack

from bench.flows import FLOWS, NAIVE, TOKEN
from bench.oidc_provider import Provider, check, without
from bench.processes import Server
from bench.report import Section, ratio
from bench.run import Figures, Run, median

ROUNDS = 7
REQUESTS = 40  # of a flow, in a round
PROVIDER_REQUESTS = 500
PROVIDER_WARM = 5000
OTHER = "oidc-provider"
NOTHING = "an HTTP exchange in its process, without it"


def measure(run: Run) -> Figures:
    """Microseconds of CPU and wall time of each flow, the baseline and oidc-provider."""
    rounds, requests = run.times(ROUNDS), run.times(REQUESTS, 2)
    taken: dict[str, list[float]] = {}
    walls: dict[str, list[float]] = {}
    reason = without()
    with ExitStack() as running:
        postern = running.enter_context(Server("postern", run.environ))
        naive = running.enter_context(Server("naive", run.environ))
        provider = None if reason else running.enter_context(Provider())
        asked = [("naive, token", naive, NAIVE), *((name, postern, name) for name in FLOWS)]
        for _, server, flow in asked:
            server.ask("measure", flow=flow, count=requests)
        if provider is not None:
            check(provider.token()["access_token"], provider.jwks())
            provider.tokens(run.times(PROVIDER_WARM, 3))
            provider.nothings(run.times(PROVIDER_WARM, 3))
        for _ in range(rounds):
            for name, server, flow in asked:
                said = server.ask("measure", flow=flow, count=requests)
                taken.setdefault(name, []).append(median(said["cpu"]))
                walls.setdefault(name, []).append(median(said["wall"]))
            if provider is not None:
                count = run.times(PROVIDER_REQUESTS, 3)
                taken.setdefault(OTHER, []).append(provider.tokens(count))
                taken.setdefault(NOTHING, []).append(provider.nothings(count))
    found: Figures = {
        name: {
            "cpu_us": median(each),
            "wall_us": median(walls[name]) if name in walls else None,
        }
        for name, each in taken.items()
    }
    return {"flows": found, "without_oidc_provider": reason}


def sections(figures: Figures) -> list[Section]:
    """CPU time, beside the baseline and beside oidc-provider."""
    found = figures["flows"]
    naive = found["naive, token"]["cpu_us"]
    other = found[OTHER]["cpu_us"] if OTHER in found else 0
    inner = other - found[NOTHING]["cpu_us"] if OTHER in found else 0
    rows = []
    for name, each in found.items():
        comparable = name.startswith(TOKEN) or name in (OTHER, NOTHING, "naive, token")
        rows.append(
            (
                name,
                f"{each['cpu_us']:.0f}",
                ratio(each["cpu_us"], naive) if comparable else "-",
                ratio(each["cpu_us"], other) if comparable else "-",
                ratio(each["cpu_us"], inner) if comparable and name != NOTHING else "-",
            )
        )
    reason = figures["without_oidc_provider"]
    notes = [f"oidc-provider was left out: {reason}"] if reason else []
    heads = ("warm request", "CPU us", "of naive", "of oidc-provider", "of it without HTTP")
    return [Section("Warm: CPU time per request", heads, rows, notes)]
